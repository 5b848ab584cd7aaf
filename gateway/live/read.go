package live

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
)

// pageSize is about how many changes one reading takes; what is left comes with the next.
const pageSize = 1000

// aheadMost is how far, in real time, the clock of the gateway that gave out a cursor may be ahead of ours.
const aheadMost = time.Minute

// reader reads what has changed.
type reader struct {
	pool    *pgxpool.Pool
	queries *db.Queries
	clock   clock.Clock
	page    int
}

// reading is a batch with what the next reading begins with.
type reading struct {
	Batch
	next   cursor
	more   bool      // there was more than a page
	oldest time.Time // when the oldest change on it was written, real; zero: there is none
}

// here is a cursor that has seen everything up to now.
func (r *reader) here(ctx context.Context) (cursor, error) {
	at := r.clock.At(time.Now())
	row, err := r.look(ctx)
	if err != nil {
		return cursor{}, err
	}
	seen, err := parseSnapshot(row.Seen)
	return cursor{row.Server, seen, at}, err
}

// look says what can be seen now. Changes of another server's transactions, from a dump, are forgotten first: their numbers would
// come to mean others here.
func (r *reader) look(ctx context.Context) (db.LookAtChangesRow, error) {
	row, err := r.queries.LookAtChanges(ctx)
	if err != nil || row.Server == row.NotedServer {
		return row, err
	}
	err = db.InTx(ctx, r.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		noted, err := q.LockChanges(ctx)
		if err != nil || noted == row.Server { // another gateway was faster
			return err
		}
		return q.BeginChanges(ctx, row.Server)
	})
	if err != nil {
		return row, fmt.Errorf("forget another server's changes: %w", err)
	}
	return r.queries.LookAtChanges(ctx)
}

// read returns what has changed since from, or about the first page of it.
func (r *reader) read(ctx context.Context, from cursor) (reading, error) {
	now := r.clock.At(time.Now())
	row, err := r.look(ctx)
	if err != nil {
		return reading{}, err
	}
	seen, err := parseSnapshot(row.Seen)
	if err != nil {
		return reading{}, err
	}
	lost := from.server != row.Server || from.seen.xmax > seen.xmax || // restored, on another server or this one
		from.seen.xmin <= row.Pruned || from.until.After(now.Add(r.clock.Virtual(aheadMost)))
	if lost {
		next := cursor{row.Server, seen, now}
		reset := []Event{{Kind: KindReset, Data: encode(ResetEvent{now})}}
		return reading{Batch: Batch{Events: reset, Now: now, Next: next.String()}, next: next}, nil
	}
	if now.Before(from.until) { // told by a gateway whose clock is ahead: nobody is told of a time before
		now = from.until
	}
	next := cursor{row.Server, seen, now}
	changes, err := r.changes(ctx, from, seen)
	if err != nil {
		return reading{}, err
	}
	due, err := r.due(ctx, from.until, now)
	if err != nil {
		return reading{}, err
	}
	out := reading{}
	if len(changes) >= r.page {
		next.seen = from.seen.upTo(seen, changes[len(changes)-1].Xid)
		out.more = true
	}
	if len(due) >= r.page {
		// Of each kind the query has at least the first page, so up to here all of them.
		next.until = due[r.page-1].At.UTC()
		due = upTo(due, next.until)
		out.more = true
	}
	for _, c := range changes {
		if out.oldest.IsZero() || c.RecordedAt.Before(out.oldest) {
			out.oldest = c.RecordedAt
		}
	}
	events, err := r.resolve(ctx, changes, due, now)
	if err != nil {
		return reading{}, err
	}
	out.Batch, out.next = Batch{Events: events, Now: now, Next: next.String()}, next
	return out, nil
}

// changes are those that seen sees and from did not.
func (r *reader) changes(ctx context.Context, from cursor, seen snapshot) ([]db.Change, error) {
	if from.seen.xmax == seen.xmax && len(from.seen.running) == len(seen.running) {
		return nil, nil // no transaction has begun, and none has ended
	}
	return r.queries.ListChanges(ctx, db.ListChangesParams{
		Xmax: from.seen.xmax, Running: append([]uint64{}, from.seen.running...), Seen: seen.String(), Most: int32(r.page),
	})
}

// due are those that the clock alone has changed in (since, now], first things first.
func (r *reader) due(ctx context.Context, since, now time.Time) ([]db.ListDueConversationsRow, error) {
	if !since.Before(now) {
		return nil, nil
	}
	return r.queries.ListDueConversations(ctx, db.ListDueConversationsParams{
		Since: since, Now: now, Most: int32(r.page), LeadSeconds: conversation.AlertLead.Seconds(),
		SinceEnding: since.Add(conversation.AlertLead), NowEnding: now.Add(conversation.AlertLead),
	})
}

func upTo(due []db.ListDueConversationsRow, last time.Time) []db.ListDueConversationsRow {
	for i, d := range due {
		if d.At.After(last) {
			return due[:i]
		}
	}
	return due
}
