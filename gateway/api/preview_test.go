package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	book "reengage/ledger"
	"reengage/whatsapp/template"
)

// addShipped gives the fixture's number an account with the template `shipped`.
func (f *fixture) addShipped(status, category string) {
	f.t.Helper()
	f.exec(`UPDATE business_numbers SET waba_id = 'waba'`)
	f.exec(`INSERT INTO templates (waba_id, name, language, status, category, quality, changed_at, components)
		VALUES ('waba', 'shipped', 'en_US', $1, $2, 'green', $3, '[{"type": "HEADER", "format": "TEXT", "text": "News"},
			{"type": "BODY", "text": "Dear {{1}}, order {{2}} is on its way.", "example": {"body_text": [["Ada", "4711"]]}}, {"type": "FOOTER", "text": "The shop"},
			{"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Follow it", "url": "https://shop.example/{{1}}", "example": ["x"]}]}]')
		ON CONFLICT (waba_id, name, language) DO UPDATE SET status = excluded.status, category = excluded.category`, status, category, noon)
}

func (f *fixture) preview(id uuid.UUID, body string) (p api.TemplatePreview) {
	f.t.Helper()
	require.Equal(f.t, http.StatusOK, f.call("POST", "/v1/conversations/"+id.String()+"/preview", body, &p).StatusCode)
	return p
}

func TestAPreviewShowsWhatTheContactWouldSee(t *testing.T) {
	f := newFixture(t)
	f.addShipped("approved", "utility")
	id := f.add(someone{phone: "447700900123", inbound: time.Now().Add(-time.Hour)})
	p := f.preview(id, `{"name": "shipped", "language": "en_US", "parameters": {"body": ["Ada", "<b>17</b>"], "buttons": {"0": "17"}}}`)
	require.Equal(t, template.Preview{Header: "News", Body: "Dear Ada, order <b>17</b> is on its way.", Footer: "The shop",
		Buttons: []template.PreviewButton{{Type: "url", Text: "Follow it", URL: "https://shop.example/17"}}}, p.Shown)
	require.Equal(t, "News\nDear Ada, order <b>17</b> is on its way.\nThe shop", p.Text)
	require.Empty(t, p.Problems)
	require.True(t, p.Sendable)
	require.Equal(t, "the window is open, which is an opt-in as long as it lasts", p.Verdict.Sentence)
	require.Equal(t, []string{"utility", "approved", "green"}, []string{string(p.Category), p.Status, p.Quality})
	require.Equal(t, []template.Variable{{Place: "body.1", Part: "body", Name: "1", Example: "Ada"}, {Place: "body.2", Part: "body", Name: "2", Example: "4711"},
		{Place: "buttons.0", Part: "buttons", Name: "0", Example: "x"}}, p.Parameters)

	p = f.preview(id, `{"name": "shipped", "language": "en_US", "parameters": {"body": ["", "a\nb"]}}`)
	require.Equal(t, "Dear , order a\nb is on its way.", p.Shown.Body)
	var fields []string
	for _, wrong := range p.Problems {
		fields = append(fields, wrong.Field+" "+wrong.Code)
		require.NotEmpty(t, wrong.Detail)
	}
	require.Equal(t, []string{"parameters.body.1 empty", "parameters.body.2 newline", "parameters.buttons.0 missing"}, fields)
	require.False(t, p.Sendable)
	require.EqualValues(t, "allowed", p.Verdict.Code, "apart from the parameters")

	p = f.preview(id, `{"name": "shipped", "language": "en_US", "parameters": 17}`)
	require.Equal(t, "parameters", p.Problems[0].Field)
	require.Contains(t, p.Shown.Body, "{{1}}", "what is missing stays as it is written")
}

func TestAPreviewSaysWhatTheGateSaysAndWhatItCosts(t *testing.T) {
	f := newFixture(t)
	f.addShipped("approved", "marketing")
	open := f.add(someone{phone: "447700900123", inbound: time.Now().Add(-time.Hour)})
	closed := f.add(someone{phone: "447700900124", inbound: longAgo})
	f.exec("UPDATE contacts SET market = 'GB'")
	fill := `{"name": "shipped", "language": "en_US", "parameters": {"body": ["Ada", "17"], "buttons": {"0": "17"}}}`
	require.True(t, f.preview(open, fill).Sendable)
	refused := f.preview(closed, fill)
	require.False(t, refused.Sendable)
	require.Empty(t, refused.Problems)
	require.EqualValues(t, "opt_in_required", refused.Verdict.Code)

	require.NoError(t, f.ledger.Assign(t.Context(), book.Assignment{PhoneNumberID: number, From: longAgo, Scheme: "twilio"}))
	price := f.preview(open, fill).Price
	require.NotNil(t, price)
	require.Equal(t, "twilio", price.Scheme)
	require.Equal(t, "USD", price.Currency)
	require.Positive(t, price.AmountMicros)
	require.NotEmpty(t, price.Rule)

	f.exec("UPDATE contacts SET market = ''")
	unpriced := f.preview(open, fill)
	require.Nil(t, unpriced.Price)
	require.Contains(t, unpriced.PriceNote, "no rate card states its price")

	f.addShipped("paused", "marketing")
	require.EqualValues(t, "template_not_approved", f.preview(open, fill).Verdict.Code)
	var p api.Problem
	require.Equal(t, 404, f.call("POST", "/v1/conversations/"+open.String()+"/preview", `{"name": "other", "language": "en_US"}`, &p).StatusCode)
	require.Equal(t, "template_not_found", p.Code)
	require.Equal(t, 404, f.call("POST", "/v1/conversations/"+uuid.NewString()+"/preview", fill, &p).StatusCode)
	require.Equal(t, "conversation_not_found", p.Code)
	var sends int
	require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM sends) + (SELECT count(*) FROM charges) + (SELECT count(*) FROM decisions)").Scan(&sends))
	require.Zero(t, sends, "it changes nothing")
}
