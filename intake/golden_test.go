package intake_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/intake"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// Every situation that a webhook may be in is stored, and what then stands in the database is compared with a text that
// people can read.
func TestEveryFixtureIsStoredAsWritten(t *testing.T) {
	fixtures, err := filepath.Glob("../whatsapp/testdata/webhooks/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, fixtures)
	pool := dbtest.New(t)
	for _, fixture := range fixtures {
		name := strings.TrimSuffix(filepath.Base(fixture), ".json")
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(fixture)
			require.NoError(t, err)
			empty(t, pool)
			s := open(pool)
			receipt, err := s.Webhook(t.Context(), body, receivedAt)
			require.NoError(t, err)
			got := fmt.Sprintf("%d updates, %d new, %d duplicates, %d problems\n", receipt.Updates, receipt.New,
				receipt.Duplicates, receipt.Problems) + render(t, pool)

			var kept []byte
			require.NoError(t, pool.QueryRow(t.Context(), "SELECT body FROM raw_bodies").Scan(&kept))
			require.Equal(t, body, kept, "the bytes are kept as they came")

			golden := filepath.Join("testdata", "stored", name+".txt")
			if *rewrite {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)

			again, err := s.Webhook(t.Context(), body, receivedAt)
			require.NoError(t, err)
			require.Zero(t, again.New, "a second delivery stores nothing")
			require.Equal(t, got[strings.Index(got, "\n")+1:], render(t, pool), "and changes nothing")
		})
	}
}

// lines are the queries that render what a database holds. Ids are keyed hashes or random, so they are left out; a
// conversation is called by its contact and number.
var lines = []string{
	`SELECT 'number ' || phone_number_id || ' ' || display || ' of ' || waba_id || CASE WHEN configured THEN '' ELSE ', unconfigured' END
	 FROM business_numbers ORDER BY phone_number_id`,
	`SELECT concat('contact ', c.name, ', phone ' || c.phone, ', bsuid ' || c.bsuid, ', market ', c.market, ', known as ',
		(SELECT string_agg(a.kind || ' ' || a.value, ' and ' ORDER BY a.kind, a.value) FROM contact_aliases a WHERE a.contact_id = c.id))
	 FROM contacts c ORDER BY c.phone, c.bsuid`,
	`SELECT concat('conversation of ', coalesce(p.phone, p.bsuid), ' with ', n.phone_number_id, ': ',
		conversation_status(c, '2026-09-21 14:20:00Z'), ', opened ' || (c.opened_at::text), ', expires ' || (c.expires_at::text),
		', last inbound ' || (c.last_inbound_at::text), ', last outbound ' || (c.last_outbound_at::text),
		', template accepted ' || (c.template_accepted_at::text), ', disputed ' || (c.disputed_at::text),
		CASE WHEN d.conversation_id IS NOT NULL THEN ', to be billed' END, CASE WHEN l.conversation_id IS NOT NULL THEN ', to be signalled' END)
	 FROM conversations c JOIN contacts p ON p.id = c.contact_id JOIN business_numbers n ON n.id = c.business_number_id
	 LEFT JOIN dirty_conversations d ON d.conversation_id = c.id LEFT JOIN relay_lease l ON l.conversation_id = c.id
	 ORDER BY p.phone, p.bsuid, n.phone_number_id`,
	`SELECT concat_ws(', ', e.kind || ' ' || e.type || ' ' || e.occurred_at, 'clamped' || nullif(e.clock_clamped, false)::text,
		'on ' || n.phone_number_id, 'with ' || coalesce(p.phone, p.bsuid), 'of ' || e.wamid, 'market ' || e.market,
		CASE WHEN e.opens_window THEN 'opens the window' END, CASE WHEN e.needs_signal THEN 'needs a signal' END, CASE WHEN e.inferred THEN 'inferred' END,
		'asks to ' || e.keyword, 'of a send''s attempt ' || e.send_attempt, 'category ' || e.category, 'entry point ' || e.entry_point, 'entry point until ' || e.entry_point_until,
		'pricing ' || e.pricing::text, 'error ' || e.error_code, 'content ' || e.content::text)
	 FROM events e LEFT JOIN conversations c ON c.id = e.conversation_id LEFT JOIN contacts p ON p.id = c.contact_id
	 LEFT JOIN business_numbers n ON n.id = e.business_number_id
	 ORDER BY e.occurred_at, e.kind, e.type, e.wamid, e.content::text`,
	`SELECT concat('consent of ', coalesce(p.phone, p.bsuid), ': ', c.category, CASE WHEN c.opted_in THEN ' in' ELSE ' out' END, ' by ', c.source,
		' at ', c.occurred_at) FROM consent_changes c JOIN contacts p ON p.id = c.contact_id ORDER BY 1`,
	`SELECT concat('suppressed ', coalesce(p.phone, p.bsuid), ': ', s.scope, ', ', s.reason, ' by ', s.source, ' since ', s.since)
	 FROM suppressions s JOIN contacts p ON p.id = s.contact_id ORDER BY 1`,
	`SELECT concat_ws(', ', 'template ' || name || ' ' || language || ' of ' || waba_id, status, nullif(category, ''), nullif(quality, ''),
		nullif(reason, ''), 'as of ' || changed_at) FROM templates ORDER BY 1`,
	`SELECT concat('delivery ', o.delivery_status, CASE WHEN o.conversation_id IS NULL THEN ', message unknown' END)
	 FROM outbound_messages o ORDER BY 1`,
	`SELECT concat('problem ', reason, ' at ', path) FROM intake_problems WHERE raw_body_id = (SELECT min(id) FROM raw_bodies) ORDER BY path, reason`,
}

