package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestAClaimIsOneAgentsUntilItEndsOrIsLeft(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: longAgo})
	path := "/v1/conversations/" + id.String() + "/resume-claim"
	call := func(method, by string) (int, api.Claim, api.Problem) {
		var claim api.Claim
		var p api.Problem
		res := f.call(method, path, `{"by": "`+by+`"}`, nil)
		if res.StatusCode == http.StatusOK {
			f.call(method, path, `{"by": "`+by+`"}`, &claim) // twice does the same
		} else {
			f.call(method, path, `{"by": "`+by+`"}`, &p)
		}
		return res.StatusCode, claim, p
	}
	status := func() any { return f.at(id, time.Now())["status"] }

	require.Equal(t, "expired", status())
	code, claim, _ := call("POST", "Grace")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "Grace", *claim.By)
	require.WithinDuration(t, time.Now().Add(10*time.Minute), *claim.Until, time.Minute)
	require.Equal(t, "resuming", status())

	for _, method := range []string{"POST", "DELETE"} {
		code, _, p := call(method, "Joan")
		require.Equal(t, http.StatusConflict, code)
		require.Equal(t, "resume_claimed", p.Code)
		require.Equal(t, "Grace", p.ClaimedBy)
		require.WithinDuration(t, *claim.Until, *p.ClaimedUntil, time.Second)
	}

	code, released, _ := call("DELETE", "Grace")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, api.Claim{}, released)
	require.Equal(t, "expired", status())
	code, _, _ = call("POST", "Joan")
	require.Equal(t, http.StatusOK, code)

	f.exec(`UPDATE conversations SET resume_claimed_until = now() - interval '1 second'`)
	code, claim, _ = call("POST", "Grace")
	require.Equal(t, http.StatusOK, code, "Joan's has ended")
	require.Equal(t, "Grace", *claim.By)

	var decisions int
	require.NoError(t, f.pool.QueryRow(t.Context(),
		`SELECT count(*) FROM decisions WHERE subject = 'resume_claim' AND (facts::text || sentence) !~ 'Grace|Joan'`).Scan(&decisions))
	require.Equal(t, 4, decisions, "Grace's, its end, Joan's and Grace's again, each once and none with a name")
}

func TestAConversationThatThereIsNotCannotBeClaimed(t *testing.T) {
	f := newFixture(t)
	for _, method := range []string{"POST", "DELETE"} {
		var p api.Problem
		require.Equal(t, http.StatusNotFound,
			f.call(method, "/v1/conversations/"+uuid.NewString()+"/resume-claim", `{"by": "Grace"}`, &p).StatusCode)
		require.Equal(t, "conversation_not_found", p.Code)
		require.Equal(t, http.StatusUnprocessableEntity,
			f.call(method, "/v1/conversations/"+uuid.NewString()+"/resume-claim", `{"by": " "}`, &p).StatusCode)
		require.Equal(t, "by", p.Field)
	}
}
