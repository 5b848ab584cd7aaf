package campaign_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/clock"
	"reengage/db"
)

func (w *world) results(c campaign.Campaign, now time.Time) campaign.Results {
	w.Helper()
	r, err := campaign.Count(w.Context(), db.New(w.pool), clock.Clock{}, c, now)
	require.NoError(w, err)
	return r
}

// outcome is what a test makes of a recipient.
type outcome struct {
	state, code, delivery string
	answered, optedOut    bool
	cost                  int64
}

// settle puts recipients of a campaign where a run and statuses would have put them by then: sends, messages, statuses and charges
// included.
func (w *world) settle(c campaign.Campaign, at time.Time, outcomes []outcome) {
	w.Helper()
	rows, err := db.New(w.pool).ListCampaignRecipients(w.Context(), db.ListCampaignRecipientsParams{CampaignID: c.ID, MaxRows: int32(len(outcomes))})
	require.NoError(w, err)
	require.Len(w, rows, len(outcomes))
	for i, o := range outcomes {
		r := rows[i].CampaignRecipient
		settled, delivered, read, answered := at.Add(time.Duration(i)*time.Second), at.Add(time.Hour), at.Add(2*time.Hour), at.Add(3*time.Hour)
		talk, message := uuid.New(), uuid.New()
		w.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at) VALUES ($1, $2, $3, $4)`, talk, c.BusinessNumberID, r.ContactID, at)
		sent := o.state == "accepted" || o.state == "failed"
		if sent {
			w.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, state, planned_at, not_after, accepted_at, message_id, campaign_id)
				VALUES ($1, $2, $3, $4, 'campaign', 'template', '{}', 'come_back', 'accepted', $5, $5, $5, $6, $7)`, r.ID, talk, c.BusinessNumberID, r.ContactID, settled, message, c.ID)
			w.exec(`INSERT INTO events (id, conversation_id, business_number_id, kind, type, source, occurred_at, received_at, content)
				VALUES ($1, $2, $3, 'outbound', 'template', 'send', $4, $4, '{}')`, message, talk, c.BusinessNumberID, settled)
		}
		if o.cost > 0 {
			w.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
				VALUES ('sirena', 'sirena-2022', 'template', $1, 1, $2, $3, $4, 'USD', $5, 'S2')`, message, talk, c.BusinessNumberID, o.cost, settled)
		}
		when := func(holds bool, t time.Time) *time.Time {
			if !holds {
				return nil
			}
			return &t
		}
		null := func(s string) *string {
			if s == "" {
				return nil
			}
			return &s
		}
		w.exec(`UPDATE campaign_recipients SET state = $2, code = $3, due_at = $4, asked_at = now(), settled_at = $5, delivery = $6, delivered_at = $7,
			answered_at = $8, opted_out_at = $9, conversation_id = $10, read_at = $11 WHERE id = $1`, r.ID, o.state, null(o.code), when(o.state == "held", at.Add(time.Hour)),
			when(sent || o.state == "refused", settled), null(o.delivery), when(o.delivery == "delivered" || o.delivery == "read", delivered),
			when(o.answered, answered), when(o.optedOut, answered), talk, when(o.delivery == "read", read))
	}
}

func TestResultsAddUpAndAreWhatANaiveCountFinds(t *testing.T) {
	w := newWorld(t)
	c := w.running(120)
	r := rand.New(rand.NewPCG(5, 5))
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	var outcomes []outcome
	want := campaign.Results{}
	held, refused, failed := map[string]int{}, map[string]int{}, map[string]int{}
	cost := int64(0)
	for range 120 {
		o := outcome{state: []string{"pending", "held", "asked", "planned", "accepted", "accepted", "accepted", "refused", "failed", "unknown", "not_sent"}[r.IntN(11)]}
		switch o.state {
		case "pending":
			want.Pending++
		case "held":
			o.code = []string{"quiet_hours", "agent_at_work"}[r.IntN(2)]
			held[o.code]++
			want.Held++
		case "asked", "planned":
			want.InProgress++
		case "refused":
			o.code = []string{"opted_out", "frequency_capped", "template_parameters"}[r.IntN(3)]
			refused[o.code]++
			want.Refused++
		case "failed":
			o.code = "undeliverable"
			failed[o.code]++
			want.Failed++
		case "unknown":
			want.Unknown++
		case "not_sent":
			o.code = "campaign_cancelled"
			want.NotSent++
		case "accepted":
			want.Accepted++
			o.delivery = []string{"", "sent", "delivered", "read", "read"}[r.IntN(5)]
			o.cost = 26_600
			cost += o.cost
			if o.delivery == "delivered" || o.delivery == "read" {
				want.Delivered++
				o.answered, o.optedOut = r.IntN(2) == 0, r.IntN(5) == 0
			}
			if o.delivery == "read" {
				want.Read++
			}
			if o.answered {
				want.Answered++
			}
			if o.optedOut {
				want.OptedOut++
			}
		}
		outcomes = append(outcomes, o)
	}
	w.settle(c, at, outcomes)
	got := w.results(c, at.Add(10*time.Hour))
	require.Equal(t, []int{want.Pending, want.Held, want.InProgress, want.Refused, want.NotSent, want.Unknown, want.Failed, want.Accepted, want.Delivered, want.Read, want.Answered, want.OptedOut},
		[]int{got.Pending, got.Held, got.InProgress, got.Refused, got.NotSent, got.Unknown, got.Failed, got.Accepted, got.Delivered, got.Read, got.Answered, got.OptedOut})
	require.Equal(t, 120, got.Recipients)
	require.Equal(t, 120, got.Pending+got.Held+got.InProgress+got.Refused+got.NotSent+got.Unknown+got.Failed+got.Accepted)
	for _, by := range []struct {
		want map[string]int
		got  []campaign.CodeCount
	}{{held, got.HeldBy}, {refused, got.RefusedBy}, {failed, got.FailedBy}} {
		counted := map[string]int{}
		for _, b := range by.got {
			counted[b.Code] = b.Recipients
		}
		require.Equal(t, by.want, counted)
		require.True(t, slices.IsSortedFunc(by.got, func(a, b campaign.CodeCount) int { return b.Recipients - a.Recipients }))
	}
	require.Len(t, got.Costs, 1)
	require.Equal(t, cost, got.Costs[0].AmountMicros)
	require.InDelta(t, float64(cost)/float64(want.Answered), float64(*got.Costs[0].AnswerMicros), 0.5)
	sums := campaign.Point{}
	for i, p := range got.Series.Points {
		require.True(t, i == 0 || p.At.After(got.Series.Points[i-1].At))
		sums.Accepted, sums.Delivered, sums.Read, sums.Answered = sums.Accepted+p.Accepted, sums.Delivered+p.Delivered, sums.Read+p.Read, sums.Answered+p.Answered
	}
	require.Equal(t, []int{got.Accepted, got.Delivered, got.Read, got.Answered}, []int{sums.Accepted, sums.Delivered, sums.Read, sums.Answered}, "the chart adds up")
	require.LessOrEqual(t, len(got.Series.Points), 101)
	require.NotNil(t, got.LeftOut)
	require.True(t, got.Chosen)
}

func TestAReversalIsNoCost(t *testing.T) {
	w := newWorld(t)
	c := w.running(2)
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	w.settle(c, at, []outcome{{state: "accepted", cost: 26_600}, {state: "accepted", cost: 26_600}})
	w.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
		SELECT scheme, card, kind, event_id, revision, id, conversation_id, business_number_id, -amount_micros, currency, charged_at, rule FROM charges LIMIT 1`)
	got := w.results(c, at.Add(time.Hour))
	require.Equal(t, []campaign.Cost{{Currency: "USD", AmountMicros: 26_600}}, got.Costs)
}

