package intake_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/intake"
	"reengage/ledger"
)

const moved = "447700900102" // ada's number after the change

// numberChange is a system message of who went by the old names.
func numberChange(id string, old, now [2]string) object {
	system := object{"body": "The contact has changed number", "type": "user_changed_number", "wa_id": now[0], "user_id": now[1]}
	if old[1] != now[1] {
		system["previous_user_id"] = old[1]
	}
	return object{"id": id, "timestamp": stamp(receivedAt), "type": "system", "from": old[0], "from_user_id": old[1], "system": system}
}

func factsOf(t require.TestingT, pool *pgxpool.Pool, id uuid.UUID) conversation.Facts {
	row, err := db.New(pool).GetConversation(background, id)
	require.NoError(t, err)
	return row.Conversation.Facts()
}

// A phone's contact and a bsuid's have written for a while when one message names both.
func TestTwoContactsThatOneMessageNamesTogetherAreMerged(t *testing.T) {
	s, pool := newStore(t)
	day := 24 * time.Hour
	at := func(d time.Duration) time.Time { return receivedAt.Add(d) }
	deliver(t, s, webhook(shop, []object{text("wamid.P1", at(-40*time.Hour), ada)}, nil))
	byBSUID := from("wamid.B1", "", first)
	byBSUID["timestamp"] = stamp(at(-20 * time.Hour))
	deliver(t, s, webhook(shop, []object{byBSUID}, nil))
	report(t, s, intake.Message{Kind: intake.Outbound, PhoneNumberID: shop, Who: intake.Identity{BSUID: first}, ID: "wamid.OUT", OccurredAt: at(-19 * time.Hour), Type: "freeform"})
	branchOnly, err := s.Resolve(t.Context(), receivedAt, branch, intake.Identity{BSUID: first})
	require.NoError(t, err)
	ids := people(t, s, [2]string{ada, ""}, [2]string{"", first})
	_, err = pool.Exec(t.Context(), "UPDATE conversations SET created_at = created_at - interval '1 hour' WHERE id = $1", ids[0])
	require.NoError(t, err)
	settle(t, newLedger(t, pool), pool)

	both := from("wamid.BOTH", ada, first)
	both["timestamp"] = stamp(at(-2 * day))
	receipt := deliver(t, s, webhook(shop, []object{both}, nil))
	require.Equal(t, intake.Receipt{Updates: 1, New: 1}, receipt)

	require.Equal(t, []uuid.UUID{ids[0], ids[0], ids[0]}, people(t, s, [2]string{ada, ""}, [2]string{"", first}, [2]string{ada, first}))
	require.Equal(t, ids[0], value[uuid.UUID](t, pool, "SELECT merged_into FROM conversations WHERE id = $1", ids[1]))
	require.Equal(t, 1, count(t, pool, "contacts WHERE merged_into IS NULL"))
	require.Equal(t, ada+" "+first, value[string](t, pool, "SELECT phone || ' ' || bsuid FROM contacts WHERE merged_into IS NULL"))
	require.Zero(t, count(t, pool, "conversations c JOIN contacts p ON p.id = c.contact_id WHERE p.merged_into IS NOT NULL"))
	again, err := s.Resolve(t.Context(), receivedAt, branch, intake.Identity{Phone: ada})
	require.NoError(t, err)
	require.Equal(t, branchOnly, again, "of a conversation that only the loser has nothing changes but the contact")

	want := conversation.Facts{OpenedAt: at(-2 * day), LastInboundAt: at(-20 * time.Hour), ExpiresAt: at(4 * time.Hour), LastOutboundAt: at(-19 * time.Hour)}
	require.Equal(t, want, factsOf(t, pool, ids[0]), "the chain runs through both logs")
	require.Equal(t, want, factsOf(t, pool, ids[1]), "who asks for the part hears of the whole")
	require.Equal(t, 2, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id = $1 AND kind <> 'notice'", ids[1]), "events stay where they are")

	// What is told of the part from now on is the root's: statuses of its messages, messages by its id, copies.
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "failed", at(-time.Hour), 131026)}))
	require.Zero(t, factsOf(t, pool, ids[0]).LastOutboundAt)
	stored, err := s.Messages(t.Context(), intake.FromSignal, receivedAt, []intake.Message{
		{Kind: intake.Inbound, ConversationID: ids[1], ID: "signalled", OccurredAt: at(-time.Hour), Type: "text"},
		{Kind: intake.Outbound, ConversationID: ids[1], ID: "wamid.OUT", OccurredAt: at(-time.Hour), Type: "freeform"}})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{ids[0], ids[0]}, []uuid.UUID{stored[0].ConversationID, stored[1].ConversationID})
	require.Equal(t, at(23*time.Hour), factsOf(t, pool, ids[0]).ExpiresAt)

	// Both runs are told once, each by a notice of its own; and the root's of what was signalled to the part.
	require.Equal(t, 2, count(t, pool, "events WHERE kind = 'notice' AND type = 'merged' AND needs_signal"))
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'merged' AND conversation_id = $1", ids[0]))
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'merged' AND conversation_id = $1", ids[1]))
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE wamid = 'signalled' AND needs_signal AND signalled_at IS NULL AND conversation_id = $1", ids[0]))
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM relay_lease WHERE conversation_id = $1", ids[1]))
	require.Equal(t, 2, count(t, pool, "dirty_conversations WHERE conversation_id <> '"+branchOnly.String()+"'"), "both are to be billed")
	loaded, err := intake.Load(t.Context(), db.New(pool), ids[1], clock.Clock{}, receivedAt)
	require.NoError(t, err)
	require.Equal(t, ids[0], loaded.MergedInto)
	deliver(t, s, webhook(shop, []object{both}, nil))
	require.Equal(t, 2, count(t, pool, "events WHERE type = 'merged'"))
}

