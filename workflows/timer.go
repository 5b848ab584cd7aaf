package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"reengage/conversation"
)

// timer is the run's only one.
type timer struct {
	at     time.Time // virtual
	cancel workflow.CancelFunc
}

// arm makes sure that the timer fires no later than the next moment at which the clock alone changes something. A
// moment that has moved away leaves the timer alone: it fires early and is armed for the rest, which costs less than a
// new timer for every message.
func (r *conversationRun) arm(ctx workflow.Context) {
	now := r.now(ctx)
	wake, ok := conversation.NextWake(r.state, now)
	if !ok {
		r.disarm()
		return
	}
	if r.timer != nil {
		if !wake.At.Before(r.timer.at) {
			return
		}
		r.disarm()
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	armed := &timer{at: wake.At, cancel: cancel}
	r.timer = armed
	wait := r.clock.Wait(wake.At, workflow.Now(ctx))
	f := workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: wake.Why})
	r.selector.AddFuture(f, func(workflow.Future) {
		if r.timer == armed {
			r.timer = nil
		}
	})
}

func (r *conversationRun) disarm() {
	if r.timer != nil {
		r.timer.cancel()
		r.timer = nil
	}
}
