package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/gateway/api"
)

// agent speaks HTTP to the shop's gateway.
type agent struct {
	*shop
	server *httptest.Server
}

func (s *shop) hire() agent {
	mux := http.NewServeMux()
	api.New(api.Deps{Pool: s.pool, Store: s.store, Engine: s.engine, Clock: s.clock, Keys: []string{"key"}, Log: slog.New(slog.DiscardHandler)}).Register(mux)
	server := httptest.NewServer(mux)
	s.Cleanup(server.Close)
	return agent{s, server}
}

// asks sends a request under an idempotency key, decodes the answer into out and returns the status.
func (a agent) call(method, path, key, body string, out any) int {
	a.Helper()
	req, err := http.NewRequest(method, a.server.URL+path, bytes.NewBufferString(body))
	require.NoError(a, err)
	req.Header.Set("Authorization", "Bearer key")
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(a, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(a, err)
	require.NoError(a, json.Unmarshal(text, out), "%s", text)
	return res.StatusCode
}

// reaches waits until the API shows a send in a state.
func (a agent) reaches(id uuid.UUID, state string) (sent api.Send) {
	a.Helper()
	require.Eventually(a, func() bool {
		return a.call("GET", "/v1/sends/"+id.String(), "", "", &sent) == http.StatusOK && sent.State == state
	}, time.Minute, 20*time.Millisecond, "a send that should be %s", state)
	return sent
}

// explains reports whether the conversation's explanation has come to hold all codes.
func (a agent) explains(path string, codes ...string) {
	a.Helper()
	require.Eventually(a, func() bool {
		var page api.Page[api.Decision]
		found := map[string]bool{}
		if a.call("GET", path+"/explain", "", "", &page) == http.StatusOK {
			for _, d := range page.Items {
				found[d.Code] = true
			}
		}
		for _, c := range codes {
			if !found[c] {
				return false
			}
		}
		return true
	}, time.Minute, 20*time.Millisecond, "%v", codes)
}

func TestAnAgentsReplyGoesFromHTTPToThePhoneOnce(t *testing.T) {
	a := openShop(t, 1).hire()
	const customer = "12025550171"
	path := "/v1/conversations/" + a.writes(customer, "Is it still there?", 0).String()

	var first, again api.Accepted
	require.Equal(t, http.StatusAccepted, a.call("POST", path+"/messages", "reply-1", `{"text": "Yes."}`, &first))
	require.Equal(t, http.StatusAccepted, a.call("POST", path+"/messages", "reply-1", `{"text": "Yes."}`, &again))
	require.Equal(t, first.SendID, again.SendID)
	sent := a.reaches(*first.SendID, "read")
	require.Len(t, sent.Attempts, 1)
	require.NotNil(t, sent.AcceptedAt)
	require.Equal(t, []string{"text accepted"}, a.posts(customer))

	var p api.Problem
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/messages", "reply-1", `{"text": "No."}`, &p))
	require.Equal(t, "idempotency_key_reused", p.Code)
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/close", "reply-1", ``, &p), "another request of any kind")

	var closed api.Accepted
	require.Equal(t, http.StatusOK, a.call("POST", path+"/close", "", ``, &closed))
	require.Contains(t, closed.Verdict.Sentence, "cancelled")
	a.explains(path, "window_opened", "allowed")
}

func TestAnAgentsReplyToAClosedWindowIsKeptUntilTheContactAnswers(t *testing.T) {
	a := openShop(t, 1).hire()
	const customer = "12025550172"
	id := a.writes(customer, "Is it still there?", 25*time.Hour)
	path := "/v1/conversations/" + id.String()

	var p api.Problem
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/messages", "", `{"text": "Yes."}`, &p))
	require.Equal(t, "window_closed", p.Code)
	require.NotNil(t, p.ExpiredAt)
	require.Empty(t, p.Templates, "the contact has not opted in")
	keep := `{"text": "Yes, it is.", "template": {"name": "order_update", "language": "en_US"}}`
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/kept-replies", "", keep, &p))
	require.Equal(t, "opt_in_required", p.Code)

	a.consents(id, conversation.Utility)
	p = api.Problem{}
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/messages", "", `{"text": "Yes."}`, &p))
	require.Equal(t, []api.TemplateChoice{{Name: "order_update", Language: "en_US", Category: "utility"}}, p.Templates)
	require.Equal(t, http.StatusUnprocessableEntity,
		a.call("POST", path+"/templates", "", `{"name": "order_update", "language": "en_US", "parameters": ["too many"]}`, &p))
	require.Equal(t, "template_parameters", p.Code)
	require.Equal(t, "parameters", p.Field)
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/templates", "", `{"name": "no_such", "language": "en_US"}`, &p))
	require.Equal(t, "template_not_found", p.Code)

	var kept api.Accepted
	require.Equal(t, http.StatusAccepted, a.call("POST", path+"/kept-replies", "", keep, &kept))
	a.reaches(*kept.SendID, "read")
	var offered api.Accepted
	a.writes(customer, "Hello again", 0)
	var page api.Page[api.KeptReply]
	require.Eventually(t, func() bool {
		return a.call("GET", path+"/kept-replies", "", "", &page) == http.StatusOK && page.Items[0].State == "offered"
	}, time.Minute, 20*time.Millisecond, "the contact has answered")
	require.Equal(t, kept.KeptReplyID, &page.Items[0].ID)
	require.Equal(t, http.StatusAccepted, a.call("POST", path+"/kept-replies/"+kept.KeptReplyID.String()+"/send", "", ``, &offered))
	a.reaches(*offered.SendID, "read")
	require.Equal(t, []string{"template accepted", "text accepted"}, a.posts(customer))
	require.Equal(t, http.StatusConflict, a.call("POST", path+"/kept-replies/"+kept.KeptReplyID.String()+"/discard", "", ``, &p))
	require.Equal(t, "kept_reply_settled", p.Code)
	require.Equal(t, http.StatusNotFound, a.call("POST", path+"/kept-replies/"+uuid.NewString()+"/send", "", ``, &p))
	require.Equal(t, "kept_reply_not_found", p.Code)
	a.explains(path, "arrived_late", "window_closed", "opt_in_required", "opted_in", "kept", "window_opened", "offered", "sent")
}