func TestTheOlderConversationWinsWithEachNumber(t *testing.T) {
	s, pool := newStore(t)
	resolve := func(number string, who intake.Identity, age string) uuid.UUID {
		id, err := s.Resolve(t.Context(), receivedAt, number, who)
		require.NoError(t, err)
		_, err = pool.Exec(t.Context(), "UPDATE conversations SET created_at = created_at - $2::interval WHERE id = $1", id, age)
		require.NoError(t, err)
		return id
	}
	phone, scoped := intake.Identity{Phone: ada}, intake.Identity{BSUID: first}
	oldest, younger := resolve(shop, phone, "4 hours"), resolve(shop, scoped, "3 hours")
	young, older := resolve(branch, phone, "1 hour"), resolve(branch, scoped, "2 hours")
	claim := func(id uuid.UUID, by, until string) {
		_, err := pool.Exec(t.Context(), "UPDATE conversations SET resume_claimed_by = $2, resume_claimed_until = $3::timestamptz WHERE id = $1", id, by, until)
		require.NoError(t, err)
	}
	claim(younger, "one agent", "2026-09-21 14:30Z")
	claim(young, "another", "2026-09-21 14:20Z")
	claim(older, "a third", "2026-09-21 14:25Z")
	deliver(t, s, webhook(shop, []object{from("wamid.1", ada, first)}, nil))
	require.Equal(t, []uuid.UUID{oldest, older}, []uuid.UUID{
		value[uuid.UUID](t, pool, "SELECT merged_into FROM conversations WHERE id = $1", younger),
		value[uuid.UUID](t, pool, "SELECT merged_into FROM conversations WHERE id = $1", young)})
	require.Equal(t, 1, value[int](t, pool, "SELECT count(DISTINCT contact_id)::int FROM conversations"))
	require.Equal(t, []string{"one agent", "a third"}, []string{factsOf(t, pool, oldest).ResumeClaimedBy, factsOf(t, pool, older).ResumeClaimedBy},
		"the claim that lasts longer")
	require.Equal(t, ada, value[string](t, pool, "SELECT phone FROM contacts WHERE merged_into IS NULL"))
}

