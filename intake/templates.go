package intake

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/whatsapp"
)

// templateChange is what somebody says of a template; what is empty is not said.
type templateChange struct {
	WABA       string    `json:"waba_id"`
	Name       string    `json:"name"`
	Language   string    `json:"language"` // empty: all that are known
	ProviderID string    `json:"provider_id"`
	Status     string    `json:"status"`
	Reason     string    `json:"reason"`
	Category   string    `json:"category"`
	Quality    string    `json:"quality"`
	At         time.Time `json:"at"`

	number uuid.UUID // one whose account it is of, where WABA is not known
}

// addTemplate takes in what a notice says of a template.
func (b *batch) addTemplate(waba string, t *whatsapp.TemplateUpdate) {
	if waba == "" || len(waba)+len(t.Name)+len(t.Language) > maxID {
		return
	}
	c := templateChange{WABA: clean(waba), Name: clean(t.Name), Language: clean(t.Language), ProviderID: clean(t.ID), At: t.At}
	if c.At.IsZero() {
		c.At = b.now
	}
	switch t.Kind {
	case whatsapp.TemplateStatusChanged:
		c.Status, c.Reason = templateStatus(t.Status), clean(t.Reason)
		if strings.EqualFold(c.Reason, "none") {
			c.Reason = ""
		}
	case whatsapp.TemplateQualityChanged:
		c.Quality = strings.ToLower(clean(t.New))
	case whatsapp.TemplateCategoryChanged:
		c.Category = strings.ToLower(clean(t.New))
	}
	b.templates = append(b.templates, c)
}

// templateStatus is the provider's event in the words of a list: one that is reinstated is approved again.
func templateStatus(event string) string {
	status := strings.ToLower(clean(event))
	if status == "reinstated" {
		return "approved"
	}
	return status
}

// noteTemplates writes what is said of templates, by the provider's webhooks or by the error of a send.
func (a *attempt) noteTemplates(ctx context.Context) error {
	changes := a.b.templates
	for _, c := range a.templates {
		var err error
		if c.WABA, err = a.q.GetWABA(ctx, c.number); err != nil {
			return err
		}
		if c.WABA != "" {
			changes = append(changes[:len(changes):len(changes)], c)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return a.q.NoteTemplateChanges(ctx, encode(changes))
}
