package campaign

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
	"reengage/workflows/contract"
)

// Turn is what one Advance has come to, and what its run has to do next.
type Turn struct {
	contract.CampaignProgress
	// Choose: its recipients are to be chosen. More: there is something to do at once. Done: there will never be anything again. None
	// of them: until NextAt, a signal, or news of those who are open.
	Choose bool `json:"choose,omitempty"`
	More   bool `json:"more,omitempty"`
	Done   bool `json:"done,omitempty"`
	// Told is how many recipients this turn has asked.
	Told int `json:"told,omitempty"`
}

// How long a turn goes on, in real time: long enough to cost few events, short enough to show progress. Every lookEvery it is looked
// whether the campaign has to stop by itself; whether somebody has stopped it, before every claim.
const (
	turnLasts = 8 * time.Second
	lookEvery = 2 * time.Second
)

// Advance does what is next for a campaign, for some seconds at most: it begins it, asks as many recipients as the pace allows, stops
// it if that has to be (K6), writes off whom its end has left, finishes it. Everything stands in Postgres, so it may be ended anywhere
// and repeated, also beside one that was taken for dead. Errors are Postgres's and Temporal's.
func (c *Campaigns) Advance(ctx context.Context, id uuid.UUID, beat func()) (Turn, error) {
	var t Turn
	until, lookAt := time.Now().Add(turnLasts), time.Time{}
	for again := true; again; {
		again = false
		s, err := stand(ctx, db.New(c.Pool), id)
		if errors.Is(err, ErrUnknown) {
			return Turn{Done: true}, nil // a draft that somebody has deleted was never launched; nothing is left to do
		}
		if err != nil {
			return t, err
		}
		beat()
		now := c.Clock.At(time.Now())
		switch {
		case s.State == Draft, s.State == Finished:
			t.Done = true
		case s.State == Scheduled && s.StartAt.After(now):
			t.NextAt = s.StartAt
		case s.State == Scheduled:
			_, err = c.inTx(ctx, id, Begin, "", nil)
			again = true
		case s.State == Cancelled:
			t.Done, err = c.windUp(ctx, s, sending.CampaignCancelled, beat)
		case ended(s, now):
			t.Done, err = c.windUp(ctx, s, sending.CampaignEnded, beat)
		case s.State == Paused:
			t.NextAt, err = s.EndAt, c.askAgain(ctx, id, beat)
		case s.MaterialisedAt.IsZero():
			t.Choose = true
		default:
			if time.Now().After(lookAt) {
				lookAt = time.Now().Add(lookEvery)
				if again, err = c.look(ctx, s); err != nil || again {
					break // it is paused by now
				}
				if err = c.askAgain(ctx, id, beat); err != nil {
					break
				}
			}
			if again, err = c.askNext(ctx, s, &t, beat); err == nil && again && time.Now().After(until) {
				again, t.More = false, true
			}
		}
		if refused := (*StateError)(nil); errors.As(err, &refused) { // somebody else was faster, which the next look sees
			err, again = nil, true
		}
		if err != nil {
			return t, err
		}
	}
	return t, c.progress(ctx, id, &t)
}

func ended(s Standing, now time.Time) bool { return !s.EndAt.IsZero() && !s.EndAt.After(now) }

// look stops the campaign if it has to be (K6), and reports whether it has.
func (c *Campaigns) look(ctx context.Context, s Standing) (stopped bool, err error) {
	t, err := c.tally(ctx, s)
	if err != nil {
		return false, err
	}
	reason, facts := Look(t, s.Limits)
	if reason == "" {
		return false, nil
	}
	if pointless, err := c.pointless(ctx, s.ID, reason); err != nil || pointless {
		return false, err
	}
	stopped, err = c.inTx(ctx, s.ID, Stop, reason, facts)
	if stopped {
		c.count().stop(ctx, reason)
		c.Log.WarnContext(ctx, "a campaign has paused by itself", "campaign", s.ID, "reason", reason)
	}
	return true, err
}

// pointless: a stop would keep nobody from getting anything, and a campaign that has reached everybody is to finish. Those whose send is
// planned it keeps, but for want of money: theirs is reserved.
func (c *Campaigns) pointless(ctx context.Context, id uuid.UUID, reason Reason) (bool, error) {
	q := db.New(c.Pool)
	counts, err := q.CountRecipients(ctx, id)
	if err != nil || counts.Waiting > 0 {
		return false, err
	}
	if reason == BudgetUsedUp {
		return true, nil
	}
	now, err := q.CountOpenRecipients(ctx, lateAfter.Seconds(), lostAfter.Seconds(), id)
	return err == nil && now.Open == 0, err
}

func (c *Campaigns) tally(ctx context.Context, s Standing) (Tallies, error) {
	q := db.New(c.Pool)
	known, err := sending.FindCandidate(ctx, q, s.WABA, contract.Template{Name: s.Template, Language: s.Language})
	if err != nil {
		return Tallies{}, err
	}
	row, err := q.TallyCampaign(ctx, s.ID, orZero(s.row.WatchedFrom), LastSends)
	return Tallies{Found: known.Found, Status: known.Status, Category: known.Category, Launched: s.Category,
		SenderPaused: orZero(s.number.SenderPausedClass), Settled: int(row.Settled), Failed: int(row.Failed),
		Accepted: int(row.Accepted), OptedOut: int(row.OptedOut), ReservedMicros: s.ReservedMicros, Returned: conversation.Code(row.Returned)}, err
}

// askNext asks the next few recipients at the campaign's pace, and reports whether there may be more to ask at once.
func (c *Campaigns) askNext(ctx context.Context, s Standing, t *Turn, beat func()) (more bool, err error) {
	q := db.New(c.Pool)
	now, err := q.CountOpenRecipients(ctx, lateAfter.Seconds(), lostAfter.Seconds(), s.ID)
	if err != nil {
		return false, err
	}
	n := min(chunkOf(s.perSecond()), room(s.perSecond(), int(now.Open), int(now.Asked), int(now.Late)))
	if n <= 0 {
		return true, sleep(ctx, chunkLasts) // they come first
	}
	waiting, err := q.HasDueRecipients(ctx, s.ID, c.Clock.At(time.Now()))
	if err != nil {
		return false, err
	}
	if !waiting {
		return false, c.finishIfDone(ctx, s, t)
	}
	wait, taken, err := slots(ctx, q, s, n)
	if err != nil {
		return false, err
	}
	if err := sleep(ctx, wait); err != nil || !taken {
		return true, err
	}
	if wait > chunkLasts { // that is long enough for somebody to have stopped it
		now, err := stand(ctx, q, s.ID)
		if err != nil || now.State != Running {
			return true, err
		}
	}
	for began := time.Now(); time.Since(began) < chunkLasts; {
		beat()
		got, err := c.claim(ctx, s, n)
		if err != nil {
			return false, err
		}
		c.count().held.Add(ctx, int64(got.held))
		if len(got.asked) == 0 && got.held == 0 {
			t.NextAt = got.reachAt
			return got.reachAt.IsZero(), nil
		}
		if len(got.asked) == 0 {
			continue // for all of them it is night, which costs no slots
		}
		t.Told += len(got.asked)
		c.count().asked.Add(ctx, int64(len(got.asked)))
		if err := c.tellAll(ctx, s.ID, got.asked, beat); err != nil {
			c.count().failures.Add(ctx, 1)
			return false, err
		}
		break
	}
	return true, nil
}

// sleep waits for a while in real time.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
