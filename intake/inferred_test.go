package intake_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/intake"
	"reengage/ledger"
	"reengage/tariff"
)

// priced is a status that says what the message is charged as.
func priced(id, state string, at time.Time, category string) object {
	s := status(id, state, at, 0)
	s["pricing"] = object{"billable": true, "pricing_model": "PMP", "type": "regular", "category": category}
	return s
}

func newLedger(t testing.TB, pool *pgxpool.Pool) *ledger.Ledger {
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	return ledger.New(pool, cards, tariff.DefaultEntryPoint, slog.New(slog.DiscardHandler))
}

// settle bills whatever is to be billed and lists what is owed then, by message.
func settle(t testing.TB, l *ledger.Ledger, pool *pgxpool.Pool) string {
	t.Helper()
	for more := true; more; {
		s, err := l.SettleBatch(t.Context(), 100)
		require.NoError(t, err)
		require.Zero(t, s.Failed)
		more = s.More
	}
	require.Zero(t, count(t, pool, "dirty_conversations"))
	return value[string](t, pool, `SELECT coalesce(string_agg(concat_ws(' ', e.wamid, c.scheme, c.rule, c.category, c.amount_micros, c.charged_at), E'\n'
		ORDER BY c.charged_at, e.wamid), '') FROM charges c JOIN events e ON e.id = c.event_id
		WHERE c.reverses IS NULL AND NOT EXISTS (SELECT FROM charges r WHERE r.reverses = c.id)`)
}

// permutations lists all orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// Sirena charges a template at its own time (S2), Meta at its delivery; both must come out the same whatever was heard first, with
// the message's report and without it, and also if it is billed after each piece of news.
func TestAMessageThatIsInferredEndsTheSameInAnyOrder(t *testing.T) {
	pool := dbtest.New(t)
	l := newLedger(t, pool)
	accepted, sent, delivered := sentAt.Add(-2*time.Second), sentAt, sentAt.Add(time.Minute)
	for _, scheme := range []string{"sirena", "meta-pmp-2025"} {
		news := []func(*intake.Store){
			func(s *intake.Store) {
				deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "sent", sent, 0)}))
			},
			func(s *intake.Store) {
				deliver(t, s, webhook(shop, nil, []object{priced("wamid.OUT", "delivered", delivered, "utility")}))
			},
			func(s *intake.Store) {
				deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "read", delivered.Add(time.Minute), 0)}))
			},
			func(s *intake.Store) {
				m := outbound("wamid.OUT", "template", accepted)
				m.Category = "marketing"
				report(t, s, m)
			},
		}
		for _, known := range []int{3, 4} {
			at, category := sent, "utility"
			if known == 4 {
				at, category = accepted, "marketing"
			}
			want := fmt.Sprintf("wamid.OUT sirena S2 26600 %s", at.Format("2006-01-02 15:04:05+00"))
			if scheme != "sirena" {
				// The provider's verdict counts, whatever the report says (P6).
				want = fmt.Sprintf("wamid.OUT meta-pmp-2025 P6 utility 22000 %s", delivered.Format("2006-01-02 15:04:05+00"))
			}
			for _, order := range permutations(known) {
				for _, promptly := range []bool{false, true} {
					empty(t, pool)
					s := open(pool)
					require.NoError(t, forgetCharges(t, pool))
					_, err := s.Resolve(t.Context(), receivedAt, shop, intake.Identity{Phone: ada})
					require.NoError(t, err)
					require.NoError(t, l.Assign(t.Context(), ledger.Assignment{PhoneNumberID: shop, Scheme: scheme}))
					for range 2 {
						for _, i := range order {
							news[i](s)
							if promptly {
								settle(t, l, pool)
							}
						}
					}
					require.Equal(t, want, settle(t, l, pool), "%s in order %v", scheme, order)
					f := theFacts(t, pool)
					require.Equal(t, []time.Time{at, at}, []time.Time{f.LastOutboundAt, f.TemplateAcceptedAt}, "order %v", order)
					require.Equal(t, "read", value[string](t, pool, "SELECT delivery_status FROM outbound_messages"))
					require.Equal(t, 1, count(t, pool, "conversations"))
					require.LessOrEqual(t, count(t, pool, "events WHERE inferred"), 1)
					require.Equal(t, 1, count(t, pool, "events e WHERE kind = 'outbound' AND NOT superseded(e)"))
					if category == "marketing" && order[0] == 3 {
						require.Zero(t, count(t, pool, "events WHERE inferred"), "what is known is not inferred")
					}
				}
			}
		}
	}
}

