package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// writeOffBatch is how many one statement writes off.
const writeOffBatch = 2000

// windUp writes off whom a campaign's end has left, and sees to those who are open. Done: nothing is; one that was not cancelled is
// finished by then.
func (c *Campaigns) windUp(ctx context.Context, s Standing, code conversation.Code, beat func()) (done bool, err error) {
	q := db.New(c.Pool)
	for {
		n, err := q.WriteOffRecipients(ctx, string(code), s.ID, writeOffBatch)
		if err != nil {
			return false, err
		}
		beat()
		if n < writeOffBatch {
			break
		}
	}
	if err := c.askAgain(ctx, s.ID, beat); err != nil {
		return false, err
	}
	counts, err := q.CountRecipients(ctx, s.ID)
	if err != nil || counts.Open > 0 || counts.Waiting > 0 {
		return false, err
	}
	if s.State != Cancelled {
		_, err = c.inTx(ctx, s.ID, Finish, "", nil)
	}
	return err == nil, err
}

// finishIfDone finishes a running campaign of which nobody is left.
func (c *Campaigns) finishIfDone(ctx context.Context, s Standing, t *Turn) error {
	counts, err := db.New(c.Pool).CountRecipients(ctx, s.ID)
	if err != nil || counts.Open > 0 || counts.Waiting > 0 {
		return err
	}
	_, err = c.inTx(ctx, s.ID, Finish, "", nil)
	t.Done = err == nil
	return err
}

// progress fills in how far a campaign has got, and when to look again.
func (c *Campaigns) progress(ctx context.Context, id uuid.UUID, t *Turn) error {
	q := db.New(c.Pool)
	s, err := stand(ctx, q, id)
	if err != nil {
		return err
	}
	counts, err := q.CountRecipients(ctx, id)
	if err != nil {
		return err
	}
	t.State, t.Reason, t.AsOf = string(s.State), string(s.Reason), c.Clock.At(time.Now())
	t.Recipients, t.Asked, t.Waiting, t.Open = int(counts.Recipients), int(counts.Asked), int(counts.Waiting), int(counts.Open)
	if t.Done || t.More || t.Choose {
		t.NextAt = time.Time{}
		return nil
	}
	over := s.State == Cancelled || ended(s, t.AsOf)
	switch {
	case over: // who has come back since they were written off is written off at once, and nobody but those who are open is waited for
		t.More, t.NextAt = counts.Waiting > 0 || counts.Open == 0, time.Time{}
	case s.State == Running && t.NextAt.IsZero() && s.left(counts, t.AsOf):
		t.More = true
	case s.State == Running && counts.DueAt.After(t.AsOf): // whose time has come waits for what NextAt says
		t.NextAt = sooner(t.NextAt, counts.DueAt.UTC())
		fallthrough
	default:
		t.NextAt = sooner(t.NextAt, s.EndAt)
	}
	return nil
}

// left reports whether there is somebody to ask now, or nobody at all any more. What has moved since it was looked at is nothing to wait
// for: nobody would say so.
func (s Standing) left(c db.CountRecipientsRow, now time.Time) bool {
	due := c.Waiting > c.Held || c.Held > 0 && !c.DueAt.After(now)
	return due || c.Open == 0 && c.Waiting == 0 && !s.MaterialisedAt.IsZero()
}

// sooner is the earlier of two times; the zero time is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
