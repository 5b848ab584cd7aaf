package console_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/devstack/browser"
	"reengage/gateway/access"
	"reengage/gateway/api"
	pages "reengage/gateway/console"
)

// oneNumber answers for one business number, and previews no more than how many attempts it was asked about.
func oneNumber(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) { require.NoError(t, json.NewEncoder(w).Encode(v)) }
	mux.HandleFunc("GET /v1/numbers/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, api.BusinessNumber{ID: r.PathValue("id"), Display: "+1 202 555 0100", Configured: true, Portfolio: "default", TimeZone: "UTC", AccountTimeZone: "UTC", MessagesPerSecond: 80})
	})
	mux.HandleFunc("GET /v1/templates", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, api.TemplatePage{Page: api.Page[api.Template]{Items: []api.Template{{Name: "we_miss_you", Language: "en", Status: "approved"}}}})
	})
	mux.HandleFunc("POST /v1/numbers/{id}/preview", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Settings conversation.Settings }
		require.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		p := api.NumberPreview{LastInboundAt: time.Now().UTC(), TimeZone: "UTC", Until: time.Now().Add(100 * time.Hour).UTC()}
		p.Items = []api.PreviewItem{{Kind: conversation.ForeseenClose, At: p.LastInboundAt.Add(24 * time.Hour), Sentence: "closed"}}
		for i, a := range body.Settings.Reengagement.Attempts {
			p.Items = append(p.Items, api.PreviewItem{Kind: conversation.ForeseenAttempt, Attempt: i + 1, Code: conversation.Allowed, At: p.LastInboundAt.Add(48 * time.Hour),
				Sentence: fmt.Sprintf("asked for %s", time.Duration(a.Delay))})
		}
		answer(w, p)
	})
	return mux
}

// opensOn is Grace, who may do everything, before a console whose API is the one given.
func opensOn(t *testing.T, answers http.Handler) *browser.Tab {
	t.Helper()
	mux := http.NewServeMux()
	pages.New(pages.Deps{API: answers}).Register(mux)
	grace := access.Principal{Kind: access.ByUser, ID: uuid.New(), Name: "Grace Example", Scopes: access.Scopes}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(access.With(r.Context(), grace)))
	}))
	t.Cleanup(server.Close)
	tab, err := chromium.Open(server.URL, browser.Desk)
	require.NoError(t, err)
	t.Cleanup(tab.Close)
	return tab
}

func TestTheFormOfANumberGrowsAndIsPreviewedWithoutLeavingThePage(t *testing.T) {
	t.Parallel()
	tab := opensOn(t, oneNumber(t))
	require.NoError(t, tab.Goto("/console/numbers/106540000000001"))
	require.NoError(t, tab.Until(`window.stays = true`))
	display := `#display`
	require.NoError(t, tab.Type(display, "Typed and not saved"))
	require.NoError(t, tab.Click("#tariff summary", "Assign another scheme"))
	require.NoError(t, tab.Type("#card_set", "ours"))
	require.NoError(t, tab.Click("button", "Add an attempt"))
	require.NoError(t, tab.Sees("#preview", "asked for 1h0m0s"))
	require.NoError(t, tab.Type(`[name="settings.reengagement.attempts[0].delay"]`, "3 h"))
	require.NoError(t, tab.Sees("#preview", "asked for 3h0m0s"))
	require.NoError(t, tab.Click("button", "Add an attempt"))
	require.NoError(t, tab.Sees("#preview", "asked for 27h0m0s"))
	require.NoError(t, tab.Click("button", "Remove attempt 1"))
	require.NoError(t, tab.Misses("#preview", "asked for 3h0m0s"))
	require.NoError(t, tab.Until(`window.stays && document.querySelector("`+display+`").value === "Typed and not saved"`))
	require.NoError(t, tab.Until(`document.querySelector("#card_set").value === "ours"`))
	require.NoError(t, tab.Misses(".caps", ""), "what is not chosen is not there")
	require.Empty(t, tab.Troubles())
}
