package intake_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/intake"
)

func (p planted) contact() (id uuid.UUID) {
	require.NoError(p.t, p.pool.QueryRow(background, "SELECT contact_id FROM sends WHERE id = $1", p.id).Scan(&id))
	return id
}

// says is a message of Ada's.
func says(id, body string, at time.Time) object {
	m := text(id, at, ada)
	m["text"] = object{"body": body}
	return m
}

// marketing is what holds for the one contact there is.
func marketing(t require.TestingT, pool *pgxpool.Pool) (state string) {
	require.NoError(t, pool.QueryRow(background, "SELECT (contact_permissions(id)).marketing FROM contacts").Scan(&state))
	return state
}

func TestAWordThatOptsOutIsRecordedWithTheMessageAndToldToEveryConversation(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(branch, []object{text("wamid.1", sentAt, ada)}, nil))
	for range 2 {
		deliver(t, s, webhook(shop, []object{says("wamid.2", " Stop! ", sentAt)}, nil))
	}
	require.Equal(t, "out", marketing(t, pool))
	require.Equal(t, "marketing false keyword", value[string](t, pool,
		"SELECT concat_ws(' ', category, opted_in::text, source) FROM consent_changes WHERE occurred_at = $1", sentAt))
	require.Equal(t, branch+" notice consent_changed marketing stop, "+shop+" inbound text stop", value[string](t, pool,
		`SELECT string_agg(concat_ws(' ', n.phone_number_id, e.kind, e.type, e.category, e.keyword), ', ' ORDER BY e.kind DESC)
		 FROM events e JOIN business_numbers n ON n.id = e.business_number_id WHERE e.keyword IS NOT NULL AND e.needs_signal`))
	require.Equal(t, 2, count(t, pool, "relay_lease"))

	// Undone, from the other number.
	deliver(t, s, webhook(branch, []object{says("wamid.3", "START", receivedAt)}, nil))
	require.Equal(t, "in", marketing(t, pool))
	require.Equal(t, 2, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed'"))
}

func TestAButtonThatSaysStopOptsOut(t *testing.T) {
	for name, body := range map[string]object{
		"by its text":    {"button": object{"payload": "unsubscribe-17", "text": "Stop"}},
		"by its payload": {"button": object{"payload": "STOP", "text": "No more offers"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			m := object{"id": "wamid.1", "timestamp": stamp(sentAt), "type": "button", "from": ada}
			for k, v := range body {
				m[k] = v
			}
			deliver(t, s, webhook(shop, []object{m}, nil))
			require.Equal(t, "out", marketing(t, pool))
		})
	}
}

func TestWhoHasNeverOptedOutIsOptedInByNoWord(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{says("wamid.1", "Start", sentAt)}, nil))
	require.Empty(t, marketing(t, pool), "it may mean: let us begin")
}

// The latest word counts, in whatever order they arrive; of two at one instant, and of a word that undoes nothing, the
// cautious reading.
func TestConsentDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	pool := dbtest.New(t)
	rapid.Check(t, func(rt *rapid.T) {
		empty(rt, pool)
		s := open(pool)
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"STOP", "START", "Hello"}), 1, 6).Draw(rt, "words")
		var arrivals []object
		want, out := "", false
		for i, word := range words {
			number := rapid.SampledFrom([]string{shop, branch}).Draw(rt, "number")
			body := webhook(number, []object{says(fmt.Sprintf("wamid.%d", i), word, sentAt.Add(time.Duration(i)*time.Second))}, nil)
			for range rapid.IntRange(1, 2).Draw(rt, "copies") {
				arrivals = append(arrivals, object{"body": body})
			}
			switch {
			case word == "STOP":
				want, out = "out", true
			case word == "START" && out:
				want = "in"
			}
		}
		for _, a := range rapid.Permutation(arrivals).Draw(rt, "order") {
			_, err := s.Webhook(t.Context(), a["body"].([]byte), receivedAt)
			require.NoError(rt, err)
		}
		require.Equal(rt, want, marketing(rt, pool))
	})
}

// Twenty bodies of one contact on two numbers, each with a word in it: each conversation is told of what it has not said
// itself, and nothing is told twice.
func TestWordsAtOnceAreAllRecordedAndTold(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.A", sentAt, ada)}, nil))
	deliver(t, s, webhook(branch, []object{text("wamid.B", sentAt, ada)}, nil))
	errs := make([]error, 20)
	together(20, func(i int) {
		number := []string{shop, branch}[i%2]
		_, errs[i] = s.Webhook(t.Context(), webhook(number, []object{says(fmt.Sprintf("wamid.%d", i/2), "STOP", sentAt.Add(time.Duration(i)*time.Second)),
			text(fmt.Sprintf("wamid.X%d", i), sentAt, ada)}, nil), receivedAt)
	})
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 20, count(t, pool, "consent_changes"))
	require.Equal(t, 20, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed'"))
	require.Equal(t, 10, value[int](t, pool, `SELECT count(*)::int FROM events e JOIN business_numbers n ON n.id = e.business_number_id
		WHERE type = 'consent_changed' AND n.phone_number_id = $1`, shop))
	require.Equal(t, "out", marketing(t, pool))
}

// preference is what the app tells of a wish about marketing.
func preference(wish string, at time.Time, who object) []byte {
	p := object{"category": "marketing_messages", "value": wish, "timestamp": stamp(at)}
	for k, v := range who {
		p[k] = v
	}
	return bodyOf(object{"field": "user_preferences", "value": object{"messaging_product": "whatsapp", "user_preferences": []object{p}}})
}