func TestHowFastItGoesIsOfTheLastMinute(t *testing.T) {
	w := newWorld(t)
	c := w.running(100)
	outcomes := make([]outcome, 60)
	for i := range outcomes {
		outcomes[i] = outcome{state: "accepted"}
	}
	start := time.Now().UTC()
	c.LaunchedAt = start.Add(-time.Hour)
	w.settle(c, start, outcomes)
	got := w.results(c, start.Add(time.Minute)) // the first of them a minute ago, to the instant
	require.InDelta(t, 59.0/60, got.Progress.PerSecond, 0.02)
	require.Equal(t, 60, got.Progress.Done)
	require.InDelta(t, 40*60/59.0, got.Progress.EndsAt.Sub(got.AsOf).Seconds(), 1)
	c.State = campaign.Paused
	require.Nil(t, w.results(c, start.Add(time.Minute)).Progress.EndsAt)
}

func TestRecipientsArePagedByKeyAndFiltered(t *testing.T) {
	w := newWorld(t)
	c := w.running(25)
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	outcomes := make([]outcome, 25)
	for i := range outcomes {
		outcomes[i] = outcome{state: "accepted", delivery: "delivered", answered: i%5 == 0}
		if i%4 == 3 {
			outcomes[i] = outcome{state: "refused", code: []string{"opted_out", "suppressed"}[i%2]}
		}
	}
	w.settle(c, at, outcomes)
	all := func(r campaign.RecipientsRequest) (found []campaign.Recipient) {
		r.CampaignID, r.Limit = c.ID, 4
		for {
			page, err := campaign.Recipients(w.Context(), db.New(w.pool), r)
			require.NoError(t, err)
			found = append(found, page...)
			if len(page) < r.Limit {
				return found
			}
			r.After = page[len(page)-1].ID
		}
	}
	yes, no := true, false
	require.Len(t, all(campaign.RecipientsRequest{}), 25)
	require.Len(t, all(campaign.RecipientsRequest{State: campaign.RecipientRefused}), 6)
	require.Len(t, all(campaign.RecipientsRequest{Code: "suppressed"}), 6)
	require.Len(t, all(campaign.RecipientsRequest{Answered: &yes}), 4)
	require.Len(t, all(campaign.RecipientsRequest{Answered: &no}), 21)
	for _, r := range all(campaign.RecipientsRequest{State: campaign.RecipientAccepted}) {
		require.Equal(t, r.ID, *r.SendID)
		require.Regexp(t, `^Person \d+ \+1202555\d{4}$`, fmt.Sprint(r.Name, " ", r.Phone))
	}
}