func TestANumberChangeLinksOldAndNew(t *testing.T) {
	old, now := [2]string{ada, first}, [2]string{moved, second}
	for name, c := range map[string]struct {
		before [][2]string // who has been met
		old    [2]string
		now    [2]string
		merges int
	}{
		"nobody has been met":                      {nil, old, now, 0},
		"the old one has":                          {[][2]string{old}, old, now, 0},
		"the new one has":                          {[][2]string{now}, old, now, 0},
		"both have":                                {[][2]string{old, now}, old, now, 1},
		"by all their names apart":                 {[][2]string{{ada, ""}, {"", first}, {moved, ""}, {"", second}}, old, now, 3},
		"phones alone":                             {[][2]string{{ada, ""}, {moved, ""}}, [2]string{ada, ""}, [2]string{moved, ""}, 1},
		"the bsuid stays, and only its phone does": {[][2]string{old, {moved, ""}}, old, [2]string{moved, first}, 1},
		"the bsuid alone changes":                  {[][2]string{old, {"", second}}, old, [2]string{ada, second}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			people(t, s, c.before...)
			change := webhook(shop, []object{numberChange("wamid.S", c.old, c.now)}, nil)
			deliver(t, s, change)
			deliver(t, s, change)
			require.Equal(t, c.merges, count(t, pool, "contacts WHERE merged_into IS NOT NULL"))
			require.Equal(t, c.merges, count(t, pool, "conversations WHERE merged_into IS NOT NULL"))
			var ids []uuid.UUID
			for _, who := range append(c.before, c.old, c.now) {
				ids = append(ids, people(t, s, who)...)
			}
			require.Len(t, slices.Compact(ids), 1)
			require.Equal(t, c.now[0], value[string](t, pool, "SELECT phone FROM contacts WHERE merged_into IS NULL"))
			require.Zero(t, count(t, pool, "intake_problems"))
		})
	}
}

// The number that somebody changes to had an owner, who is known by another bsuid.
func TestANumberThatWasSomebodyElsesMovesWithoutTheirHistory(t *testing.T) {
	s, pool := newStore(t)
	ids := people(t, s, [2]string{ada, first}, [2]string{moved, second})
	change := webhook(shop, []object{numberChange("wamid.S", [2]string{ada, first}, [2]string{moved, first})}, nil)
	deliver(t, s, change)
	require.Equal(t, []uuid.UUID{ids[0], ids[1]}, people(t, s, [2]string{moved, ""}, [2]string{"", second}))
	require.Zero(t, count(t, pool, "contacts WHERE merged_into IS NOT NULL"))

	// The number has got yet another owner when the provider repeats itself.
	people(t, s, [2]string{moved, "GB.3333"})
	deliver(t, s, change)
	require.Equal(t, people(t, s, [2]string{"", "GB.3333"}), people(t, s, [2]string{moved, ""}))
	require.Zero(t, count(t, pool, "contacts WHERE merged_into IS NOT NULL"))
}

