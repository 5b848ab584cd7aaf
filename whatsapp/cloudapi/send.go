package cloudapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"reengage/whatsapp"
	"reengage/whatsapp/template"
)

// Message is what Send sends: a text or a template.
type Message struct {
	// PhoneNumberID is the business number's.
	PhoneNumberID string
	// To is the contact's phone in digits. BSUID is used only if there is none:
	// in the place of a phone it would be accepted and silently dropped.
	To    string
	BSUID string
	// Text is a free-form message; Template goes instead if it is not nil.
	Text     string
	Template *Template
	// OpaqueData comes back in statuses: `<send id>/<attempt>`, at most 512
	// characters.
	OpaqueData string
}

// Template names a template and gives its parameters (template.Fill).
type Template struct {
	Name       string
	Language   string
	Components []template.SendComponent
}

// Accepted is the provider's word that it will try to deliver.
type Accepted struct {
	// WAMID is the message's id. It holds the contact's phone.
	WAMID string
	// Held: accepted, but held back until the template's quality is assessed.
	Held bool
}

const (
	maxOpaque = 512
	maxWAMID  = 512
	// maxAnswer is the longest answer to a send that is read, in bytes.
	maxAnswer = 1 << 20
)

// Send makes one attempt and never repeats it. Its error is a *SendError, which
// says whether the message may be on its way.
func (c *Client) Send(ctx context.Context, m Message) (Accepted, error) {
	body, ok := m.encode()
	if !ok {
		return Accepted{}, &SendError{NotSent, Failure{Class: whatsapp.ClassRequestFault, Reason: ReasonBadRequest}}
	}
	a, err := c.post(ctx, m, body)
	if err != nil {
		if err.Outcome == Unknown {
			c.log.WarnContext(ctx, "it is unknown whether a message was sent", "reason", err.Reason, "http_status", err.HTTPStatus)
		}
		return Accepted{}, err
	}
	return a, nil
}

func (c *Client) post(ctx context.Context, m Message, body []byte) (Accepted, *SendError) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	w := &witness{}
	req, err := http.NewRequestWithContext(w.trace(ctx), http.MethodPost, c.base+"/"+m.PhoneNumberID+"/messages",
		io.NopCloser(bytes.NewReader(body))) // a body that is not known to the package leaves GetBody nil
	if err != nil {
		return Accepted{}, &SendError{NotSent, Failure{Class: whatsapp.ClassRequestFault, Reason: ReasonBadRequest}}
	}
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	c.authorize(req)
	answer, fault := c.exchange(req, maxAnswer)
	if fault == nil {
		return answer.read(m.scrubber(c.token))
	}
	if answer.status == 0 && w.nothingWritten() {
		return Accepted{}, &SendError{NotSent, *fault}
	}
	return Accepted{}, unknown(*fault)
}

// unknown has no class: no class of errors decides about it.
func unknown(f Failure) *SendError {
	f.Class = ""
	return &SendError{Unknown, f}
}

// read finds what the answer to a send means.
func (a answer) read(s scrubber) (Accepted, *SendError) {
	if f, ok := a.graphError(s); ok {
		return Accepted{}, &SendError{NotSent, f}
	}
	var success struct {
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
	}
	if a.status == http.StatusOK && json.Unmarshal(a.body, &success) == nil && len(success.Messages) > 0 {
		first := success.Messages[0]
		if first.ID != "" && len(first.ID) <= maxWAMID && !strings.ContainsFunc(first.ID, unprintable) {
			return Accepted{WAMID: first.ID, Held: first.Status == "held_for_quality_assessment"}, nil
		}
	}
	return Accepted{}, unknown(Failure{HTTPStatus: a.status, Reason: ReasonBadAnswer})
}

// unprintable is what no id or token is made of; it would not fit into a column,
// or a header.
func unprintable(r rune) bool { return r <= ' ' || r > '~' }

type sendBody struct {
	Product       string        `json:"messaging_product"`
	RecipientType string        `json:"recipient_type"`
	To            string        `json:"to,omitempty"`
	Recipient     string        `json:"recipient,omitempty"`
	Type          string        `json:"type"`
	Text          *textBody     `json:"text,omitempty"`
	Template      *templateBody `json:"template,omitempty"`
	Opaque        string        `json:"biz_opaque_callback_data,omitempty"`
}

type textBody struct {
	Body string `json:"body"`
}

type templateBody struct {
	Name       string                   `json:"name"`
	Language   language                 `json:"language"`
	Components []template.SendComponent `json:"components,omitempty"`
}

type language struct {
	Code string `json:"code"`
}

// encode makes the request's body; false of a message that nobody could mean.
func (m Message) encode() ([]byte, bool) {
	b := sendBody{Product: "whatsapp", RecipientType: "individual", Opaque: m.OpaqueData}
	to := strings.TrimPrefix(m.To, "+")
	switch {
	case !digits(m.PhoneNumberID), utf8.RuneCountInString(m.OpaqueData) > maxOpaque:
		return nil, false
	case digits(to):
		b.To = "+" + to
	case m.To == "" && whatsapp.IsBSUID(m.BSUID):
		b.Recipient = m.BSUID
	default:
		return nil, false
	}
	switch t := m.Template; {
	case t != nil && (m.Text != "" || t.Name == "" || t.Language == ""):
		return nil, false
	case t != nil:
		b.Type, b.Template = "template", &templateBody{t.Name, language{t.Language}, t.Components}
	case whatsapp.CheckText(m.Text) != nil:
		return nil, false
	default:
		b.Type, b.Text = "text", &textBody{m.Text}
	}
	encoded, err := json.Marshal(b)
	return encoded, err == nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
