package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// The year of the reports, and the month in which they are asked for.
const (
	yearFrom, yearTo   = "2026-01-01", "2027-01-01"
	monthFrom, monthTo = "2026-12-01", yearTo
)

// reportedAt is the moment at which the reports are asked for.
var reportedAt = time.Date(2026, 12, 15, 12, 0, 0, 0, time.UTC)

const (
	reportedNumbers = 6
	reversedPercent = 3
	// chargesAtOnce is how many charges a transaction posts: small enough that an interrupt need not wait.
	chargesAtOnce = 250_000
)

// year posts a year of charges: of six numbers with accounts in three zones, by three schemes, in 20 markets and four categories,
// of which every day has all combinations; some are reversed. A contact has one conversation, and all of them go on all year.
func (b *books) year(ctx context.Context, n size) error {
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO business_numbers (id, phone_number_id, account_time_zone, created_at)
			SELECT md5('number' || i)::uuid, ($1::bigint + i)::text, ('{UTC,America/Sao_Paulo,Asia/Kolkata}'::text[])[1 + i / 2], '2026-01-01'
			FROM generate_series(0, $2::int - 1) i`, []any{phoneNumberID, reportedNumbers}},
		{`INSERT INTO contacts (id, bsuid, created_at)
			SELECT md5('contact' || i)::uuid, 'bench.' || i, '2026-01-01' FROM generate_series(0, $1::int - 1) i`, []any{n.chargeContacts}},
		{`INSERT INTO conversations (id, business_number_id, contact_id, created_at)
			SELECT md5('conversation' || i)::uuid, md5('number' || i % $2::int)::uuid, md5('contact' || i)::uuid, '2026-01-01'
			FROM generate_series(0, $1::int - 1) i`, []any{n.chargeContacts, reportedNumbers}},
	} {
		if err := b.exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("generate a year: %w", err)
		}
	}
	indexes, err := b.looseCharges(ctx)
	if err != nil {
		return fmt.Errorf("generate a year: %w", err)
	}
	batches := (n.charges + chargesAtOnce - 1) / chargesAtOnce
	err = inParallel(ctx, batches, 2, func(ctx context.Context, i int) error {
		return b.post(ctx, n, i*chargesAtOnce, min(n.charges, (i+1)*chargesAtOnce))
	})
	if err != nil {
		return fmt.Errorf("generate a year: %w", err)
	}
	err = inParallel(ctx, len(indexes), 2, func(ctx context.Context, i int) error { return b.exec(ctx, indexes[i]) })
	if err != nil {
		return fmt.Errorf("generate a year: %w", err)
	}
	// As autovacuum does by itself, but then in the midst of the measuring.
	return b.exec(ctx, "VACUUM ANALYZE")
}

// looseCharges takes from the table of charges what makes posting slow and says nothing to reports: references, triggers, the
// write-ahead log, and, until they are made again, the indexes, which it returns. Any account may do that to tables of its own.
func (b *books) looseCharges(ctx context.Context) (indexes []string, err error) {
	collect := func(query string) ([]string, error) {
		rows, err := b.pool.Query(ctx, query)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}
	indexes, err = collect(`SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = 'charges'::regclass
		AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`)
	if err != nil {
		return nil, err
	}
	if len(indexes) == 0 {
		return nil, errors.New("the table of charges has no indexes")
	}
	loosen, err := collect(`SELECT 'ALTER TABLE charges DISABLE TRIGGER USER'
		UNION ALL SELECT format('ALTER TABLE charges DROP CONSTRAINT %I', conname) FROM pg_constraint
			WHERE conrelid = 'charges'::regclass AND contype = 'f'
		UNION ALL SELECT 'ALTER TABLE charges SET UNLOGGED'
		UNION ALL SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i WHERE i.indrelid = 'charges'::regclass
			AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`)
	if err != nil {
		return nil, err
	}
	for _, statement := range loosen {
		if err := b.exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return indexes, nil
}

// post posts the charges [from, to) of the year, which is over with the last of n.charges, and begins once more with those that
// come after it; after some, their reversals.
func (b *books) post(ctx context.Context, n size, from, to int) error {
	return b.exec(ctx, `INSERT INTO charges (id, scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id, category, market,
			                     amount_micros, currency, charged_at, rule)
		OVERRIDING SYSTEM VALUE
		SELECT 2 * i + reversal, scheme, scheme || ' card', CASE scheme WHEN 'zenvia-conversion' THEN 'conversation' ELSE 'message' END, md5('message' || i)::uuid, 1,
		       CASE reversal WHEN 1 THEN 2 * i END, md5('conversation' || i % $3::int)::uuid, md5('number' || i % $4::int)::uuid,
		       ('{authentication,marketing,service,utility}'::text[])[1 + nth % 4],
		       ('{AE,AR,BR,CL,CO,DE,EG,ES,FR,GB,ID,IL,IN,IT,MX,MY,NG,NL,PE,PK}'::text[])[1 + nth / 4 % 20],
		       micros * (1 - 2 * reversal), CASE scheme WHEN 'zenvia-conversion' THEN 'BRL' ELSE 'USD' END,
		       timestamptz '2026-01-01 00:00Z' + i % $5::int * (interval '365 days' / $5::int),
		       (CASE scheme WHEN 'meta-pmp-2026' THEN '{P2,P3,P4,P6}' WHEN 'twilio' THEN '{T1,T2,T3,T4}' ELSE '{Z1,Z2,Z3,Z4}' END::text[])[1 + nth % 4]
		FROM generate_series($1::bigint, $2::bigint - 1) i,
		     LATERAL (SELECT ('{meta-pmp-2026,twilio,zenvia-conversion}'::text[])[1 + i % $4::int % 3] AS scheme, i / $4::int AS nth,
		                     1000 + i * 7919 % 99991 AS micros) g
		JOIN (VALUES (0), (1)) r (reversal) ON reversal = 0 OR micros % 100 < $6::int`, from, to, n.chargeContacts, reportedNumbers, n.charges, reversedPercent)
}
