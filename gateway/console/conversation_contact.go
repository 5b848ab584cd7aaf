package console

import (
	"net/http"
	"time"

	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// contactView is what the contact permits.
type contactView struct {
	Phone, BSUID string
	Market       string
	Language     string
	Consent      []consentView
	Suppressions []suppressionView
	May          bool // change them
}

// consentView is what holds for a category of templates.
type consentView struct {
	Name     string
	Category string
	State    api.ConsentState // opted_in, opted_out, none
	Word     string
	Since    *zoned
	Source   string
}

// suppressionView is a reason not to write to the contact.
type suppressionView struct {
	Scope, Reason string
	Since         zoned
}

var consentWords = map[api.ConsentState]string{"opted_in": "Opted in", "opted_out": "Opted out", "none": "Nothing known"}

// suppressionReasons are why a contact is suppressed.
var suppressionReasons = map[string]string{
	"undeliverable":       "the provider cannot reach it; ends with its next message",
	"recipient_is_sender": "it is the business number itself",
	"experiment":          "the provider keeps it from marketing",
	"manual":              "somebody here wants it so",
}

func contactOf(d dossier, zone *time.Location) contactView {
	v := contactView{Phone: orEmpty(d.contact.Phone), BSUID: orEmpty(d.contact.BSUID), Market: d.contact.Market, Language: orEmpty(d.contact.Language),
		May: d.who.May(access.Send)}
	for _, category := range conversation.Categories {
		v.Consent = append(v.Consent, consentOf(d.contact, string(category), zone))
	}
	for _, s := range d.contact.Suppressions {
		if s.InForce {
			scope := map[string]string{"all": "Nothing is sent", "marketing": "No marketing is sent"}[s.Scope]
			v.Suppressions = append(v.Suppressions, suppressionView{scope, suppressionReasons[s.Reason], zonedOf(s.Since, zone)})
		}
	}
	return v
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func consentOf(contact api.KnownContact, category string, zone *time.Location) consentView {
	v := consentView{Name: category, Category: capital(category), State: contact.Consent[category]}
	v.Word = consentWords[v.State]
	for _, h := range contact.History { // the latest first
		if h.Category == category {
			v.Since, v.Source = new(zonedOf(h.OccurredAt, zone)), h.Source
			break
		}
	}
	return v
}

// byConsole is how the contact's word came here: somebody at the console has recorded it.
const byConsole = "console"

// changeConsent records what the contact has said about one category of templates.
func (c *Console) changeConsent(w http.ResponseWriter, r *http.Request) error {
	return c.change(w, r, "The contact's word is recorded.", "/consent", map[string]any{
		"category": r.PostFormValue("category"), "opted_in": r.PostFormValue("opted_in") == "true", "source": byConsole,
	})
}

// changeSuppression has the contact not written to, or ends that.
func (c *Console) changeSuppression(w http.ResponseWriter, r *http.Request) error {
	suppressed := r.PostFormValue("suppressed") == "true"
	done := "The contact may be written to again."
	if suppressed {
		done = "Nothing is sent to this contact any more."
	}
	return c.change(w, r, done, "/suppression", map[string]any{"suppressed": suppressed})
}

func (c *Console) change(w http.ResponseWriter, r *http.Request, done, what string, in any) error {
	return c.act(w, r, done, draft{}, func() error {
		d, err := c.briefDossier(r)
		if err != nil {
			return err
		}
		return c.client.do(r.Context(), http.MethodPut, "/v1/contacts/"+d.c.Contact.ID.String()+what, "", in, nil)
	})
}
