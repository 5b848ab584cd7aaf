package demo

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// watch tells of what the system does, as Postgres knows it: reminders, sends and refusals, plans, kept replies, consent,
// charges, the campaign, and windows that open and close.
func (p *player) watch(ctx context.Context) {
	w := watcher{player: p, q: db.New(p.stack.Pool), status: map[string]conversation.StatusName{}, states: map[uuid.UUID]string{}, since: time.Now()}
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
	q                         *db.Queries
	status                    map[string]conversation.StatusName
	states                    map[uuid.UUID]string // of sends and kept replies
	since                     time.Time            // of reminders, real
	charge, consent, decision int64                // the latest that were told
	funnel                    string
	funnelAt                  time.Time // real
}

func (w *watcher) look(ctx context.Context) error {
	for _, look := range []func(context.Context) error{
		w.reminders, w.consents, w.decisions, w.sends, w.keptReplies, w.charges, w.statuses, w.campaigns,
	} {
		if err := look(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *watcher) reminders(ctx context.Context) error {
	reminders, err := w.q.WatchReminders(ctx, w.since)
	for _, r := range reminders {
		w.since = r.RecordedAt
		w.at(r.FiredAt, "    ⏰ reminder (%s): answer %s before the window closes", r.Outcome, r.Name)
	}
	return err
}

func (w *watcher) charges(ctx context.Context) error {
	charges, err := w.q.WatchCharges(ctx, w.charge)
	for _, c := range charges {
		w.charge = c.ID
		w.say("    💰 %s: %s %s (%s)", c.Name, money(c.AmountMicros, c.Currency), c.Kind, c.Rule)
	}
	return err
}

func (w *watcher) statuses(ctx context.Context) error {
	facts, err := w.q.ListConversationFacts(ctx)
	for _, f := range facts {
		status := conversation.Status(f.Conversation.Facts(), w.stack.Now())
		if before, known := w.status[f.Name]; status != before && (known || status != conversation.Expired) {
			w.say("    ● %s is %s", f.Name, status)
		}
		w.status[f.Name] = status
	}
	return err
}
