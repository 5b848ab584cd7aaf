package stack_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/db"
	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/ledger"
	"reengage/tariff"
	"reengage/whatsapp/whatsapptest"
)

// audienceOfKills are the contacts of the campaign, all of whom are in the crowd.
const audienceOfKills = 400

// crowdOfKills is soon done with everything, on a clock that runs at scale.
var crowdOfKills = whatsapptest.Crowd{
	Seed: 6, Prefix: memberPrefix, Quote: 0.5,
	Shares: whatsapptest.Shares{Unreachable: 0.06, Stopped: 0.04, Blocking: 0.04, SayingStop: 0.04, Answering: 0.25, Reading: 0.4},
	Delays: soon,
}

// TestKilledInTheMiddleOfACampaignEverybodyGetsItAtMostOnceAndTheResultsAreThoseOfTheCrowd kills worker and gateway with SIGKILL
// again and again while a campaign runs, which is paused in the middle, when somebody says STOP before their turn, and resumed.
func TestKilledInTheMiddleOfACampaignEverybodyGetsItAtMostOnceAndTheResultsAreThoseOfTheCrowd(t *testing.T) {
	t.Parallel()
	s, _ := startDurableStack(t, func(o *stack.Options) { o.Scale, o.Env = 10, []string{"REENGAGE_UNKNOWN_AFTER=2s"} })
	require.NoError(t, s.Simulator.SetCrowd(crowdOfKills))
	business := people.NewBusiness(s)
	require.NoError(t, business.SetRate(t.Context(), 60))
	c := broadcast(t, business, audienceOfKills, 5)
	require.NoError(t, business.Tell(t.Context(), c, "launch", "launch"))

	killed, done := context.WithCancel(t.Context())
	defer done()
	var killer sync.WaitGroup
	killer.Go(func() { killAgainAndAgain(t, killed, s, 6) })
	reach(t, s, c, audienceOfKills/4)
	insist(t, func() error { return business.Tell(t.Context(), c, "pause", "pause") })
	stopped := stopsBeforeTheirTurn(t, s, c)
	insist(t, func() error { return business.Tell(t.Context(), c, "resume", "resume") })
	finished(t, business, c)
	killer.Wait()
	require.NoError(t, s.Simulator.Settle(t.Context()))
	require.Eventually(t, func() bool {
		left, err := db.New(s.Pool).CountUnfinished(t.Context())
		return err == nil && left.Unsignalled+left.Dirty == 0 &&
			count(t, s, `SELECT count(*) FROM sends WHERE state IN ('planned', 'inflight') OR state = 'unknown' AND NOT final`) == 0
	}, 3*time.Minute, 200*time.Millisecond)

	sent := sentOnce(t, s)
	holdAgainstFates(t, s, business, c, sent, stopped)
	owesWhatTheLogSays(t, s)
}

// killAgainAndAgain kills worker and gateway in turn, at random moments.
func killAgainAndAgain(t *testing.T, ctx context.Context, s *stack.Stack, kills int) {
	for i := range kills {
		wait(ctx, time.Duration(400+rand.IntN(1200))*time.Millisecond)
		kill, start := s.KillWorker, s.StartWorker
		if i%2 == 1 {
			kill, start = s.KillGateway, s.StartGateway
		}
		kill()
		if err := start(t.Context()); err != nil {
			t.Errorf("start again: %v", err)
			return
		}
	}
}

// insist asks until somebody answers: the gateway may have been killed.
func insist(t *testing.T, ask func() error) {
	t.Helper()
	require.Eventually(t, func() bool {
		err := ask()
		var refusal *people.Refusal
		if errors.As(err, &refusal) && refusal.Status < http.StatusInternalServerError {
			require.NoError(t, err)
		}
		return err == nil
	}, time.Minute, 100*time.Millisecond)
}

// reach waits until so many have got it: of a worker that is killed it takes a while until its work is somebody else's.
func reach(t *testing.T, s *stack.Stack, c people.Campaign, accepted int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return count(t, s, `SELECT count(*) FROM campaign_recipients WHERE campaign_id = $1 AND state = 'accepted'`, c.ID) >= accepted
	}, 3*time.Minute, 20*time.Millisecond)
}

// stopsBeforeTheirTurn has somebody say STOP whose turn has not come, and returns their phone once that is known.
func stopsBeforeTheirTurn(t *testing.T, s *stack.Stack, c people.Campaign) (phone string) {
	t.Helper()
	require.NoError(t, s.Pool.QueryRow(t.Context(), `SELECT p.phone FROM campaign_recipients r JOIN contacts p ON p.id = r.contact_id
		WHERE r.campaign_id = $1 AND r.state = 'pending' ORDER BY r.id DESC LIMIT 1`, c.ID).Scan(&phone))
	_, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: phone, Text: "STOP"})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return count(t, s, `SELECT count(*) FROM consent_changes x JOIN contacts p ON p.id = x.contact_id WHERE NOT x.opted_in AND p.phone = $1`, phone) > 0
	}, time.Minute, 20*time.Millisecond)
	return phone
}

