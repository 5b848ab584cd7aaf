package cloudapi

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
	"reengage/whatsapp/whatsapptest"
)

func TestWhatHasNoAnswerThatCanBeReadIsUnknown(t *testing.T) {
	raw := func(s string) *string { return &s }
	for name, tc := range map[string]struct {
		rule   whatsapptest.Rule
		status int
		reason Reason
		sent   int
	}{
		"a timeout":                           {whatsapptest.Rule{Do: "hang"}, 0, ReasonTimeout, 0},
		"a timeout, and it was accepted":      {whatsapptest.Rule{Do: "hang", Accepted: true}, 0, ReasonTimeout, 1},
		"a connection that is cut":            {whatsapptest.Rule{Do: "hang", Seconds: 0.01}, 0, ReasonBroken, 0},
		"a reset, and it was accepted":        {whatsapptest.Rule{Do: "reset_after_accept"}, 0, ReasonBroken, 1},
		"a proxy's 502":                       {whatsapptest.Rule{Do: "error", HTTPStatus: 502, Raw: raw("<html>Bad Gateway</html>")}, 502, ReasonBadAnswer, 0},
		"a 503 of JSON that is no error":      {whatsapptest.Rule{Do: "error", HTTPStatus: 503, Raw: raw(`{"status":"down"}`)}, 503, ReasonBadAnswer, 0},
		"an error without a code":             {whatsapptest.Rule{Do: "error", HTTPStatus: 500, Raw: raw(`{"error":{"message":"` + customer + `"}}`)}, 500, ReasonBadAnswer, 0},
		"an error that is a string":           {whatsapptest.Rule{Do: "error", HTTPStatus: 500, Raw: raw(`{"error":"no"}`)}, 500, ReasonBadAnswer, 0},
		"an error with a code that is none":   {whatsapptest.Rule{Do: "error", HTTPStatus: 400, Raw: raw(`{"error":{"code":null}}`)}, 400, ReasonBadAnswer, 0},
		"a 404 of a proxy":                    {whatsapptest.Rule{Do: "error", HTTPStatus: 404, Raw: raw("not here")}, 404, ReasonBadAnswer, 0},
		"a 200 of garbage":                    {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw("<html>")}, 200, ReasonBadAnswer, 0},
		"a 200 of nothing":                    {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw("")}, 200, ReasonBadAnswer, 0},
		"a 200 without messages":              {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"messages":[]}`)}, 200, ReasonBadAnswer, 0},
		"a 200 without a wamid":               {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"messages":[{"id":""}]}`)}, 200, ReasonBadAnswer, 0},
		"a 200 with a wamid nobody can store": {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"messages":[{"id":"wamid.\u0000"}]}`)}, 200, ReasonBadAnswer, 0},
		"a 200 with an error":                 {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"error":{"code":131000}}`)}, 200, ReasonBadAnswer, 0},
		"a 202 with a wamid":                  {whatsapptest.Rule{Do: "error", HTTPStatus: 202, Raw: raw(`{"messages":[{"id":"wamid.TEST"}]}`)}, 202, ReasonBadAnswer, 0},
		"a megabyte and more of garbage":      {whatsapptest.Rule{Do: "error", HTTPStatus: 400, Raw: raw(`{"error":{"code":131000}}` + strings.Repeat(" ", 1<<20))}, 400, ReasonBadAnswer, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, within(300*time.Millisecond))
			require.NoError(t, w.Script(tc.rule))
			_, err := w.client.Send(t.Context(), hello())
			e := failed(t, err)
			require.Equal(t, []any{Unknown, tc.status, tc.reason, whatsapp.ErrorClass("")}, []any{e.Outcome, e.HTTPStatus, e.Reason, e.Class})
			require.False(t, e.HasCode)
			require.Len(t, w.Messages(), tc.sent)
			require.Len(t, w.Requests(), 1, "it was not made again")
			require.Contains(t, w.log.String(), string(tc.reason))
			for _, secret := range []string{token, customer, words, opaque} {
				require.NotContains(t, w.log.String(), secret)
			}
		})
	}
	t.Run("a caller that goes away", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.Script(whatsapptest.Rule{Do: "hang", Accepted: true}))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := w.client.Send(ctx, hello())
			ended <- err
		}()
		require.Eventually(t, func() bool { return len(w.Messages()) == 1 }, 10*time.Second, time.Millisecond)
		cancel()
		err := <-ended
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, Unknown, failed(t, err).Outcome)
	})
	t.Run("headers that come slowly, and a body that does not end", func(t *testing.T) {
		for name, status := range map[string]int{"headers": 0, "body": 200} {
			c := newClient(t, within(200*time.Millisecond), at(server(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if status == 200 {
					_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.TEST"}]`)
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})))
			_, err := c.Send(t.Context(), hello())
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
			e := failed(t, err)
			require.Equal(t, []any{Unknown, status, ReasonTimeout}, []any{e.Outcome, e.HTTPStatus, e.Reason}, name)
		}
	})
	t.Run("a body that is cut off", func(t *testing.T) {
		c := newClient(t, at(server(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.TEST"}]}`)
		})))
		_, err := c.Send(t.Context(), hello())
		e := failed(t, err)
		require.Equal(t, []any{Unknown, ReasonBroken}, []any{e.Outcome, e.Reason})
	})
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w := newWorld(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := newClient(t, at(server(t, func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, w.url+r.URL.Path, status) })))
		_, err := c.Send(t.Context(), hello())
		e := failed(t, err)
		require.Equal(t, []any{Unknown, status, ReasonBadAnswer}, []any{e.Outcome, e.HTTPStatus, e.Reason})
	}
	require.Empty(t, w.Requests())
}
