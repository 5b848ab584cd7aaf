package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// templateStory sends the template thanks to somebody in each way that a send can end.
func (f *fixture) templateStory() {
	f.exec(`UPDATE business_numbers SET waba_id = 'waba-1'`)
	f.exec(`INSERT INTO templates (waba_id, name, language, status, category, components, changed_at)
		VALUES ('waba-1', 'thanks', 'en_US', 'approved', 'utility', '[{"type": "BODY", "text": "Last chance: {{1}}"}]', now()),
		       ('waba-1', 'thanks', 'pt_BR', 'approved', 'utility', '[]', now())`)
	f.addSend(f.add(someone{})) // planned
	for _, state := range []string{"refused", "failed"} {
		f.exec(`UPDATE sends SET state = $2, reason = 'x' WHERE id = $1`, f.addSend(f.add(someone{})), state)
	}
	for _, delivery := range []string{"accepted", "sent", "failed", "delivered", "read"} {
		conversation := f.add(someone{})
		f.deliver(f.addSend(conversation), delivery)
	}
	// Of a campaign's the recipient's row says whether it was refused for good.
	spring := f.campaign("Spring")
	for _, recipient := range []string{"refused", "pending", "held", "not_sent"} {
		conversation := f.add(someone{})
		send := f.addSend(conversation)
		f.exec(`UPDATE sends SET state = 'refused', reason = 'x', campaign_id = $2 WHERE id = $1`, send, spring)
		f.exec(`INSERT INTO campaign_recipients (id, campaign_id, contact_id, state, code, due_at)
			SELECT $1, $2, contact_id, $4, 'x', CASE WHEN $4 = 'held' THEN now() END FROM conversations WHERE id = $3`,
			send, spring, conversation, recipient)
	}
	f.exec(`UPDATE sends SET planned_at = now()`)
	f.exec(`UPDATE sends SET planned_at = now() - interval '31 days' WHERE id = $1`, f.addSend(f.add(someone{})))
}

// deliver has a send accepted at noon, and its message as far as delivery.
func (f *fixture) deliver(send uuid.UUID, delivery string) {
	message := uuid.New()
	f.exec(`UPDATE sends SET planned_at = now() - interval '29 days', state = 'accepted', accepted_at = now() - interval '29 days', message_id = $2
		WHERE id = $1`, send, message)
	f.exec(`INSERT INTO outbound_messages (message_id, conversation_id, delivery_status)
		SELECT $2, conversation_id, $3 FROM sends WHERE id = $1`, send, message, delivery)
}

func TestATemplateIsShownWithWhatCameOfItsSendsAndTheLintersFindings(t *testing.T) {
	f := newFixture(t)
	f.templateStory()
	answered := f.add(someone{})
	f.deliver(f.addSend(answered), "read")
	late := f.add(someone{})
	f.deliver(f.addSend(late), "delivered")
	merged, root := f.add(someone{}), f.add(someone{})
	f.deliver(f.addSend(merged), "delivered")
	f.exec(`UPDATE conversations SET merged_into = $2 WHERE id = $1`, merged, root)
	accepted := time.Now().Add(-29 * 24 * time.Hour)
	f.inbound(answered, "text", true, accepted.Add(time.Hour), accepted.Add(time.Hour))
	f.inbound(late, "text", true, accepted.Add(73*time.Hour), accepted.Add(73*time.Hour))
	f.inbound(root, "text", true, accepted.Add(71*time.Hour), accepted.Add(71*time.Hour)) // W10

	var d api.TemplateDetail
	require.Equal(t, http.StatusOK, f.call("GET", "/v1/templates/waba-1/thanks/en_US", "", &d).StatusCode)
	two := int64(2)
	require.WithinDuration(t, time.Now().Add(-30*24*time.Hour), d.Use.Since, time.Minute)
	d.Use.Since = time.Time{}
	require.Equal(t, &api.TemplateUse{Planned: 12, Refused: 2, Accepted: 8, Delivered: 5, Read: 2, Failed: 2, Answered: &two}, d.Use)
	require.Equal(t, "Last chance: {{1}}", d.Shown.Body)
	require.NotEmpty(t, d.Findings)
	require.Equal(t, template.Error, d.Findings[0].Severity)
	var rules []string
	for _, found := range d.Findings {
		rules = append(rules, found.Rule)
	}
	require.Contains(t, rules, "variable_last")

	require.Equal(t, http.StatusOK, f.call("GET", "/v1/templates/waba-1/thanks/pt_BR", "", &d).StatusCode)
	require.Zero(t, d.Use.Planned, "another language")
	require.Empty(t, d.Findings, "its texts are not known")
	var p api.Problem
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/templates/waba-2/thanks/en_US", "", &p).StatusCode)
	require.Equal(t, "template_not_found", p.Code)
}

func TestTemplatesAreListedWithWhatCameOfTheirSendsWhereItIsAskedFor(t *testing.T) {
	f := newFixture(t)
	f.templateStory()
	var page api.TemplatePage
	f.call("GET", "/v1/templates?use=true", "", &page)
	require.Equal(t, []api.TemplateAccount{{WABA: "waba-1", Templates: 1, Limit: 250}}, page.Accounts, "languages of one name")
	use := *page.Items[0].Use
	use.Since = time.Time{}
	require.Equal(t, api.TemplateUse{Planned: 9, Refused: 2, Accepted: 5, Delivered: 2, Read: 1, Failed: 2}, use)
	require.Zero(t, page.Items[1].Use.Planned)
	var without api.TemplatePage
	f.call("GET", "/v1/templates", "", &without)
	require.Nil(t, without.Items[0].Use)
}
