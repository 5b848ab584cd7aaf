package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func campaignRun(t *testing.T, args ...string) (code int, out, errors string) {
	t.Helper()
	r := runHere(t, "", append([]string{"campaign"}, args...)...)
	return r.code, r.out, r.err
}

func TestAWatchedCampaignIsLinesUntilItIsPaused(t *testing.T) {
	reason := api.CampaignReason("too_many_failures")
	looks := []api.CampaignResults{
		{State: "running", Recipients: 100, Pending: 100},
		{State: "running", Recipients: 100, Accepted: 50, Delivered: 40, Pending: 50, Progress: api.CampaignProgress{Done: 50, PerSecond: 12.5}},
		{State: "paused", Reason: &reason, Recipients: 100, Accepted: 60, Delivered: 50, Read: 20, Answered: 10, Failed: 15, Pending: 25,
			FailedBy: []api.CampaignCodeCount{{Code: "undeliverable", Recipients: 15}}, Progress: api.CampaignProgress{Done: 75},
			Costs: []api.CampaignCost{{Currency: "USD", AmountMicros: 1_596_000, AnswerMicros: new(int64)}}},
	}
	*looks[2].Costs[0].AnswerMicros = 159_600
	asked := 0
	answering(t, func(string, string, []byte) any {
		asked++
		return looks[min(asked-1, 2)]
	})
	code, out, errors := campaignRun(t, "status", uuid.NewString(), "--watch", "--every", "1ms")
	require.Equal(t, []any{0, ""}, []any{code, errors})
	require.NotContains(t, out, "\x1b", "nobody looks at a terminal")
	lines := strings.Split(out, "\n")
	require.Equal(t, "running [..............................] 0 of 100; 0 delivered, 0 read, 0 answered", lines[0])
	require.Equal(t, "running [###############...............] 50 of 100, 12.5 a second; 40 delivered, 0 read, 0 answered", lines[1])
	require.Equal(t, "paused by itself: too many messages failed (too_many_failures), 100 recipients", lines[2])
	require.Contains(t, out, "20.0% of the delivered")
	require.Contains(t, out, "undeliverable 15")
	require.Contains(t, out, "It cost 1.596 USD, 0.1596 USD for each answer.")
}

func TestADraftIsMadeOfFlagsOrOfAFile(t *testing.T) {
	var body map[string]any
	segment := uuid.New()
	answering(t, func(_, _ string, raw []byte) any {
		body = nil
		require.NoError(t, json.Unmarshal(raw, &body))
		return api.Campaign{ID: segment, Name: "Spring", State: "draft", CreatedAt: time.Now()}
	})
	code, out, errors := campaignRun(t, "create", "--name", "Spring", "--number", "106540352242922", "--template", "spring_sale", "--segment", segment.String(),
		"--parameters", `["{{contact.first_name|there}}"]`, "--budget-micros", "5000000", "--start", "2026-12-01T09:00:00Z")
	require.Equal(t, []any{0, ""}, []any{code, errors})
	require.Contains(t, out, "Spring")
	require.Equal(t, map[string]any{"name": "Spring", "number": "106540352242922", "segment": segment.String(), "start_at": "2026-12-01T09:00:00Z",
		"template": map[string]any{"name": "spring_sale", "language": "en_US"}, "parameters": []any{"{{contact.first_name|there}}"},
		"limits": map[string]any{"budget_micros": 5e6}}, body)

	for _, wrong := range [][]string{{"create", "--name", "Spring"}, {"create", "--name", "x", "--template", "x", "--segment", segment.String(), "--number", "1", "--parameters", "["},
		{"show", "no-id"}, {"test", segment.String()}} {
		code, _, errors := campaignRun(t, wrong...)
		require.Equal(t, 2, code, "%v: %s", wrong, errors)
		require.NotEmpty(t, errors)
	}
}

func TestAQuoteIsATableAndItsNotes(t *testing.T) {
	price, amount, end := int64(62_500), int64(625_000), time.Date(2026, 12, 1, 9, 2, 0, 0, time.UTC)
	answering(t, func(string, string, []byte) any {
		return api.CampaignQuote{Contacts: 15, Recipients: 12, LeftOut: api.CampaignLeftOut{OptedOut: 1, NoOptIn: 2}, UpperBound: true,
			Markets: []api.CampaignMarket{{Market: "BR", Contacts: 10, PriceMicros: &price, AmountMicros: &amount, Currency: "USD", Rule: "P2"}, {Market: "XX", Contacts: 2}},
			Totals:  []api.CampaignTotal{{Currency: "USD", AmountMicros: amount, Contacts: 10}}, Pace: api.CampaignPace{Seconds: 120, EndsAt: &end},
			Warnings: []api.CampaignWarning{{Code: "unpriced", Sentence: "2 have no price"}}}
	})
	code, out, _ := campaignRun(t, "quote", uuid.NewString())
	require.Zero(t, code)
	require.Contains(t, out, "12 of 15 contacts would be recipients; left out: 1 opted out, 2 without opt-in, 0 suppressed, 0 unreachable\n")
	require.Regexp(t, `BR +10 +0.0625 USD +0.625 USD +P2`, out)
	require.Regexp(t, `total +10 +at most 0.625 USD`, out)
	require.Contains(t, out, "It takes about 2 min, until 2026-12-01 09:02:00 UTC.\nNote: 2 have no price (unpriced)\n")
}

func TestRecipientsComeAsTheFileThatTheGatewayWrites(t *testing.T) {
	path := ""
	answering(t, func(_, asked string, _ []byte) any { path = asked; return "id,name\r\n1,'=1+1\r\n" })
	id := uuid.NewString()
	code, out, _ := campaignRun(t, "recipients", id, "--csv", "--state", "refused", "--answered")
	require.Zero(t, code)
	require.Equal(t, "id,name\r\n1,'=1+1\r\n", out)
	require.Equal(t, "/v1/campaigns/"+id+"/recipients?answered=true&state=refused", path)
}
