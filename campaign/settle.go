package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// Why a recipient was not sent to.
const (
	NotSentCancelled conversation.Code = "campaign_cancelled"
	NotSentEnded     conversation.Code = "campaign_ended"
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
	// What has moved since it was looked at is nothing to wait for: nobody would say so.
	pending := counts.Waiting - counts.Held
	settled := counts.Open == 0 && counts.Waiting == 0 && !s.MaterialisedAt.IsZero()
	if s.State == Running && (pending > 0 && t.NextAt.IsZero() || settled) || s.State == Cancelled && counts.Open+counts.Waiting == 0 {
		t.More, t.NextAt = true, time.Time{}
		return nil
	}
	if s.State == Running && counts.Held > 0 {
		t.NextAt = sooner(t.NextAt, counts.DueAt.UTC())
	}
	t.NextAt = sooner(t.NextAt, s.EndAt)
	return nil
}

// sooner is the earlier of two times; the zero time is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
