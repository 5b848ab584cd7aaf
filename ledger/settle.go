package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
)

// Settled counts what a settlement did. More: there is more to do now.
type Settled struct {
	Conversations int  `json:"conversations"`
	Failed        int  `json:"failed"` // left dirty; their error is logged
	Posted        int  `json:"posted"` // ledger rows: charges and reversals
	More          bool `json:"more"`
}

// Add counts what was settled next.
func (s *Settled) Add(next Settled) {
	s.Conversations += next.Conversations
	s.Failed += next.Failed
	s.Posted += next.Posted
	s.More = next.More
}

// SettleBatch bills up to limit dirty conversations in one transaction, with what depends on their numbers' counts (P4): what
// has never failed first, the oldest mark first. A number that another settles now and a conversation that another bills now
// are skipped. One conversation's failure costs none of the others; it is tried again after 30 s, 1 min, ... 1 h. More means
// that a further call would find work now: more than limit were to be had, or others were marked because the end of an
// allowance moved. What others hold is theirs, and no reason to call again. The error is whatever keeps the database away, or the
// end of ctx; a single conversation that has used up the time until ctx's deadline is postponed like one that failed.
func (l *Ledger) SettleBatch(ctx context.Context, limit int) (Settled, error) {
	if err := l.Open(ctx); err != nil {
		return Settled{}, fmt.Errorf("settle: %w", err)
	}
	var ids []uuid.UUID
	settled, err := l.settle(ctx, func(q *db.Queries) (_ []uuid.UUID, err error) {
		if ids, err = lockBatch(ctx, q, limit); err != nil {
			return nil, err
		}
		return ids[:min(limit, len(ids))], nil
	})
	switch {
	case err != nil && (passing(ctx, err) || len(ids) == 0):
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && min(limit, len(ids)) == 1 {
			l.postponeLong(ctx, ids[0], err)
		}
		return Settled{}, fmt.Errorf("settle: %w", err)
	case err != nil:
		// The database refused one of them; which, it does not say.
		l.log.WarnContext(ctx, "batch refused, billing one by one", "error", err)
		if settled, err = l.settleOneByOne(ctx, ids[:min(limit, len(ids))]); err != nil {
			return settled, fmt.Errorf("settle: %w", err)
		}
	}
	settled.More = settled.More || len(ids) > limit
	return settled, nil
}

// lockBatch takes numbers first and then conversations, as everybody who takes both must, and waits for neither. One more than
// wanted says whether there is more.
func lockBatch(ctx context.Context, q *db.Queries, limit int) ([]uuid.UUID, error) {
	most := int32(limit) + 1
	numbers, err := q.LockDirtyNumbers(ctx, most)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	return q.LockDirtyConversations(ctx, most, numbers)
}

// settle bills what it is given the locks of, in one transaction.
func (l *Ledger) settle(ctx context.Context, lock func(*db.Queries) ([]uuid.UUID, error)) (Settled, error) {
	var done billing
	err := l.unpinned(ctx, func(q *db.Queries) error {
		ids, err := lock(q)
		if err != nil {
			return err
		}
		done, err = l.bill(ctx, q, ids, settlement)
		return err
	})
	if err != nil {
		return Settled{}, err
	}
	if err := l.postpone(ctx, done.tallies); err != nil {
		return Settled{}, err
	}
	settled := Settled{More: done.marked > 0}
	for _, t := range done.tallies {
		switch {
		case t.version == nil, t.held, t.toHand(): // it was billed before its lock was taken, or is part of what another bills
			continue
		case t.stuck != nil:
			settled.Failed++
		default:
			settled.Conversations++
		}
		settled.Posted += len(t.charges) + len(t.reversals)
	}
	return settled, nil
}

// postponeLong postpones a conversation that took, by itself, all the time that there was. It is the oldest mark: without that,
// every further call would try it first, and nobody else would ever be settled.
func (l *Ledger) postponeLong(ctx context.Context, id uuid.UUID, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := l.postpone(ctx, []*tally{{stretch: stretch{conversation: id}, stuck: cause}}); err != nil {
		l.log.WarnContext(ctx, "not postponed", "conversation", id, "error", err)
	}
}

func (l *Ledger) settleOneByOne(ctx context.Context, ids []uuid.UUID) (Settled, error) {
	var all Settled
	for _, id := range ids {
		one, err := l.settle(ctx, func(q *db.Queries) ([]uuid.UUID, error) {
			if locked, err := q.LockDirtyConversation(ctx, id); err != nil || !locked {
				return nil, err
			}
			return []uuid.UUID{id}, nil
		})
		if err != nil && passing(ctx, err) {
			return all, err
		}
		if err != nil {
			if err := l.postpone(ctx, []*tally{{stretch: stretch{conversation: id}, stuck: err}}); err != nil {
				return all, err
			}
			one = Settled{Failed: 1}
		}
		one.More = one.More || all.More // somebody was marked, and may have been before
		all.Add(one)
	}
	return all, nil
}
