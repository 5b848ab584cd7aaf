package intake_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/intake"
)

// The oracle is W1 as it stands: sorted by time, a message less than 24 h after the one before it belongs to its chain.
func chainOf(times []time.Time) (opened, last time.Time) {
	sorted := slices.SortedFunc(slices.Values(times), time.Time.Compare)
	for i, at := range sorted {
		if i == 0 || at.Sub(sorted[i-1]) >= 24*time.Hour {
			opened = at
		}
		last = at
	}
	return opened, last
}

// Any order, any duplication and any grouping of messages into bodies ends in the facts of an orderly run.
func TestFactsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	pool := dbtest.New(t)
	rapid.Check(t, func(rt *rapid.T) {
		empty(rt, pool)
		s := open(pool)
		// Times around whole days apart, so that gaps of just 24 h are frequent.
		times := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Time {
			day := rapid.IntRange(0, 5).Draw(t, "day")
			off := rapid.SampledFrom([]int{-7200, -1, 0, 1, 43200}).Draw(t, "seconds")
			return receivedAt.Add(time.Duration(day-6)*24*time.Hour + time.Duration(off)*time.Second)
		}), 1, 8).Draw(rt, "times")
		var arrivals []object
		for i, at := range times {
			for range rapid.IntRange(1, 2).Draw(rt, "copies") {
				arrivals = append(arrivals, text(fmt.Sprintf("wamid.%d", i), at, ada))
			}
		}
		arrivals = rapid.Permutation(arrivals).Draw(rt, "arrivals")
		for len(arrivals) > 0 {
			n := rapid.IntRange(1, len(arrivals)).Draw(rt, "body")
			_, err := s.Webhook(t.Context(), webhook(shop, arrivals[:n], nil), receivedAt)
			require.NoError(rt, err)
			arrivals = arrivals[n:]
		}
		opened, last := chainOf(times)
		f := theFacts(rt, pool)
		require.Equal(rt, conversation.Facts{OpenedAt: opened, LastInboundAt: last, ExpiresAt: last.Add(24 * time.Hour)}, f)
	})
}

// Parked or not, doubled or not: messages of the business and their statuses end in the facts that follow from what was
// sent and what arrived.
func TestOutboundFactsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	pool := dbtest.New(t)
	rapid.Check(t, func(rt *rapid.T) {
		empty(rt, pool)
		s := open(pool)
		var want conversation.Facts
		var steps []func()
		n := rapid.IntRange(1, 4).Draw(rt, "messages")
		for i := range n {
			id, at := fmt.Sprintf("wamid.OUT%d", i), receivedAt.Add(time.Duration(i-10)*time.Minute)
			kind := rapid.SampledFrom([]string{"template", "freeform"}).Draw(rt, "kind")
			outcome := rapid.SampledFrom([][]string{nil, {"sent"}, {"sent", "delivered"}, {"failed"}, {"failed", "read"},
				{"sent", "failed"}, {"closed"}}).Draw(rt, "statuses")
			steps = append(steps, func() {
				_, err := s.Messages(t.Context(), intake.FromAPI, receivedAt, []intake.Message{outbound(id, kind, at)})
				require.NoError(rt, err)
			})
			for j, state := range outcome {
				code, when := 0, at.Add(time.Duration(j+1)*time.Second)
				switch state {
				case "closed":
					state, code = "failed", 131047
					if kind == "freeform" {
						want.DisputedAt = when
					}
				case "failed":
					code = 131026
				}
				steps = append(steps, func() {
					_, err := s.Webhook(t.Context(), webhook(shop, nil, []object{status(id, state, when, code)}), receivedAt)
					require.NoError(rt, err)
				})
			}
			if failed := len(outcome) > 0 && (outcome[len(outcome)-1] == "failed" || outcome[0] == "closed"); !failed {
				want = want.WithOutbound(at, kind == "template")
			}
		}
		steps = append(steps, rapid.SliceOf(rapid.SampledFrom(steps)).Draw(rt, "again")...)
		for _, step := range rapid.Permutation(steps).Draw(rt, "order") {
			step()
		}
		require.Equal(rt, want, theFacts(rt, pool))
		require.Zero(rt, value[int](t, pool, `SELECT count(*)::int FROM outbound_messages WHERE conversation_id IS NULL`))
		require.Zero(rt, value[int](t, pool, `SELECT count(*)::int FROM events WHERE conversation_id IS NULL`))
	})
}

