package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/serviceerror"

	"reengage/db"
	"reengage/engine"
	"reengage/intake"
	"reengage/workflows/contract"
)

// result of one conversation's turn.
type result struct {
	more     bool     // events are pending that may be told of at once
	answered bool     // Temporal has answered, if only to refuse
	failed   *failure // nothing else can be told of either
}

// deliver tells one conversation's workflow what is pending, as far as one signal of each kind reaches, and notes what
// it has told. What has begun is brought to its end when ctx ends, but never beyond the lease.
func (r *Relay) deliver(ctx context.Context, c claim) result {
	leased, cancel := context.WithDeadline(context.WithoutCancel(ctx), c.deadline)
	defer cancel()
	var t turn
	if t.err = r.tell(leased, c, &t); t.err != nil {
		t.fault = faultIn(t)
	}
	if t.fault == busy || t.fault == refused {
		r.metrics.failed(ctx, t.fault)
		r.Log.WarnContext(ctx, "conversation not signalled", "conversation", c.conversation, "fault", t.fault,
			"times", c.attempts+1, "error", t.err)
	}
	more, err := r.settleUntilDone(ctx, leased, c, t)
	switch {
	case err != nil:
		return result{failed: &failure{onPostgres, err}}
	case t.fault == away && t.called:
		return result{failed: &failure{onTemporal, t.err}}
	case t.fault == away:
		return result{failed: &failure{onPostgres, t.err}}
	}
	return result{more: more, answered: t.called}
}

// faultIn judges why a turn ended early.
func faultIn(t turn) fault {
	switch {
	case t.called:
		return faultOf(t.err)
	case db.Away(t.err):
		return away
	default:
		return refused // say, settings that cannot be read
	}
}

// turn is how far we got with a conversation.
type turn struct {
	told   []uuid.UUID // events
	called bool        // Temporal; so err, if any, is Temporal's
	err    error
	fault  fault // of err
}

// tell sends the signals one after the other; the first that fails leaves the later ones unsent.
func (r *Relay) tell(ctx context.Context, c claim, t *turn) error {
	events, err := r.queries.ListPendingEvents(ctx, c.conversation, contract.MaxSignalMessages)
	if err != nil {
		return fmt.Errorf("list pending events: %w", err)
	}
	if len(events) == 0 {
		return nil
	}
	now := r.Clock.At(time.Now())
	// After the events: the facts then include them.
	loaded, err := intake.Load(ctx, r.queries, c.conversation, r.Clock, now)
	if err != nil {
		return err
	}
	signals, concerningNone, err := compose(events, loaded)
	if err != nil {
		return err
	}
	t.told = concerningNone
	to := c.conversation
	if loaded.MergedInto != uuid.Nil { // whatever concerns it concerns the one that it is part of (W10)
		to, loaded.MergedInto = loaded.MergedInto, uuid.Nil
	}
	deadline, _ := ctx.Deadline()
	for _, s := range signals {
		if t.called && time.Until(deadline) < r.CallTimeout {
			return nil // a call cut short by the lease would look like an outage; the rest goes with the next turn
		}
		t.called = true
		workflow := to
		if s.name == contract.SignalMerged {
			workflow = c.conversation
		}
		if err := r.call(ctx, workflow, s, loaded, now); err != nil {
			return fmt.Errorf("signal %s: %w", s.name, err)
		}
		t.told = append(t.told, s.events...)
		r.metrics.told(ctx, s)
	}
	return nil
}

func (r *Relay) call(ctx context.Context, id uuid.UUID, s signal, loaded contract.Loaded, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, r.CallTimeout)
	defer cancel()
	if s.runOnly {
		err := r.Temporal.SignalWorkflow(ctx, contract.ConversationWorkflowID(id), "", s.name, s.payload)
		var noRun *serviceerror.NotFound // a missing namespace is another error
		if errors.As(err, &noRun) {
			return nil
		}
		return err
	}
	return engine.Signal(ctx, r.Temporal, id, s.name, s.payload, loaded, now)
}

// settleUntilDone settles, trying again while Postgres is away: what was told and is not noted would be told again. When
// the lease, or the relay, comes to its end it leaves that to whoever takes the conversation next.
func (r *Relay) settleUntilDone(ctx, leased context.Context, c claim, t turn) (more bool, err error) {
	for n := 1; ; n++ {
		more, err = r.settle(leased, c, t)
		if err == nil || !db.Away(err) {
			return more, err
		}
		select {
		case <-ctx.Done():
			return false, err
		case <-leased.Done():
			return false, err
		case <-time.After(backoff(n, 100*time.Millisecond, 2*time.Second)):
		}
	}
}

// settle notes what was told and lets go of the conversation.
func (r *Relay) settle(ctx context.Context, c claim, t turn) (more bool, err error) {
	err = db.InTxByKey(ctx, r.Pool, func(tx pgx.Tx) error {
		q := r.queries.WithTx(tx)
		mine, err := q.LockLease(ctx, r.Holder, c.until, c.conversation)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) { // another relay has taken over and is done
			return err
		}
		// True whoever holds the lease now: the workflow knows of them.
		if err := q.MarkSignalled(ctx, time.Now(), t.told); err != nil || !mine {
			return err
		}
		if t.fault != "" {
			tried := int32(1)
			if t.fault == away {
				tried = 0
			}
			return q.PostponeLease(ctx, t.fault.delay(c.attempts+1).Seconds(), tried, c.conversation)
		}
		deleted, err := q.DeleteIdleLease(ctx, c.conversation)
		if err != nil || deleted > 0 {
			return err
		}
		more = true
		return q.FreeLease(ctx, c.conversation)
	})
	if err != nil {
		return false, fmt.Errorf("note what was signalled: %w", err)
	}
	return more, nil
}
