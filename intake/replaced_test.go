package intake_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/intake"
)

// replace empties the database behind a running process, as if another installation's had taken its place.
func replace(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `DELETE FROM conversations; DELETE FROM contact_aliases; DELETE FROM contacts;
		DELETE FROM business_numbers; UPDATE installation SET event_key = sha256('another')`)
	require.NoError(t, err)
}

// What a process remembers of a database that has been replaced is its own mistake and not the body's.
func TestABodyIsNotBlamedForADatabaseThatWasReplaced(t *testing.T) {
	for name, body := range map[string][]byte{
		"a message": webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil),
		"a status":  webhook(shop, nil, []object{status("wamid.OUT", "sent", receivedAt, 0)}),
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			deliver(t, s, []byte("{}")) // reads the key
			_, err := pool.Exec(t.Context(), `INSERT INTO business_numbers (id, phone_number_id, display, waba_id, created_at)
				VALUES (gen_random_uuid(), $1, 'Shop', 'account', now())`, shop)
			require.NoError(t, err)
			people(t, s, [2]string{ada, ""})
			replace(t, pool)

			_, err = s.Webhook(t.Context(), body, receivedAt)
			require.Error(t, err, "the provider must send it again")
			require.Zero(t, value[int](t, pool, "SELECT count(*)::int FROM intake_problems WHERE reason = 'not_storable'")+count(t, pool, "events"))
			require.Equal(t, intake.Receipt{Updates: 1, New: 1}, deliver(t, s, body))
			require.Equal(t, intake.Receipt{Updates: 1, Duplicates: 1}, deliver(t, open(pool), body), "by the key that is there now")
		})
	}
}
