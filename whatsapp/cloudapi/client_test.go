package cloudapi

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp/whatsapptest"
)

func TestManySendsAtOnce(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Script(whatsapptest.Rule{Do: "reset_after_accept", Times: 20}, whatsapptest.Rule{Do: "error", Code: 131000, Times: 20}))
	var ok, refused, unknown atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 10 {
				_, err := w.client.Send(t.Context(), hello())
				var e *SendError
				switch {
				case err == nil:
					ok.Add(1)
				case errors.As(err, &e) && e.Outcome == Unknown:
					unknown.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, []int32{160, 20, 20}, []int32{ok.Load(), refused.Load(), unknown.Load()})
	require.Len(t, w.Messages(), 180)
}

func TestTheAddressMayHaveAVersion(t *testing.T) {
	for given, want := range map[string]string{
		"https://graph.facebook.com":        "https://graph.facebook.com/v26.0",
		"https://graph.facebook.com/":       "https://graph.facebook.com/v26.0",
		"https://graph.facebook.com/v24.0/": "https://graph.facebook.com/v24.0",
		"http://127.0.0.1:9/meta/v25.0":     "http://127.0.0.1:9/meta/v25.0",
	} {
		c, err := New(Options{BaseURL: given})
		require.NoError(t, err)
		require.Equal(t, want, c.base)
	}
	for _, given := range []string{"", "graph.facebook.com", "ftp://graph.facebook.com", "https://", "https://user:pass@graph.facebook.com", "https://graph.facebook.com?x=pass", "https://a\x7f"} {
		_, err := New(Options{BaseURL: given})
		require.Error(t, err, given)
		require.NotContains(t, err.Error(), "pass")
	}
	_, err := New(Options{BaseURL: "https://graph.facebook.com", AccessToken: "pass\n"})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "pass")
}
