package bench

import (
	"context"
	"fmt"
	"time"
)

// inboxAt is the moment at which the inbox is looked at.
var inboxAt = time.Date(2026, 12, 15, 12, 0, 0, 0, time.UTC)

// inboxNumbers are the business numbers of the inbox: the first has half of the conversations, the last a hundredth.
var inboxNumbers = []string{"106540352242901", "106540352242902", "106540352242903"}

// people writes conversations as a business has them after some months, all of invented people with reserved numbers' beginnings.
func (b *books) people(ctx context.Context, n size) error {
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO business_numbers (id, phone_number_id, display, created_at)
			SELECT md5('number' || i)::uuid, number, '+1 202 555 010' || i, '2026-01-01' FROM unnest($1::text[]) WITH ORDINALITY u(number, i)`, []any{inboxNumbers}},
		{`INSERT INTO contacts (id, name, phone, created_at)
			SELECT md5('contact' || i)::uuid, 'Person ' || i || ' ' || (ARRAY['Example','Sample','Invented','Madeup','Fiction'])[1 + i % 5], (12025500000 + i)::text, '2026-01-01'
			FROM generate_series(0, $1::int - 1) i`, []any{n.inboxConversations}},
		// Of a hundred: 60 expired, 15 awaiting a reply, 1 resuming, 24 open, of which the 24th part is expiring. A fifth was claimed once.
		{`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at, last_outbound_at,
				template_accepted_at, template_pending, resume_claimed_until, resume_claimed_by)
			SELECT md5('conversation' || i)::uuid, md5('number' || CASE WHEN i / 100 % 100 = 0 THEN 3 WHEN i / 100 % 2 = 0 THEN 2 ELSE 1 END)::uuid,
			       md5('contact' || i)::uuid, '2026-01-01', at, at, at + interval '24 hours',
			       CASE WHEN kind < 75 AND kind >= 60 THEN at + interval '24 hours' + share * ($2 - at - interval '24 hours') WHEN kind % 2 = 0 THEN at + interval '5 minutes' END,
			       CASE WHEN kind < 75 AND kind >= 60 THEN at + interval '24 hours' + share * ($2 - at - interval '24 hours') END,
			       CASE WHEN kind = 75 THEN 'planned' END,
			       CASE WHEN kind % 5 = 0 THEN at + interval '25 hours' END, CASE WHEN kind % 5 = 0 THEN 'user/1' END
			FROM (SELECT i, i % 100 AS kind, ('x' || right(md5(i || 'share'), 6))::bit(24)::int / 16777216.0 AS share,
			             $2::timestamptz - CASE WHEN i % 100 >= 76 THEN interval '24 hours' * (('x' || right(md5(i::text), 6))::bit(24)::int / 16777216.0)
			                  ELSE interval '25 hours' + interval '90 days' * (('x' || right(md5(i::text), 6))::bit(24)::int / 16777216.0) END AS at
			      FROM generate_series(0, $1::int - 1) i) x`, []any{n.inboxConversations, inboxAt}},
	} {
		if err := b.exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("write conversations: %w", err)
		}
	}
	return b.exec(ctx, "VACUUM ANALYZE") // as autovacuum does by itself, but then in the midst of the measuring
}

// writeCost is what the inbox adds to the writing of facts and of contacts.
func (b *books) writeCost(ctx context.Context, g *Group, n size) error {
	messages, newcomers, err := b.write(ctx, n, "with")
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`DROP INDEX conversations_of_number_by_deadline, conversations_of_number_by_activity, conversations_resuming, conversations_awaiting_reply`,
		`DROP INDEX conversations_by_deadline, conversations_by_activity`,
		`CREATE INDEX conversations_by_deadline ON conversations (expires_at, id)`,
		`CREATE INDEX conversations_by_activity ON conversations (last_activity_at DESC, id DESC)`,
		`ALTER TABLE contacts DISABLE TRIGGER contacts_added`,
	} {
		if err := b.exec(ctx, statement); err != nil {
			return err
		}
	}
	plainMessages, plainNewcomers, err := b.write(ctx, n, "without")
	if err != nil {
		return err
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n.inboxWrites) }
	g.add("facts of a message written", "us", each(messages), each(plainMessages))
	g.add("contact added", "us", each(newcomers), each(plainNewcomers))
	g.note("written by one statement for %d conversations or contacts: what a row costs, without the transaction around a single one", n.inboxWrites)
	return nil
}

// write moves deadlines as messages do, and adds contacts; the medians.
func (b *books) write(ctx context.Context, n size, run string) (messages, newcomers time.Duration, err error) {
	var moved, added []time.Duration
	for i := range 5 {
		took, err := timed(func() error {
			return b.exec(ctx, `UPDATE conversations SET last_inbound_at = at, expires_at = at + interval '24 hours'
				FROM (SELECT $1::timestamptz + $3::int * interval '1 second' AS at) t
				WHERE id = ANY (SELECT md5('conversation' || (j * 7919 + $3 * 13) % $4::int)::uuid FROM generate_series(1, $2::int) j)`,
				inboxAt, n.inboxWrites, i, n.inboxConversations)
		})
		if err != nil {
			return 0, 0, err
		}
		moved = append(moved, took)
		took, err = timed(func() error {
			return b.exec(ctx, `INSERT INTO contacts (id, name, phone, created_at)
				SELECT md5($1 || $2::int || 'newcomer' || j)::uuid, 'Newcomer ' || j || ' Example', (12025500000 + j)::text, '2026-01-01'
				FROM generate_series(1, $3::int) j`, run, i, n.inboxWrites)
		})
		if err != nil {
			return 0, 0, err
		}
		added = append(added, took)
	}
	return quantile(moved, 0.5), quantile(added, 0.5), nil
}
