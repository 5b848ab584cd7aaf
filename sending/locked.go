package sending

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
)

// locked is a conversation under its row's lock, with what the gate asks of it. It lives as long as its transaction. Locks
// are taken in this order: conversation, the recipient of a campaign whose message it is, advisory locks of caps and budget, the
// campaign's row where it has a budget, sends, kept replies, and at last rows that other conversations share (suppressions, templates,
// numbers, rates), other recipients, and once more campaigns (by keep_reserved), so that transactions wait for one another but never in
// a circle. Whether a campaign runs is read without a lock: one that is paused while a message is on its way into flight has sent it.
type locked struct {
	*Sender
	q         *db.Queries
	real, now time.Time
	number    db.BusinessNumber
	contact   db.Contact
	id        uuid.UUID
	facts     conversation.Facts // the row's, as far as this transaction has come
	may       conversation.Permissions
	partOf    *uuid.UUID // the conversation that it has become part of (W10)
	moved     bool       // a template has been planned or has got on: template_pending is to be found anew
	results   bool       // a campaign's message has failed, or was found: its recipient is to follow it
	committed []func()   // what to count once it is true
}

// locking runs fn in a transaction that holds the conversation.
func (s *Sender) locking(ctx context.Context, conversationID uuid.UUID, fn func(*locked) error) error {
	var l *locked
	err := db.InTxByKey(ctx, s.Pool, func(tx pgx.Tx) error {
		var err error
		if l, err = s.lock(ctx, db.New(tx), conversationID); err != nil {
			return err
		}
		if err := fn(l); err != nil {
			return err
		}
		return l.refresh(ctx)
	})
	if err != nil {
		return err
	}
	for _, count := range l.committed {
		count()
	}
	return nil
}

func (s *Sender) lock(ctx context.Context, q *db.Queries, id uuid.UUID) (*locked, error) {
	row, err := q.LockToSend(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, intake.ErrUnknownConversation
	}
	if err != nil {
		return nil, err
	}
	parties, err := q.ReadParties(ctx, id)
	if err != nil {
		return nil, err
	}
	l := &locked{Sender: s, q: q, real: time.Now(), number: parties.BusinessNumber, contact: parties.Contact, id: id,
		partOf: row.MergedInto, facts: factsOf(row)}
	l.now = s.Clock.At(l.real)
	l.may, err = db.PermissionsOf(l.number, parties.Permissions)
	return l, err
}

// factsOf are a row's facts without the agent's name: what is returned here goes into Temporal, which is to name no person.
func factsOf(row db.Conversation) conversation.Facts {
	f := row.Facts()
	f.ResumeClaimedBy = ""
	return f
}

// merged: the contact has become part of another one, whose conversation goes on (W10). This one is the other's by now, so that
// its contact does not say so.
func (l *locked) merged() bool { return l.partOf != nil }

func (l *locked) circumstances() conversation.Circumstances {
	return conversation.Circumstances{Facts: l.facts, Permissions: l.may, Margin: l.Margin}
}

// refresh finds out anew whether a template is on its way, and what has become of campaigns' recipients.
func (l *locked) refresh(ctx context.Context) error {
	if err := l.refreshResults(ctx); err != nil {
		return err
	}
	if !l.moved {
		return nil
	}
	rows, err := l.q.RefreshTemplatePending(ctx, []uuid.UUID{l.id})
	if err != nil {
		return err
	}
	for _, r := range rows {
		l.facts.TemplatePending = conversation.TemplatePending(r.TemplatePending)
	}
	l.moved = false
	return nil
}

func (l *locked) afterCommit(count func()) { l.committed = append(l.committed, count) }

// step is locking for what has a Result; the result's facts are the row's at its end.
func (s *Sender) step(ctx context.Context, conversationID uuid.UUID, fn func(*locked) (Result, error)) (Result, error) {
	var result Result
	err := s.locking(ctx, conversationID, func(l *locked) error {
		var err error
		if result, err = fn(l); err != nil {
			return err
		}
		if err := l.refresh(ctx); err != nil {
			return err
		}
		result.know(l.facts)
		return nil
	})
	return result, err
}

func (r *Result) know(f conversation.Facts) {
	for ; r != nil; r = r.Fallback {
		r.Facts = f
	}
}