func render(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	var b strings.Builder
	for _, sql := range lines {
		rows, err := pool.Query(context.Background(), sql)
		require.NoError(t, err)
		for rows.Next() {
			var line string
			require.NoError(t, rows.Scan(&line))
			b.WriteString(line + "\n")
		}
		require.NoError(t, rows.Err())
	}
	return b.String()
}

// empty forgets everything that has been stored, which the database does not allow anybody else: to clone a database for
// every case would take longer than the tests.
func empty(t require.TestingT, pool *pgxpool.Pool) {
	_, err := pool.Exec(context.Background(), `SET session_replication_role = replica;
		DELETE FROM consent_changes; DELETE FROM suppressions; DELETE FROM templates; DELETE FROM send_attempts; DELETE FROM sends;
		DELETE FROM relay_lease; DELETE FROM dirty_conversations; DELETE FROM outbound_messages; DELETE FROM events;
		DELETE FROM intake_problems; DELETE FROM raw_bodies; DELETE FROM conversations; DELETE FROM contact_aliases;
		DELETE FROM contacts; DELETE FROM business_numbers; SET session_replication_role = DEFAULT`)
	require.NoError(t, err)
}

func newStore(t testing.TB) (*intake.Store, *pgxpool.Pool) {
	t.Helper()
	pool := dbtest.New(t)
	return open(pool), pool
}

// W8: what a post referred opens a free entry point only where that is configured.
func TestOtherReferralsOpenAnEntryPointWhereConfigured(t *testing.T) {
	pool := dbtest.New(t)
	body, err := os.ReadFile("../whatsapp/testdata/webhooks/referral-from-a-post.json")
	require.NoError(t, err)
	entryPoint := func(s *intake.Store) (kind string) {
		empty(t, pool)
		_, err := s.Webhook(t.Context(), body, receivedAt)
		require.NoError(t, err)
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT coalesce(entry_point, 'none') FROM events WHERE kind = 'inbound'").Scan(&kind))
		return kind
	}
	require.Equal(t, "none", entryPoint(open(pool)))
	require.Equal(t, "post", entryPoint(open(pool).WithEntryPoints([]string{"ad", "post"})))
}
