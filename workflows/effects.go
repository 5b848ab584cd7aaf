package workflows

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// acts gives the activities their names; its methods are never called here.
var acts *activities.Activities

// mustHappen are the options of everything that must happen in the end: tried without limit, backing off, through any
// outage, each time for as long as within. Only a programming error is not tried again, and the activity says so.
func mustHappen(ctx workflow.Context, summary string, within time.Duration) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: within,
		Summary:             summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    500 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	})
}

// effectTimeout is how long one try of a conversation's activity may take, in real time.
const effectTimeout = 30 * time.Second

// effects counts what is under way.
type effects struct {
	pending []string // names, for people
	billing bool
	again   bool // something asked for billing while it was under way

	explains   []activities.DecisionsRequest // about the plan, not recorded yet
	explaining bool
}

func (e *effects) none() bool { return len(e.pending) == 0 }

// start runs an activity that must happen beside the loop; done is called in the loop's coroutine when it has ended.
func (r *conversationRun) start(ctx workflow.Context, name string, activity, request any, done func(workflow.Future)) {
	r.execute(mustHappen(ctx, name, effectTimeout), name, activity, request, done)
}

// execute is start with the context's own options.
func (r *conversationRun) execute(ctx workflow.Context, name string, activity, request any, done func(workflow.Future)) {
	r.await(name, workflow.ExecuteActivity(ctx, activity, request), done)
}

// after calls done in the loop's coroutine after some real time, or when ctx is cancelled.
func (r *conversationRun) after(ctx workflow.Context, name string, wait time.Duration, done func()) {
	r.await(name, workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: name}), func(workflow.Future) { done() })
}

func (r *conversationRun) await(name string, f workflow.Future, done func(workflow.Future)) {
	r.effects.pending = append(r.effects.pending, name)
	r.selector.AddFuture(f, func(f workflow.Future) {
		for i, pending := range r.effects.pending {
			if pending == name {
				r.effects.pending = append(r.effects.pending[:i:i], r.effects.pending[i+1:]...)
				break
			}
		}
		done(f)
	})
}

// bill brings the charges up to date. However many messages ask for it at once, one billing runs, and one more after it.
func (r *conversationRun) bill(ctx workflow.Context) {
	if r.effects.billing {
		r.effects.again = true
		return
	}
	r.effects.billing = true
	r.start(ctx, "bill", acts.Bill, activities.BillRequest{ConversationID: r.id}, func(f workflow.Future) {
		r.effects.billing = false
		if err := f.Get(ctx, nil); err != nil {
			r.note("billing failed and is left to settlement")
		}
		if r.effects.again {
			r.effects.again = false
			r.bill(ctx)
		}
	})
}

func (r *conversationRun) remind(ctx workflow.Context, e conversation.Remind) {
	request := activities.RemindRequest{ConversationID: r.id, Remind: e, LateAfter: r.state.LateAfter}
	r.start(ctx, "remind", acts.Remind, request, func(f workflow.Future) {
		var result activities.RemindResult
		if err := f.Get(ctx, &result); err != nil {
			r.note("reminder failed: " + sentence(err))
		} else if !result.Recorded {
			r.note("W7: no reminder: " + result.Why)
		}
	})
}

// recordDecisions has decisions recorded that no send does; a request that is answered by that gets the first one's verdict.
// recorded is called in any case.
func (r *conversationRun) recordDecisions(ctx workflow.Context, q *request, request activities.DecisionsRequest, recorded func()) {
	request.ConversationID = r.id
	if q != nil {
		request.RequestID, request.Fingerprint, request.RequestedBy = q.ID, q.fingerprint, q.RequestedBy
	}
	r.start(ctx, "record decision", acts.RecordDecisions, request, func(f workflow.Future) {
		var answer contract.Answer
		if err := f.Get(ctx, &answer); err != nil {
			r.note("a decision could not be recorded: " + sentence(err))
			q.fail(err)
		} else {
			q.give(answer)
		}
		recorded()
	})
}

// explain has a decision about the plan recorded, with the plan: one after the other, so that the last one stays.
func (r *conversationRun) explain(ctx workflow.Context, e conversation.Explain) {
	r.effects.explains = append(r.effects.explains, activities.DecisionsRequest{Replan: true, Plan: e.Plan, Decisions: []sending.Decision{{
		Key: e.Key, At: r.now(ctx), Subject: e.Subject,
		Verdict: conversation.Verdict{Rule: e.Rule, Code: conversation.Code(e.Code), Sentence: e.Sentence},
	}}})
	r.explainNext(ctx)
}

func (r *conversationRun) explainNext(ctx workflow.Context) {
	if r.effects.explaining || len(r.effects.explains) == 0 {
		return
	}
	next := r.effects.explains[0]
	r.effects.explains = r.effects.explains[1:]
	r.effects.explaining = true
	r.recordDecisions(ctx, nil, next, func() {
		r.effects.explaining = false
		r.explainNext(ctx)
	})
}

// loadConversation is the one thing that a start from outside waits for before it can decide.
func loadConversation(ctx workflow.Context, id uuid.UUID) (contract.Loaded, error) {
	var loaded contract.Loaded
	err := workflow.ExecuteActivity(mustHappen(ctx, "load", effectTimeout), acts.LoadConversation, id).Get(ctx, &loaded)
	return loaded, err
}

// sentence is what an activity's error has to say to people, without where and how often it was tried.
func sentence(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message()
	}
	return err.Error()
}
