package workflows

import (
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"reengage/clock"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// Conversation keeps one contact's window with one business number. A run lasts while it waits for something (W11) and
// may span several windows; then it completes, and the next message starts another under the same workflow id.
func Conversation(ctx workflow.Context, in contract.ConversationInput) error {
	run, err := openConversation(ctx, in)
	if err != nil {
		return err
	}
	return run.untilNothingIsLeft(ctx)
}

// conversationRun is one run of Conversation.
type conversationRun struct {
	id     uuid.UUID
	loaded contract.Loaded
	clock  clock.Clock
	state  conversation.State

	inbox     inbox
	requests  requests
	sender    sender
	campaigns campaignMessages
	outside   outside
	effects   effects
	timer     *timer
	selector  workflow.Selector
	announced conversation.StatusName // what the search attribute says
	decisions []string                // the latest, for people
	canceled  bool
}

// lateAfter is W7's minute on the virtual clock. A clock that runs fast must not take the machine's own latency for an
// outage, so there it is at least two real seconds.
func lateAfter(c clock.Clock) time.Duration {
	return max(time.Minute, c.Virtual(2*time.Second))
}

// openConversation prepares a run: from the relay's complete input, from an earlier run's state, or, for a start from
// outside, from the database.
func openConversation(ctx workflow.Context, in contract.ConversationInput) (*conversationRun, error) {
	run := &conversationRun{id: in.ConversationID, selector: workflow.NewSelector(ctx)}
	run.inbox.listen(ctx, run.selector)
	run.requests.listen(ctx, run.selector)
	if err := run.handleUpdates(ctx); err != nil {
		return nil, err
	}
	run.selector.AddReceive(ctx.Done(), func(c workflow.ReceiveChannel, _ bool) { run.canceled = true })
	if err := workflow.SetQueryHandlerWithOptions(ctx, contract.QuerySnapshot, func() (contract.Snapshot, error) {
		return run.snapshot(ctx), nil
	}, workflow.QueryHandlerOptions{Description: "The conversation as this run last saw it"}); err != nil {
		return nil, err
	}
	if in.Loaded == nil {
		loaded, err := loadConversation(ctx, in.ConversationID)
		if err != nil {
			return nil, err
		}
		in.Loaded = &loaded
	}
	run.loaded, run.clock = *in.Loaded, in.Loaded.Clock
	if status, ok := workflow.GetTypedSearchAttributes(ctx).GetKeyword(contract.StatusAttribute); ok {
		run.announced = conversation.StatusName(status)
	}
	if c := in.Carried; c != nil {
		run.state, run.decisions = c.State, c.Decisions
		run.outside.add(c.Unrecorded)
		return run, nil
	}
	run.state = conversation.NewState(run.loaded.Settings, lateAfter(run.clock))
	run.inbox.drain()
	run.takeClock()
	run.state.Permissions, run.state.Zone, run.state.Kept = run.loaded.Permissions, run.loaded.Zone, run.loaded.Kept
	if p := run.loaded.Plan; p != nil {
		p.Trying = false // if it was, it is made again under the same send id, and found planned or done
		run.state.Plan = p
	}
	run.decide(ctx, conversation.FactsKnown{Facts: run.loaded.Facts})
	if run.loaded.MergedInto != uuid.Nil {
		run.decide(ctx, conversation.Merged{})
	}
	run.resume(ctx)
	return run, nil
}

// resume goes on with the sends that an earlier run has left: it was terminated, for no run ends by itself while it sends.
func (r *conversationRun) resume(ctx workflow.Context) {
	for _, open := range r.loaded.Open {
		r.settle(ctx, sending.Result{SendID: open.SendID, Attempt: open.Attempt})
	}
	r.loaded.Open, r.loaded.Plan = nil, nil
}

// untilNothingIsLeft is the loop: take what has arrived, decide on it, let the clock act, and wait.
func (r *conversationRun) untilNothingIsLeft(ctx workflow.Context) error {
	for {
		r.takeAll(ctx)
		r.decide(ctx, conversation.Tick{})
		r.announce(ctx)

		if r.canceled {
			return temporal.NewCanceledError("conversation canceled by an operator")
		}
		full := workflow.GetInfo(ctx).GetContinueAsNewSuggested()
		if !full || r.outside.tooMuchToCarry() {
			r.record(ctx)
		}
		over := !r.state.Waiting() && r.outside.empty()
		if (over || full) && r.effects.none() && workflow.AllHandlersFinished(ctx) {
			// Nothing may block from here on: what arrived by now is seen by this drain, what arrives later makes the
			// server run this task again.
			if r.takeAll(ctx) {
				continue
			}
			if over {
				return nil
			}
			return r.continueAsNew(ctx)
		}
		r.arm(ctx)
		r.selector.Select(ctx)
	}
}

// takeAll decides on everything that has arrived and reports whether there was anything.
func (r *conversationRun) takeAll(ctx workflow.Context) bool {
	r.inbox.drain()
	moved := r.takeClock()
	arrived := r.inbox.take()
	for _, e := range arrived.events {
		r.decide(ctx, e)
	}
	for _, reason := range arrived.rejected {
		r.note("rejected_signal: " + reason)
	}
	r.outside.add(arrived.fromOutside)
	r.recordConsent(ctx, arrived.consent)
	for _, id := range arrived.settled {
		r.told(ctx, id)
	}
	for _, id := range arrived.turnedAway {
		r.replace(ctx, id)
	}
	for _, m := range arrived.campaigns {
		r.campaigns.add(m)
	}
	r.nextCampaignMessage(ctx)
	asked := r.answerRequests(ctx)
	return moved || asked || !arrived.empty()
}

// takeClock goes by a new pair of the clock before anything is decided on the old one, and reports whether there is one.
func (r *conversationRun) takeClock() bool {
	k := r.inbox.arrived.clock
	if k == nil {
		return false
	}
	r.inbox.arrived.clock = nil
	r.clock, r.loaded.Clock = *k, *k
	r.disarm()
	return true
}

// decide runs one Step and starts its effects.
func (r *conversationRun) decide(ctx workflow.Context, what conversation.What) {
	for _, e := range r.step(ctx, what) {
		r.carryOut(ctx, e)
	}
}

func (r *conversationRun) step(ctx workflow.Context, what conversation.What) (effects []conversation.Effect) {
	r.state, effects = conversation.Step(r.state, conversation.Event{Now: r.now(ctx), What: what})
	return effects
}

func (r *conversationRun) carryOut(ctx workflow.Context, e conversation.Effect) {
	switch e := e.(type) {
	case conversation.Decided:
		r.note(e.Rule + ": " + e.Text)
	case conversation.Bill:
		r.bill(ctx)
	case conversation.Remind:
		r.remind(ctx, e)
	case conversation.Nudge:
		r.nudge(ctx, e)
	case conversation.Reengage:
		r.reengage(ctx, e)
	case conversation.ReleaseKept:
		r.releaseKept(ctx, e)
	case conversation.ExpireKept:
		r.expireKept(ctx, e)
	case conversation.Explain:
		r.explain(ctx, e)
	}
}

// now is the virtual time of the workflow task.
func (r *conversationRun) now(ctx workflow.Context) time.Time {
	return r.clock.At(workflow.Now(ctx))
}

func (r *conversationRun) continueAsNew(ctx workflow.Context) error {
	return workflow.NewContinueAsNewError(ctx, contract.ConversationWorkflow, contract.ConversationInput{
		ConversationID: r.id, Loaded: &r.loaded,
		Carried: &contract.Carried{State: r.state, Unrecorded: r.outside.waiting, Decisions: r.decisions},
	})
}