func forgetCharges(t *testing.T, pool *pgxpool.Pool) error {
	_, err := pool.Exec(t.Context(), `SET session_replication_role = replica; DELETE FROM charges; DELETE FROM pinned_cards;
		DELETE FROM scheme_assignments; DELETE FROM unpriced_messages; DELETE FROM verdict_differences; DELETE FROM allowance_places;
		SET session_replication_role = DEFAULT`)
	return err
}

func TestOnlyAMessageOfSomebodyElseThatArrivedIsInferred(t *testing.T) {
	own := priced("wamid.OUT", "delivered", sentAt, "utility")
	own["biz_opaque_callback_data"] = uuid.NewString() + "/1"
	other := priced("wamid.OUT", "delivered", sentAt, "utility")
	other["biz_opaque_callback_data"] = "order 17/1"
	nobody := priced("wamid.OUT", "delivered", sentAt, "utility")
	delete(nobody, "recipient_id")
	byBSUID := priced("wamid.OUT", "delivered", sentAt, "utility")
	delete(byBSUID, "recipient_id")
	byBSUID["recipient_user_id"] = "GB.1002003004"
	for name, c := range map[string]struct {
		statuses []object
		want     string // type and category; empty: the status stays parked
	}{
		"a template":                       {[]object{priced("wamid.OUT", "delivered", sentAt, "marketing")}, "template marketing"},
		"a free-form message":              {[]object{priced("wamid.OUT", "delivered", sentAt, "service")}, "freeform"},
		"read without delivered":           {[]object{priced("wamid.OUT", "read", sentAt, "utility")}, "template utility"},
		"priced on sent alone":             {[]object{priced("wamid.OUT", "sent", sentAt, "utility"), status("wamid.OUT", "delivered", sentAt, 0)}, "template utility"},
		"to a bsuid":                       {[]object{byBSUID}, "template utility"},
		"another sender's callback data":   {[]object{other}, "template utility"},
		"our own":                          {[]object{own}, ""},
		"our own, as another status says":  {[]object{own, status("wamid.OUT", "read", sentAt, 0)}, ""},
		"not arrived":                      {[]object{priced("wamid.OUT", "sent", sentAt, "utility")}, ""},
		"failed":                           {[]object{priced("wamid.OUT", "sent", sentAt, "utility"), status("wamid.OUT", "failed", sentAt, 131026)}, ""},
		"of no stated category":            {[]object{status("wamid.OUT", "delivered", sentAt, 0)}, ""},
		"to nobody that is stated":         {[]object{nobody}, ""},
		"on a status that came before the": {[]object{status("wamid.OUT", "delivered", sentAt, 0), priced("wamid.OUT", "sent", sentAt, "utility")}, "template utility"},
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			for _, one := range c.statuses {
				deliver(t, s, webhook(shop, nil, []object{one}))
			}
			require.Equal(t, c.want, value[string](t, pool, `SELECT coalesce(string_agg(concat_ws(' ', type, category), ' '), '') FROM events WHERE inferred`))
			if c.want == "" {
				require.Zero(t, count(t, pool, "contacts"), "nobody is made a contact for it")
				return
			}
			require.Zero(t, count(t, pool, "events WHERE conversation_id IS NULL"))
			require.Equal(t, 1, count(t, pool, "events WHERE inferred AND needs_signal"), "the workflow hears that the business wrote")
		})
	}
}

// The message was inferred to be to a phone; its report names a contact of whom only the bsuid is known.
func TestAReportThatNamesSomebodyElseTakesTheMessageAlong(t *testing.T) {
	s, pool := newStore(t)
	l := newLedger(t, pool)
	deliver(t, s, webhook(shop, nil, []object{priced("wamid.OUT", "delivered", sentAt, "utility")}))
	require.Contains(t, settle(t, l, pool), "utility")
	report(t, s, intake.Message{Kind: intake.Outbound, PhoneNumberID: shop, Who: intake.Identity{BSUID: "GB.1002003004"}, ID: "wamid.OUT",
		OccurredAt: sentAt, Type: "template", Category: "utility"})
	require.Contains(t, settle(t, l, pool), "utility")
	require.Equal(t, 1, count(t, pool, "conversations WHERE last_outbound_at IS NOT NULL"))
	require.EqualValues(t, 22_000, value[int64](t, pool, "SELECT sum(amount_micros)::bigint FROM charges"), "it is charged once")
}