// Everything that anybody may tell of one person under four names and with two business numbers, with proofs that it is one: in any
// order, in bodies of any size, billed at any moment, it ends in the facts and the charges of an orderly run.
func TestHoweverAPersonIsFoundOutToBeOneTheEndIsTheSame(t *testing.T) {
	pool := dbtest.New(t)
	l := newLedger(t, pool)
	names := [][2]string{{ada, ""}, {"", first}, {ada, first}, {moved, ""}, {"", second}, {moved, second}}
	run := func(rt *rapid.T, steps []func(*intake.Store), between func()) (end []string) {
		empty(rt, pool)
		require.NoError(rt, forgetCharges(t, pool))
		s := open(pool)
		for _, number := range []string{shop, branch} {
			_, err := pool.Exec(t.Context(), `INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES (gen_random_uuid(), $1, now())`, number)
			require.NoError(rt, err)
		}
		require.NoError(rt, l.Assign(t.Context(), ledger.Assignment{PhoneNumberID: shop, Scheme: "zenvia-conversion"}))
		for _, step := range steps {
			step(s)
			between()
		}
		require.Equal(rt, 1, value[int](t, pool, "SELECT count(*)::int FROM contacts WHERE merged_into IS NULL"))
		charges := settle(t, l, pool)
		rows, err := pool.Query(t.Context(), `SELECT concat_ws(' ', n.phone_number_id, 'opened', c.opened_at, 'in', c.last_inbound_at, 'out', c.last_outbound_at,
			'template', c.template_accepted_at, 'disputed', c.disputed_at)
			FROM conversations c JOIN business_numbers n ON n.id = c.business_number_id WHERE c.merged_into IS NULL AND c.last_activity_at <> c.created_at
			ORDER BY n.phone_number_id`)
		require.NoError(rt, err)
		defer rows.Close()
		for rows.Next() {
			var line string
			require.NoError(rt, rows.Scan(&line))
			end = append(end, line)
		}
		require.NoError(rt, rows.Err())
		for _, id := range value[[]uuid.UUID](t, pool, "SELECT array_agg(id) FROM conversations WHERE merged_into IS NULL") {
			difference, err := l.Check(t.Context(), id)
			require.NoError(rt, err)
			difference.Unpriced = 0 // they are listed
			require.Zero(rt, difference)
		}
		return append(end, charges)
	}
	rapid.Check(t, func(rt *rapid.T) {
		deliverTo := func(number string, messages, statuses []object) func(*intake.Store) {
			return func(s *intake.Store) {
				_, err := s.Webhook(t.Context(), webhook(number, messages, statuses), receivedAt)
				require.NoError(rt, err)
			}
		}
		steps := []func(*intake.Store){
			deliverTo(shop, []object{numberChange("wamid.S", [2]string{ada, first}, [2]string{moved, second})}, nil),
		}
		for i := range rapid.IntRange(1, 8).Draw(rt, "messages") {
			number := rapid.SampledFrom([]string{shop, shop, branch}).Draw(rt, "number")
			who := rapid.SampledFrom(names).Draw(rt, "who")
			at := receivedAt.Add(time.Duration(rapid.IntRange(-100, -1).Draw(rt, "hours")) * time.Hour)
			id := fmt.Sprintf("wamid.%d", i)
			if rapid.Bool().Draw(rt, "inbound") {
				m := from(id, who[0], who[1])
				m["timestamp"] = stamp(at)
				steps = append(steps, deliverTo(number, []object{m}, nil))
				continue
			}
			kind := rapid.SampledFrom([]string{"template", "freeform"}).Draw(rt, "kind")
			m := intake.Message{Kind: intake.Outbound, PhoneNumberID: number, Who: intake.Identity{Phone: who[0], BSUID: who[1]}, ID: id, OccurredAt: at, Type: kind}
			if kind == "template" {
				m.Category = "utility"
			}
			if rapid.IntRange(0, 3).Draw(rt, "reported") > 0 {
				steps = append(steps, func(s *intake.Store) {
					_, err := s.Messages(t.Context(), intake.FromAPI, receivedAt, []intake.Message{m})
					require.NoError(rt, err)
				})
			}
			switch rapid.SampledFrom([]string{"nothing", "delivered", "failed"}).Draw(rt, "outcome") {
			case "delivered":
				to := rapid.SampledFrom(names).Draw(rt, "to")
				st := priced(id, "delivered", at.Add(time.Minute), map[string]string{"template": "utility", "freeform": "service"}[kind])
				st["recipient_id"], st["recipient_user_id"] = to[0], to[1]
				steps = append(steps, deliverTo(number, nil, []object{st}))
			case "failed":
				steps = append(steps, deliverTo(number, nil, []object{status(id, "failed", at.Add(time.Minute), 131047)}))
			}
		}
		want := run(rt, steps, func() {})
		shuffled := rapid.Permutation(append(slices.Clone(steps), rapid.SliceOfN(rapid.SampledFrom(steps), 0, 3).Draw(rt, "again")...)).Draw(rt, "order")
		billed := rapid.IntRange(0, len(shuffled)).Draw(rt, "billed after")
		require.Equal(rt, want, run(rt, shuffled, func() {
			if billed--; billed == 0 {
				settle(t, l, pool)
			}
		}))
	})
}

