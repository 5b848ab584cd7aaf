package whatsapptest

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
)

func TestACustomerWrites(t *testing.T) {
	for _, kind := range []string{"text", "image", "video", "document", "audio", "sticker", "button", "interactive", "reaction",
		"location", "contacts", "order"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			id := w.writes(Inbound{Type: kind, Text: "Hello", Name: "Ada Muster"})
			messages := received[*whatsapp.Message](w.in)
			require.Len(t, messages, 1)
			m := messages[0]
			require.Equal(t, []any{id, kind, "Hello", monday}, []any{m.ID, m.Type, m.Text, m.At})
			require.Equal(t, whatsapp.Contact{WaID: customer, Name: "Ada Muster"}, m.Contact)
		})
	}
	t.Run("something unsupported", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Type: "unsupported"})
		require.Equal(t, 131051, received[*whatsapp.Message](w.in)[0].Errors[0].Code)
	})
	t.Run("content of her own", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Type: "interactive", Content: json.RawMessage(`{"type":"list_reply","list_reply":{"id":"9","title":"At nine"}}`)})
		require.Equal(t, "At nine", received[*whatsapp.Message](w.in)[0].Text)
	})
	t.Run("with nothing but a business-scoped id", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{From: bsuid, Text: "Hi"})
		require.Equal(t, whatsapp.Contact{BSUID: bsuid, Name: "Customer"}, received[*whatsapp.Message](w.in)[0].Contact)
	})
	t.Run("the same message twice", func(t *testing.T) {
		w := newWorld(t)
		id := w.writes(Inbound{Text: "Hi"})
		require.Equal(t, id, w.writes(Inbound{Text: "Hi", ID: id}))
		require.Len(t, received[*whatsapp.Message](w.in), 2)
	})
	t.Run("in the past, where it opens no window now", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Text: "Hi", At: monday.Add(-30 * time.Hour)})
		require.Equal(t, monday.Add(-30*time.Hour), received[*whatsapp.Message](w.in)[0].At)
		w.send(text)
		w.settle()
		require.Equal(t, []string{"failed"}, states(received[*whatsapp.Status](w.in)))
	})
	t.Run("or calls", func(t *testing.T) {
		w := newWorld(t)
		id := w.writes(Inbound{Type: "call"})
		calls := received[*whatsapp.Call](w.in)
		require.Len(t, calls, 1)
		require.True(t, calls[0].Inbound())
		require.Equal(t, id, calls[0].ID)
	})
	t.Run("to nobody or as nobody, which is an error", func(t *testing.T) {
		w := newWorld(t)
		for _, in := range []Inbound{{Text: "Hi"}, {From: "Ada", Text: "Hi"}, {From: customer, Number: "999"}} {
			_, err := w.Inbound(t.Context(), in)
			require.Error(t, err)
		}
		require.Empty(t, w.Webhooks())
	})
}

func TestOtherChangesCanBePosted(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.PostChange(t.Context(), "message_template_status_update", map[string]any{
		"event": "PAUSED", "message_template_name": "come_back", "message_template_language": "en-US"}))
	updates := received[*whatsapp.TemplateUpdate](w.in)
	require.Len(t, updates, 1)
	require.Equal(t, monday, updates[0].At)
}

func TestControlAPI(t *testing.T) {
	w := newWorld(t)
	status, answer := w.control("/_sim/inbound", `{"from":"+447700900101","text":"Hello","at":"2026-11-02T08:00:00Z","name":"Ada Muster"}`)
	require.Equal(t, http.StatusOK, status)
	messages := received[*whatsapp.Message](w.in)
	require.Len(t, messages, 1)
	require.JSONEq(t, `{"wamid":"`+messages[0].ID+`"}`, answer)
	require.Equal(t, monday.Add(-time.Hour), messages[0].At)

	status, _ = w.control("/_sim/script", `[{"match":{"type":"template"},"do":"error","code":131049},{"do":"accept"}]`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 131049, w.send(template).Error.Code)
	status, _ = w.control("/_sim/statuses", `{"auto":false}`)
	require.Equal(t, http.StatusOK, status)
	id := w.send(text).Messages[0]["id"]
	status, _ = w.control("/_sim/statuses", `{"message":"`+id+`","status":"delivered"}`)
	require.Equal(t, http.StatusOK, status)
	status, _ = w.control("/_sim/templates", `[{"name":"another"}]`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 132001, w.send(template).Error.Code)
	status, _ = w.control("/_sim/webhook", `{"object":"whatsapp_business_account","entry":[]}`)
	require.Equal(t, http.StatusOK, status)

	_, answer = w.control("/_sim/messages", "")
	var sent []Message
	require.NoError(t, json.Unmarshal([]byte(answer), &sent))
	require.Len(t, sent, 1)
	require.Equal(t, []string{"delivered"}, sent[0].Statuses)
	require.JSONEq(t, text, string(sent[0].Body))

	_, answer = w.control("/_sim/requests", "")
	var requests []Request
	require.NoError(t, json.Unmarshal([]byte(answer), &requests))
	require.Len(t, requests, 3)
	require.Equal(t, "accepted", requests[1].Outcome)
	require.Equal(t, id, requests[1].WAMID)

	_, answer = w.control("/_sim/webhooks", "")
	var hooks []Webhook
	require.NoError(t, json.Unmarshal([]byte(answer), &hooks))
	require.Len(t, hooks, 3)
	require.True(t, hooks[0].Acknowledged)
}

func TestTheControlAPIRefusesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	for path, body := range map[string]string{
		"/_sim/inbound":   `{"from":"+447700900101","txt":"Hello"}`,
		"/_sim/script":    `[{"do":"explode"}]`,
		"/_sim/statuses":  `{}`,
		"/_sim/templates": `[{"language":"de"}]`,
	} {
		status, answer := w.control(path, body)
		require.Equal(t, http.StatusBadRequest, status, path)
		require.Contains(t, answer, `"error"`)
	}
	status, _ := w.control("/_sim/nothing", "")
	require.Equal(t, http.StatusNotFound, status)
	_, answer := w.control("/_sim/messages", "")
	require.Equal(t, "[]\n", answer)
}

func TestASimulatorNeedsItsSecretsAndANumber(t *testing.T) {
	whole := Config{AppSecret: secret, AccessToken: token, WABA: waba, Numbers: []Number{{ID: shop}}}
	for _, spoil := range []func(*Config){
		func(c *Config) { c.AppSecret = "" }, func(c *Config) { c.WABA = "" },
		func(c *Config) { c.Numbers = nil }, func(c *Config) { c.Numbers = []Number{{}} }, func(c *Config) { c.Scale = -1 },
	} {
		cfg := whole
		spoil(&cfg)
		_, err := New(cfg)
		require.Error(t, err)
	}
	s, err := New(whole)
	require.NoError(t, err)
	s.Close()
}
