package console

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"reengage/gateway/api"
	"reengage/whatsapp"
)

// messageRequest is the API's, of POST /v1/conversations/{id}/messages.
type messageRequest struct {
	Text     string           `json:"text"`
	Critical bool             `json:"critical,omitempty"`
	Fallback *api.TemplateRef `json:"fallback_template,omitempty"`
}

// sendMessage sends what stands in the composer. A form that was sent before may be a double click, or a tab that has not noticed and
// in which somebody has typed the same words anew: only they know, so nothing is sent and they are told.
func (c *Console) sendMessage(w http.ResponseWriter, r *http.Request) error {
	written := draft{Text: unix(r.PostFormValue("text")), Critical: r.PostFormValue("critical") != "", Fallback: r.PostFormValue("fallback"), Key: r.PostFormValue("key")}
	return c.act(w, r, "Your message is on its way.", written, func() error {
		if p := checkWritten(written.Text); p != nil {
			return p
		}
		m := messageRequest{Text: written.Text, Critical: written.Critical}
		if name, language := ofKey(written.Fallback); language != "" {
			m.Fallback = &api.TemplateRef{Name: name, Language: language}
		}
		var accepted api.Accepted
		if err := c.ask(r, http.MethodPost, "/messages", written.Key, m, &accepted); err != nil || !accepted.Repeated {
			return err
		}
		return &api.Problem{Status: http.StatusOK, Code: "sent_already", Detail: "this message was sent already"}
	})
}

// checkWritten is said here in the page's words, before the API would say it in its own.
func checkWritten(text string) *api.Problem {
	long := utf8.RuneCountInString(text) - whatsapp.MaxText
	switch {
	case strings.TrimSpace(text) == "":
		return wrong("There is no text to send yet.")
	case long > 0:
		return wrong("The text is too long: a message has at most 4,096 characters.")
	}
	return nil
}

// post asks the API to do something in the request's conversation.
func (c *Console) post(r *http.Request, below, key string, in any) error {
	return c.ask(r, http.MethodPost, below, key, in, nil)
}

// ask makes a request about the conversation; out may be nil.
func (c *Console) ask(r *http.Request, method, below, key string, in, out any) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return noSuchConversation()
	}
	return c.client.do(r.Context(), method, "/v1/conversations/"+id.String()+below, key, in, out)
}

// closeConversation cancels this window's reminders and plan.
func (c *Console) closeConversation(w http.ResponseWriter, r *http.Request) error {
	return c.act(w, r, "This window's reminders and plan are cancelled.", draft{}, func() error {
		return c.post(r, "/close", r.PostFormValue("key"), nil)
	})
}
