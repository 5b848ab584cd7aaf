package console_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAComparisonThatWaitsIsOfWhatIsTickedByThen: nothing that somebody ticks meanwhile is taken back.
func TestAComparisonThatWaitsIsOfWhatIsTickedByThen(t *testing.T) {
	t.Parallel()
	var compared atomic.Value // of which schemes, the last time
	books := http.NewServeMux()
	books.HandleFunc("GET /v1/rate-cards", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"items": []}`)) })
	books.HandleFunc("GET /v1/costs/compare", func(w http.ResponseWriter, r *http.Request) {
		if compared.Swap(r.URL.Query().Get("schemes")) == nil {
			w.WriteHeader(http.StatusTooManyRequests)
			w.Write([]byte(`{"status": 429, "code": "comparison_running", "detail": "busy"}`))
			return
		}
		w.Write([]byte(`{"items": []}`))
	})
	tab := opensOn(t, books)
	require.NoError(t, tab.Goto("/console/costs/compare?from=2026-11-01&to=2026-12-01&scheme=sirena"))
	require.NoError(t, tab.Sees("#compare .note", "Somebody else is comparing"))
	require.NoError(t, tab.Click(`[name=scheme][value=twilio]`, ""))
	require.NoError(t, tab.Until(`!document.querySelector("#compare .note")`))
	require.Equal(t, "sirena,twilio", compared.Load())
	require.NoError(t, tab.Until(`document.querySelectorAll("[name=scheme]:checked").length === 2`))
	require.Positive(t, tab.Forgive("429"))
	require.Empty(t, tab.Troubles())
}
