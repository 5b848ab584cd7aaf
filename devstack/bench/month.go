package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
	"reengage/ledger"
	"reengage/tariff"
)

// measureMonth settles a month of free-form messages of one number under Meta's tariff of 2026, of which a thousand are free
// (P4), and then an entry point that is heard of late.
func measureMonth(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "A month of one number",
		How: fmt.Sprintf("%d delivered free-form messages of %d conversations of one number in October 2026 lie in the event log, all conversations "+
			"are marked, and the number owes by meta-pmp-2026: Ledger.SettleBatch of %d conversations after the other, until nothing is left. "+
			"Then the first conversation turns out to have begun with an ad, which makes its first days free and moves the end of the allowance. Once each.",
			n.monthMessages, n.monthConversations, monthBatch),
		Baseline: "the same rows again, copied by one INSERT into a table without keys, indexes or triggers; of the late entry point: the whole settlement",
	}
	b, err := g.newBooks(ctx)
	if err != nil {
		return group, err
	}
	defer closing(b.close, &err)
	if err := b.month(ctx, n); err != nil {
		return group, err
	}
	whole, err := b.settle(ctx)
	if err != nil {
		return group, err
	}
	if want := n.monthMessages - tariff.Allowance; whole.posted != want {
		return group, fmt.Errorf("%d rows were posted instead of %d", whole.posted, want)
	}
	plain, err := timed(func() error {
		return b.exec(ctx, "CREATE TABLE plain AS SELECT * FROM charges")
	})
	if err != nil {
		return group, err
	}
	if err := b.lateEntryPoint(ctx); err != nil {
		return group, err
	}
	late, err := b.settle(ctx)
	if err != nil {
		return group, err
	}
	if late.posted == 0 {
		return group, errors.New("the late entry point changed nothing")
	}
	group.add("settled", "charges/s", perSecond(whole.posted, whole.took), perSecond(whole.posted, plain))
	group.add("late entry point", "s", late.took.Seconds(), whole.took.Seconds())
	group.add("late entry point, rows posted", "rows", float64(late.posted), float64(whole.posted))
	group.add("late entry point, billed anew", "conversations", float64(late.conversations), float64(whole.conversations))
	group.note("%d batches, of which the longest took %s; the late entry point took %d", whole.batches, whole.longest.Round(time.Millisecond), late.batches)
	return group, nil
}

const monthBatch = 250 // as the settlement's activity

// books is a ledger on a database of its own.
type books struct {
	scratch *scratch
	pool    *pgxpool.Pool
	ledger  *ledger.Ledger
}

func (g *ground) newBooks(ctx context.Context) (_ *books, err error) {
	b := &books{}
	if b.scratch, err = g.newScratch(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.pool, err = db.Open(ctx, b.scratch.url); err != nil {
		return nil, err
	}
	b.ledger, err = newLedger(b.pool, g.log)
	return b, err
}

func (b *books) close() error {
	if b.pool != nil {
		b.pool.Close()
	}
	return b.scratch.drop()
}

func (b *books) exec(ctx context.Context, sql string, args ...any) error {
	_, err := b.pool.Exec(ctx, sql, args...)
	return err
}

// month writes the month's events, one after the other through all conversations, and marks them.
func (b *books) month(ctx context.Context, n size) error {
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES (md5('number')::uuid, $1, '2026-10-01')`, []any{phoneNumberID}},
		{`INSERT INTO contacts (id, bsuid, market, created_at)
			SELECT md5('contact' || i)::uuid, 'bench.' || i, 'ES', '2026-10-01' FROM generate_series(0, $1::int - 1) i`, []any{n.monthConversations}},
		{`INSERT INTO conversations (id, business_number_id, contact_id, created_at)
			SELECT md5('conversation' || i)::uuid, md5('number')::uuid, md5('contact' || i)::uuid, '2026-10-01'
			FROM generate_series(0, $1::int - 1) i`, []any{n.monthConversations}},
		{`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, market)
			SELECT md5('message' || i)::uuid, 'outbound', 'freeform', 'api', md5('number')::uuid, md5('conversation' || i % $2::int)::uuid, at, at, 'ES'
			FROM generate_series(0, $1::int - 1) i, LATERAL (SELECT timestamptz '2026-10-01 01:00Z' + i * (interval '30 days' / $1::int) AS at) t`,
			[]any{n.monthMessages, n.monthConversations}},
		{`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, message_id)
			SELECT md5('delivered' || id)::uuid, 'status', 'delivered', 'webhook', business_number_id, conversation_id,
			       occurred_at + interval '1 second', occurred_at, id
			FROM events`, nil},
		{`INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at)
			SELECT id, business_number_id, nextval('dirty_version'), clock_timestamp() FROM conversations`, nil},
		{`ANALYZE`, nil},
	} {
		if err := b.exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("generate a month: %w", err)
		}
	}
	return b.ledger.Assign(ctx, phoneNumberID, "meta-pmp-2026", time.Time{})
}

// lateEntryPoint makes the first conversation one that an ad began, a minute before its first message.
func (b *books) lateEntryPoint(ctx context.Context) error {
	return b.exec(ctx, `WITH said AS (
			INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, opens_window, market, entry_point)
			SELECT md5('ad')::uuid, 'inbound', 'text', 'webhook', business_number_id, id, '2026-10-01 00:59Z', '2026-10-31', true, 'ES', 'ad'
			FROM conversations WHERE id = md5('conversation0')::uuid
			RETURNING conversation_id, business_number_id, occurred_at)
		INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since)
		SELECT conversation_id, business_number_id, nextval('dirty_version'), clock_timestamp(), occurred_at FROM said`)
}

// settlement is what settling everything came to.
type settlement struct {
	took, longest                  time.Duration
	batches, conversations, posted int
}

// settle bills until nothing is left.
func (b *books) settle(ctx context.Context) (s settlement, err error) {
	for more := true; more; {
		var batch ledger.Settled
		took, err := timed(func() (err error) {
			batch, err = b.ledger.SettleBatch(ctx, monthBatch)
			return err
		})
		if err != nil {
			return s, err
		}
		if batch.Failed > 0 {
			return s, fmt.Errorf("%d conversations could not be billed", batch.Failed)
		}
		s.took, s.longest = s.took+took, max(s.longest, took)
		s.batches, s.conversations, s.posted = s.batches+1, s.conversations+batch.Conversations, s.posted+batch.Posted
		more = batch.More
	}
	return s, nil
}
