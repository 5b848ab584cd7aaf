package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
)

func TestChargesDecidesOnTheDatabaseItself(t *testing.T) {
	s := newStack(t)
	url := dbtest.URL(t)
	pool := dbtest.Pool(t, url)
	s.env = append(s.env, "DATABASE_URL="+url)
	_, err := pool.Exec(t.Context(), `INSERT INTO business_numbers (id, phone_number_id, account_time_zone, created_at)
		VALUES (gen_random_uuid(), '106540000000001', 'America/Sao_Paulo', now())`)
	require.NoError(t, err)
	dir := t.TempDir()
	card, err := os.ReadFile("../tariff/ratecards/zenvia-conversion-2022.csv")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "zenvia.csv"), card, 0o600))

	r := s.run("charges", "load-cards", "brazil", dir)
	require.Equal(t, result{0, "brazil is loaded. Months that are posted keep their prices until they are rerated; messages without a price are looked at again.\n", ""}, r)
	r = s.run("charges", "assign", "--number", "106540000000001", "--scheme", "zenvia-conversion", "--from", "2026-10-01", "--card-set", "brazil")
	require.Equal(t, result{0, "106540000000001 owes what zenvia-conversion charges, from 2026-10-01T03:00:00Z on, at the prices of brazil. The next settlement posts what that changes.\n", ""}, r)
	var assigned int
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM scheme_assignments
		WHERE scheme = 'zenvia-conversion' AND card_set = 'brazil' AND effective_from = '2026-10-01T03:00:00Z'`).Scan(&assigned))
	require.Equal(t, 1, assigned)
	r = s.run("charges", "assign", "--number", "106540000000001", "--scheme", "meta", "--from", "always")
	require.Equal(t, result{0, "106540000000001 owes what meta charges, always. The next settlement posts what that changes.\n", ""}, r)
	r = s.run("charges", "rerate", "--from", "2026-10", "--to", "2026-11")
	require.Equal(t, result{0, "The prices of 0 months (of a number and scheme each) are no longer fixed, and 0 conversations will be rated again. The next settlement posts the differences.\n", ""}, r)

	var conversation string
	require.NoError(t, pool.QueryRow(t.Context(), `WITH contact AS (
			INSERT INTO contacts (id, bsuid, created_at) VALUES (gen_random_uuid(), 'BR.1', now()) RETURNING id)
		INSERT INTO conversations (id, business_number_id, contact_id, created_at)
		SELECT gen_random_uuid(), n.id, contact.id, now() FROM business_numbers n, contact RETURNING id`).Scan(&conversation))
	require.Equal(t, result{0, "Charges and messages agree; 0 messages have no price.\n", ""}, s.run("charges", "check", conversation))
	_, err = pool.Exec(t.Context(), `INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window)
		SELECT gen_random_uuid(), 'inbound', 'text', 'api', id, now(), now(), true FROM conversations`)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `UPDATE scheme_assignments SET scheme = 'zenvia-conversion'`)
	require.NoError(t, err)
	r = s.run("charges", "check", conversation)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "1 charges and 0 reversals are due")

	for code, calls := range map[int][][]string{
		exitUsage: {
			{"rerate", "--from", "october", "--to", "2026-11"},
			{"rerate", "--from", "2026-11", "--to", "2026-10"},
			{"rerate"},
			{"check", "nobody"},
			{"assign", "--number", "106540000000001", "--scheme", "zenvai", "--from", "always"},
			{"assign", "--number", "106540000000001", "--scheme", "meta", "--from", "soon"},
			{"load-cards", "brazil", filepath.Join(dir, "nowhere")},
			{"load-cards", "brazil", t.TempDir()},
		},
		exitFailed: {
			{"assign", "--number", "1", "--scheme", "meta", "--from", "always"},
			{"assign", "--number", "106540000000001", "--scheme", "meta", "--from", "always", "--card-set", "chile"},
			{"rerate", "--from", "2026-10", "--to", "2026-11", "--number", "1"},
			{"load-cards", "shipped", dir},
			{"check", "0190f000-0000-7000-8000-000000000000"},
		},
	} {
		for _, call := range calls {
			r := s.run(append([]string{"charges"}, call...)...)
			require.Equal(t, code, r.code, "%v: %s", call, r.err)
			require.Empty(t, r.out)
			require.NotEmpty(t, r.err)
		}
	}
}

func TestChargesWithoutADatabaseSaysWhichIsMeant(t *testing.T) {
	r := newStack(t).run("charges", "rerate", "--from", "2026-10", "--to", "2026-11")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "DATABASE_URL is not set")
}
