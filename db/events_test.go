package db_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
)

func TestTheEventLogGainsMarksAndNeverChanges(t *testing.T) {
	pool := dbtest.New(t)
	for _, sql := range []string{
		`INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES (gen_random_uuid(), 'shop', now())`,
		`INSERT INTO contacts (id, bsuid, created_at) VALUES (gen_random_uuid(), 'BR.1', now())`,
		`INSERT INTO conversations (id, business_number_id, contact_id, created_at) SELECT gen_random_uuid(), n.id, p.id, now() FROM business_numbers n, contacts p`,
		// A status whose message is not known yet: it has no conversation.
		`INSERT INTO events (id, kind, type, source, message_id, occurred_at, received_at, content)
			VALUES (gen_random_uuid(), 'status', 'failed', 'webhook', gen_random_uuid(), now(), now(), '{"text":"Hello"}')`,
		// What may happen to it: adopted, marked for the relay, signalled, its personal content erased.
		`UPDATE events SET conversation_id = (SELECT id FROM conversations), needs_signal = true`,
		`UPDATE events SET signalled_at = now()`,
		`UPDATE events SET content = NULL, wamid = NULL`,
	} {
		_, err := pool.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	for _, sql := range []string{
		`UPDATE events SET occurred_at = now() - interval '1 hour'`,
		`UPDATE events SET type = 'delivered'`,
		`UPDATE events SET opens_window = true`,
		`UPDATE events SET signalled_at = NULL`,
		`UPDATE events SET signalled_at = now() + interval '1 hour', occurred_at = now()`,
		`UPDATE events SET conversation_id = gen_random_uuid()`,
		`UPDATE events SET needs_signal = false`,
		`DELETE FROM events`,
		`TRUNCATE events CASCADE`,
	} {
		_, err := pool.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "append-only", sql)
	}
}