func theFacts(t require.TestingT, pool interface{ db.DBTX }) conversation.Facts {
	var id uuid.UUID
	require.NoError(t, pool.QueryRow(background, "SELECT id FROM conversations").Scan(&id))
	row, err := db.New(pool).GetConversation(background, id)
	require.NoError(t, err)
	return row.Conversation.Facts()
}

// SQL filters by a status that the workflow decides on in Go: they must be one.
func TestStatusInSQLIsTheStatusInGo(t *testing.T) {
	pool := dbtest.New(t)
	base := receivedAt
	instant := func(t *rapid.T, name string) time.Time {
		at := base.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, name+" days"))*24*time.Hour +
			time.Duration(rapid.SampledFrom([]int{-3601, -3600, -3599, -1, 0, 1}).Draw(t, name+" seconds"))*time.Second)
		return at.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, name+" microseconds")) * time.Microsecond)
	}
	seen := map[conversation.StatusName]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		maybe := func(name string) time.Time {
			if !rapid.Bool().Draw(rt, "has "+name) {
				return time.Time{}
			}
			return instant(rt, name)
		}
		f := conversation.Facts{LastInboundAt: maybe("last inbound"), LastOutboundAt: maybe("last outbound"),
			DisputedAt: maybe("disputed"), TemplateAcceptedAt: maybe("template"), ResumeClaimedUntil: maybe("claim"),
			TemplatePending: rapid.SampledFrom([]conversation.TemplatePending{"", "", "", conversation.TemplatePlanned,
				conversation.TemplateInflight, conversation.TemplateUnknown}).Draw(rt, "pending")}
		if !f.LastInboundAt.IsZero() {
			f.OpenedAt, f.ExpiresAt = f.LastInboundAt, f.LastInboundAt.Add(24*time.Hour)
		}
		// Many moments for each row, so that every state comes up in every run.
		moments := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Time { return instant(t, "now") }), 40, 40).Draw(rt, "moments")
		var got []string
		err := pool.QueryRow(t.Context(), `SELECT array_agg(conversation_status(jsonb_populate_record(NULL::conversations,
			jsonb_strip_nulls($1::jsonb)), m.at) ORDER BY m.n) FROM unnest($2::timestamptz[]) WITH ORDINALITY m(at, n)`, f, moments).Scan(&got)
		require.NoError(rt, err)
		for i, now := range moments {
			want := conversation.Status(f, now)
			require.Equal(rt, string(want), got[i], now)
			seen[want] = true
		}
	})
	for _, name := range conversation.StatusNames {
		require.True(t, seen[name], "%s occurred", name)
	}
}

// A thousand messages of one contact in one body, shuffled, cost one transaction and end in one window.
func TestAThousandUpdatesInOneBody(t *testing.T) {
	s, pool := newStore(t)
	var messages, statuses []object
	for i := range 500 {
		messages = append(messages, text(fmt.Sprintf("wamid.%d", i), receivedAt.Add(-time.Duration(i)*time.Minute), fmt.Sprint(15550100000+i%50)))
		statuses = append(statuses, status(fmt.Sprintf("wamid.OUT%d", i%100), []string{"sent", "delivered", "read", "failed", "played"}[i/100],
			receivedAt.Add(-time.Duration(i)*time.Second), 0))
	}
	rand.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
	receipt := deliver(t, s, webhook(shop, messages, statuses))
	require.Equal(t, intake.Receipt{Updates: 1000, New: 1000}, receipt)
	require.Equal(t, 50, count(t, pool, "conversations"))
	require.Equal(t, 50, count(t, pool, "relay_lease"))
	require.Equal(t, 1000, count(t, pool, "events"))
	require.Equal(t, 50, value[int](t, pool, `SELECT count(*)::int FROM conversations c WHERE
		opened_at = (SELECT min(occurred_at) FROM events WHERE conversation_id = c.id) AND
		last_inbound_at = (SELECT max(occurred_at) FROM events WHERE conversation_id = c.id)`))
	require.Equal(t, 100, value[int](t, pool, "SELECT count(*)::int FROM outbound_messages WHERE delivery_status = 'read'"))

	receipt = deliver(t, s, webhook(shop, messages, statuses))
	require.Equal(t, intake.Receipt{Updates: 1000, Duplicates: 1000}, receipt)
}