// Many bodies at once, each of which proves something else of the same people: all ends in one contact, and no transaction fails.
func TestMergesAtOnceEndInOneContact(t *testing.T) {
	s, pool := newStore(t)
	for round := range 5 {
		empty(t, pool)
		s = open(pool)
		phones, bsuids := make([]string, 6), make([]string, 6)
		for i := range phones {
			phones[i], bsuids[i] = fmt.Sprintf("4477009001%02d", i), fmt.Sprintf("GB.%d", 1000+i)
			for _, number := range []string{shop, branch} {
				for _, who := range []intake.Identity{{Phone: phones[i]}, {BSUID: bsuids[i]}} {
					_, err := s.Resolve(t.Context(), receivedAt, number, who)
					require.NoError(t, err)
				}
			}
		}
		var bodies [][]byte
		for i := range phones {
			next := (i + 1) % len(phones)
			bodies = append(bodies,
				webhook(shop, []object{from(fmt.Sprintf("wamid.B%d", i), phones[i], bsuids[i])}, nil),
				webhook(branch, []object{numberChange(fmt.Sprintf("wamid.S%d", i), [2]string{phones[i], bsuids[i]}, [2]string{phones[next], bsuids[next]})}, nil),
				webhook(shop, []object{from(fmt.Sprintf("wamid.P%d", i), phones[i], ""), from(fmt.Sprintf("wamid.X%d", i), "", bsuids[next])}, nil),
				webhook(branch, []object{from(fmt.Sprintf("wamid.Q%d", i), "", bsuids[next]), from(fmt.Sprintf("wamid.R%d", i), phones[i], "")}, nil))
		}
		errs := make([]error, 2*len(bodies))
		together(len(errs), func(i int) {
			_, errs[i] = s.Webhook(t.Context(), bodies[i%len(bodies)], receivedAt)
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Equal(t, 1, count(t, pool, "contacts WHERE merged_into IS NULL"), "round %d", round)
		require.Equal(t, 2, count(t, pool, "conversations WHERE merged_into IS NULL"))
		require.Zero(t, count(t, pool, "conversations c JOIN conversations r ON r.id = c.merged_into WHERE r.merged_into IS NOT NULL"), "roots are roots")
		require.Equal(t, 12, value[int](t, pool, "SELECT count(DISTINCT value)::int FROM contact_aliases a JOIN contacts c ON c.id = a.contact_id WHERE c.merged_into IS NULL"))
		require.Equal(t, 6*6, count(t, pool, "events WHERE kind = 'inbound'"))
		require.Equal(t, 2*count(t, pool, "conversations WHERE merged_into IS NOT NULL"), count(t, pool, "events WHERE type = 'merged'"))
	}
}

func TestAMergeKeepsWhatEitherHasSaidAndAnOptOutBeatsAnOptIn(t *testing.T) {
	for name, order := range map[string][2]bool{"the winner has opted out": {true, false}, "the loser has opted out": {false, true}} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			ids := people(t, s, [2]string{ada, ""}, [2]string{"", first})
			said := func(id uuid.UUID, category conversation.Category, in bool, at time.Time) intake.ConsentChange {
				return intake.ConsentChange{ConversationID: id, Category: category, OptedIn: in, Source: "form", OccurredAt: at}
			}
			out, in := ids[1], ids[0]
			if order[0] {
				out, in = ids[0], ids[1]
			}
			_, err := s.RecordConsent(t.Context(), receivedAt, []intake.ConsentChange{
				said(out, conversation.Marketing, false, receivedAt.Add(-2*time.Hour)), said(in, conversation.Marketing, true, receivedAt.Add(-time.Hour)),
				said(ids[1], conversation.Utility, true, receivedAt.Add(-time.Hour))})
			require.NoError(t, err)
			require.NoError(t, s.Suppress(t.Context(), receivedAt, value[uuid.UUID](t, pool, "SELECT contact_id FROM conversations WHERE id = $1", ids[1]), false, "an operator"))
			deliver(t, s, webhook(shop, []object{from("wamid.BOTH", ada, first)}, nil))
			loaded, err := intake.Load(t.Context(), db.New(pool), ids[0], clock.Clock{}, receivedAt)
			require.NoError(t, err)
			require.Equal(t, conversation.Permissions{Marketing: "out", Utility: "in", Suppressed: "manual"}, loaded.Permissions)
		})
	}
}