// sentOnce fails if WhatsApp has taken a message twice, by its send or by its phone, and returns the phones.
func sentOnce(t *testing.T, s *stack.Stack) map[string]bool {
	t.Helper()
	sends, phones := map[uuid.UUID]bool{}, map[string]bool{}
	for _, m := range s.Simulator.Messages() {
		var body struct {
			Opaque string `json:"biz_opaque_callback_data"`
		}
		require.NoError(t, json.Unmarshal(m.Body, &body))
		id, _, _ := strings.Cut(body.Opaque, "/")
		require.False(t, sends[uuid.MustParse(id)], "no send is sent twice")
		require.False(t, phones[m.To], "nobody gets it twice")
		sends[uuid.MustParse(id)], phones[m.To] = true, true
	}
	return phones
}

// holdAgainstFates fails unless the results are what the crowd's fates say. Whoever was in flight when the worker was killed may have
// got nothing, and never will: nobody can know, so it is unknown.
func holdAgainstFates(t *testing.T, s *stack.Stack, business *people.Business, c people.Campaign, sent map[string]bool, stopped string) {
	t.Helper()
	require.False(t, sent[stopped], "who says STOP before their turn gets nothing")
	r, err := business.Results(t.Context(), c.ID)
	require.NoError(t, err)
	unknown := phonesIn(t, s, c, "unknown")
	want := campaign.Results{Recipients: audienceOfKills, Refused: 1, Unknown: len(unknown), LeftOut: &campaign.LeftOut{NoOptIn: 5}}
	for i := range audienceOfKills {
		phone := member(i)
		f := crowdOfKills.Fate(phone)
		switch {
		case phone == stopped:
			continue
		case unknown[phone]:
			require.False(t, sent[phone], "what WhatsApp has taken it has told of")
			continue
		}
		require.Equal(t, f.Accepted(), sent[phone], "everybody who should gets it: %+v", f)
		switch f.Does {
		case whatsapptest.HasStopped, whatsapptest.IsUnreachable:
			want.Failed++
		default:
			want.Accepted++
		}
		for counter, counts := range map[*int]bool{&want.Delivered: f.Delivered(), &want.Read: f.Read(), &want.Answered: f.Writes(), &want.OptedOut: f.Does == whatsapptest.SaysStop} {
			if counts {
				*counter++
			}
		}
	}
	figures := func(r campaign.Results) []any {
		return []any{r.Recipients, r.LeftOut, r.Pending, r.Held, r.InProgress, r.NotSent, r.Refused, r.Unknown, r.Failed, r.Accepted, r.Delivered, r.Read, r.Answered, r.OptedOut}
	}
	require.Equal(t, figures(want), figures(r))
	require.Equal(t, r.Recipients, r.Pending+r.Held+r.InProgress+r.Refused+r.NotSent+r.Unknown+r.Failed+r.Accepted, "the figures add up")
	require.Equal(t, []campaign.CodeCount{{Code: string(conversation.OptedOutOf), Recipients: 1}}, r.RefusedBy)
	t.Logf("%d accepted, %d answered, %d opted out, %d failed, %d nobody knows of", r.Accepted, r.Answered, r.OptedOut, r.Failed, r.Unknown)
}

func phonesIn(t *testing.T, s *stack.Stack, c people.Campaign, state string) map[string]bool {
	t.Helper()
	rows, err := s.Pool.Query(t.Context(), `SELECT p.phone FROM campaign_recipients r JOIN contacts p ON p.id = r.contact_id
		WHERE r.campaign_id = $1 AND r.state = $2`, c.ID, state)
	require.NoError(t, err)
	found := map[string]bool{}
	for rows.Next() {
		var phone string
		require.NoError(t, rows.Scan(&phone))
		found[phone] = true
	}
	require.NoError(t, rows.Err())
	return found
}

// owesWhatTheLogSays holds the charges of all conversations against the events.
func owesWhatTheLogSays(t *testing.T, s *stack.Stack) {
	t.Helper()
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	book := ledger.New(s.Pool, cards, tariff.DefaultEntryPoint, slog.New(slog.DiscardHandler))
	conversations, err := db.New(s.Pool).ListConversationFacts(t.Context())
	require.NoError(t, err)
	require.Greater(t, len(conversations), audienceOfKills/2)
	for _, c := range conversations {
		owed, err := book.Check(t.Context(), c.Conversation.ID)
		require.NoError(t, err)
		require.Zero(t, owed, "the ledger and the event log agree")
	}
}