func TestAWishExpressedInTheAppHoldsForEveryNumber(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", sentAt, ada)}, nil))
	deliver(t, s, webhook(branch, []object{text("wamid.2", sentAt, ada)}, nil))
	for range 2 {
		deliver(t, s, preference("stop", sentAt, object{"wa_id": ada}))
	}
	require.Equal(t, "out", marketing(t, pool))
	require.Equal(t, 2, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed' AND needs_signal"))
	deliver(t, s, preference("resume", receivedAt, object{"wa_id": ada, "user_id": first}))
	require.Equal(t, "in", marketing(t, pool))
	require.Equal(t, []int{1, 2, 2, 4}, []int{count(t, pool, "contacts"), count(t, pool, "contact_aliases"), count(t, pool, "conversations"),
		value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed' AND needs_signal")})
	deliver(t, s, preference("whatever", receivedAt, object{"wa_id": ada}))
	require.Equal(t, 2, count(t, pool, "consent_changes"), "another value is a notice alone")
}

func TestAWishOfSomebodyWhoHasNeverWrittenIsKept(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, preference("stop", sentAt, object{"wa_id": ada}))
	require.Equal(t, []int{1, 0}, []int{count(t, pool, "contacts"), count(t, pool, "conversations")})
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	require.Equal(t, 1, count(t, pool, "contacts"))
	require.Equal(t, "out", marketing(t, pool))
}

func TestConsentIsRecordedByHandToo(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "freeform", "planned", 1)
	record := func(changes ...intake.ConsentChange) (int, error) {
		return s.RecordConsent(t.Context(), receivedAt, changes)
	}
	optIn := intake.ConsentChange{ContactID: p.contact(), OptedIn: true, Source: "form", OccurredAt: sentAt}
	n, err := record(optIn)
	require.NoError(t, err)
	require.Equal(t, 3, n, "one for each category")
	n, err = record(optIn)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, 3, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed' AND needs_signal"))

	// Brought by the conversation's own run, which need not be told.
	conversationID := value[uuid.UUID](t, pool, "SELECT id FROM conversations")
	n, err = record(intake.ConsentChange{ConversationID: conversationID, Category: conversation.Utility, Source: "crm", OccurredAt: receivedAt})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, 3, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed'"))
	loaded, err := intake.Load(t.Context(), db.New(pool), conversationID, clock.Clock{}, receivedAt)
	require.NoError(t, err)
	require.Equal(t, conversation.Permissions{Marketing: "in", Utility: "out", Authentication: "in"}, loaded.Permissions)

	for want, wrong := range map[error][]intake.ConsentChange{
		intake.ErrInvalid: {{}, {ContactID: p.contact(), ConversationID: conversationID, Source: "form", OccurredAt: sentAt},
			{ContactID: p.contact(), Source: "form"}, {ContactID: p.contact(), OccurredAt: sentAt},
			{ContactID: p.contact(), Category: "offers", Source: "form", OccurredAt: sentAt}},
		intake.ErrUnknownContact:      {{ContactID: uuid.New(), Source: "form", OccurredAt: sentAt}},
		intake.ErrUnknownConversation: {{ConversationID: uuid.New(), Source: "form", OccurredAt: sentAt}},
	} {
		for _, change := range wrong {
			_, err := record(change)
			require.ErrorIs(t, err, want)
		}
	}
}

func TestANumbersOwnWordsReplaceThoseOfTheirLanguage(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", sentAt, ada)}, nil))
	_, err := pool.Exec(t.Context(), `UPDATE business_numbers SET stop_words = '{"en": ["No más"], "es": []}'`)
	require.NoError(t, err)
	verdicts := map[string]string{"no mas": "stop", "unsubscribe": "", "baja": "", "ARRÊT": "stop", "Abmelden.": "stop"}
	words := slices.Sorted(func(yield func(string) bool) {
		for w := range verdicts {
			if !yield(w) {
				return
			}
		}
	})
	for i, word := range words {
		id := fmt.Sprintf("wamid.W%d", i)
		deliver(t, s, webhook(shop, []object{says(id, word, sentAt)}, nil))
		require.Equal(t, verdicts[word], value[string](t, pool, "SELECT coalesce(keyword, '') FROM events WHERE wamid = $1", id), word)
	}
	// The same by the other ways in.
	stored := report(t, s, intake.Message{Kind: intake.Inbound, ConversationID: value[uuid.UUID](t, pool, "SELECT id FROM conversations"), ID: "x",
		OccurredAt: sentAt, Type: "text", Text: "NO MAS"})
	require.Equal(t, intake.Stop, stored[0].Keyword)
}

func TestAnOptOutOfAnAnswerIsRecordedInTheTransactionOfTheSend(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "template", "inflight", 1)
	deliver(t, s, webhook(branch, []object{text("wamid.1", sentAt, ada)}, nil))
	for range 2 {
		require.NoError(t, db.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			return intake.RecordOptOut(t.Context(), db.New(tx), receivedAt, receivedAt,
				intake.OptOut{ContactID: p.contact(), Source: "whatsapp_131050", At: sentAt})
		}))
	}
	require.Equal(t, "out", marketing(t, pool))
	require.Equal(t, 2, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'consent_changed' AND needs_signal"), "both conversations")
}
