package demo

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// watch tells of what the system does by itself, as Postgres knows it: reminders, charges, windows that open and close.
func (p *player) watch(ctx context.Context) {
	w := watcher{player: p, q: db.New(p.stack.Pool), status: map[string]conversation.StatusName{}, since: time.Now()}
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			p.say("(cannot look: %v)", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

type watcher struct {
	*player
	q      *db.Queries
	status map[string]conversation.StatusName
	since  time.Time // of reminders, real
	charge int64
}

func (w *watcher) look(ctx context.Context) error {
	reminders, err := w.q.WatchReminders(ctx, w.since)
	if err != nil {
		return err
	}
	for _, r := range reminders {
		w.since = r.RecordedAt
		w.at(r.FiredAt, "    ⏰ reminder (%s): answer %s before the window closes", r.Outcome, r.Name)
	}
	charges, err := w.q.WatchCharges(ctx, w.charge)
	if err != nil {
		return err
	}
	for _, c := range charges {
		w.charge = c.ID
		w.say("    💰 %s: %s %s (%s)", c.Name, money(c.AmountMicros, c.Currency), c.Kind, c.Rule)
	}
	facts, err := w.q.ListConversationFacts(ctx)
	if err != nil {
		return err
	}
	for _, f := range facts {
		status := conversation.Status(f.Conversation.Facts(), w.stack.Now())
		if before, known := w.status[f.Name]; status != before && (known || status != conversation.Expired) {
			w.say("    ● %s is %s", f.Name, status)
		}
		w.status[f.Name] = status
	}
	return nil
}

// settleTimeout is how long everything that follows from the script may take after its end, in real time.
const settleTimeout = 30 * time.Second

// settled waits until no conversation waits for anything any more and every event is billed.
func (p *player) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	q := db.New(p.stack.Pool)
	for {
		open, err := p.stack.Temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
			Query: fmt.Sprintf("WorkflowType = %q AND ExecutionStatus = 'Running'", contract.ConversationWorkflow)})
		if err != nil {
			return fmt.Errorf("count open conversations: %w", err)
		}
		left, err := q.CountUnfinished(ctx)
		if err != nil {
			return fmt.Errorf("count what is not done: %w", err)
		}
		if open.Count == 0 && left.Unsignalled == 0 && left.Dirty == 0 && left.Unposted == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d conversations still run, %d events are not signalled, %d conversations not billed and %d reminders not posted",
				open.Count, left.Unsignalled, left.Dirty, left.Unposted)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
