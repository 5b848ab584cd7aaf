package activities

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"reengage/db/dbtest"
	"reengage/ledger"
	"reengage/tariff"
)

// billing is activities with a ledger, and a conversation with one message of a number that owes by zenvia-conversion.
func billing(t *testing.T, pool *pgxpool.Pool) (*Activities, uuid.UUID) {
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	a := &Activities{Pool: pool, Ledger: ledger.New(pool, cards, tariff.DefaultEntryPoint, slog.New(slog.DiscardHandler))}
	id, monday := uuid.New(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, sql := range []string{
		`INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES ($1, 'shop', $2)`,
		`INSERT INTO contacts (id, bsuid, created_at) VALUES ($1, 'BR.1', $2)`,
		`INSERT INTO conversations (id, business_number_id, contact_id, created_at) VALUES ($1, $1, $1, $2)`,
		`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window)
			VALUES ($1, 'inbound', 'text', 'webhook', $1, $2, $2, true)`,
		`INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since)
			VALUES ($1, $1, nextval('dirty_version'), $2, $2)`,
	} {
		_, err := pool.Exec(t.Context(), sql, id, monday)
		require.NoError(t, err)
	}
	require.NoError(t, a.Ledger.Assign(t.Context(), ledger.Assignment{PhoneNumberID: "shop", Scheme: "zenvia-conversion"}))
	return a, id
}

func charges(t *testing.T, pool *pgxpool.Pool) (n int) {
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM charges").Scan(&n))
	return n
}

func TestBillPostsOnceHoweverOftenItRuns(t *testing.T) {
	pool := dbtest.New(t)
	a, id := billing(t, pool)
	for range 3 {
		require.NoError(t, a.Bill(t.Context(), BillRequest{ConversationID: id}))
	}
	require.Equal(t, 1, charges(t, pool))
}

func TestBillIsNotTriedAgainWhereThatIsInVain(t *testing.T) {
	pool := dbtest.New(t)
	a, id := billing(t, pool)
	_, err := pool.Exec(t.Context(), "UPDATE scheme_assignments SET scheme = 'of-a-later-version'")
	require.NoError(t, err)
	for kind, id := range map[string]uuid.UUID{"unknown_conversation": uuid.New(), "cannot_bill": id} {
		err := a.Bill(t.Context(), BillRequest{ConversationID: id})
		var application *temporal.ApplicationError
		require.ErrorAs(t, err, &application)
		require.True(t, application.NonRetryable())
		require.Equal(t, kind, application.Type())
	}
}

func TestBillIsTriedAgainWhileTheDatabaseIsAway(t *testing.T) {
	server := dbtest.Server(t)
	a, id := billing(t, dbtest.Pool(t, server.URL()))
	server.Kill()
	err := a.Bill(t.Context(), BillRequest{ConversationID: id})
	var application *temporal.ApplicationError
	require.Error(t, err)
	require.NotErrorAs(t, err, &application)
	_, err = a.SettleBatch(t.Context())
	require.Error(t, err)
	require.NotErrorAs(t, err, &application)
}

func TestSettleBatchBillsWhatIsDirty(t *testing.T) {
	pool := dbtest.New(t)
	a, _ := billing(t, pool)
	settled, err := a.SettleBatch(t.Context())
	require.NoError(t, err)
	require.Equal(t, ledger.Settled{Conversations: 1, Posted: 1}, settled)
	require.Equal(t, 1, charges(t, pool))
}
