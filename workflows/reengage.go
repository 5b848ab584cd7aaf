package workflows

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// reengageAttempt is an attempt of a plan under way, by the send that it is.
type reengageAttempt struct {
	send      uuid.UUID
	windowEnd time.Time
	attempt   int
}

// reengage plans an attempt to win the contact back. One that is put off, because of quiet hours or a paused sender, is
// another send when it is due again: the first one has been refused, and is on record as that.
func (r *conversationRun) reengage(ctx workflow.Context, e conversation.Reengage) {
	a := e.Policy.Attempts[e.Attempt]
	id := uuid.NewSHA1(r.id, fmt.Appendf(nil, "reengagement/%s/%d/%s", e.WindowEnd.Format(time.RFC3339Nano), e.Attempt,
		e.DueAt.Format(time.RFC3339Nano)))
	r.sender.attempts = append(r.sender.attempts, reengageAttempt{id, e.WindowEnd, e.Attempt})
	r.plan(ctx, nil, conversation.Wish{Template: true, Automatic: true}, activities.PlanRequest{
		SendID: id, Origin: sending.FromReengagement, Policy: &e.Policy,
		Template: &contract.Template{Name: a.Template, Language: a.Language, Parameters: a.Parameters},
	})
}

// planHasEnded reports whether a send is an attempt of a plan that has ended since: then it is not made any more.
func (r *conversationRun) planHasEnded(send uuid.UUID) bool {
	for _, a := range r.sender.attempts {
		if a.send == send {
			return r.state.Plan == nil || !r.state.Plan.WindowEnd.Equal(a.windowEnd)
		}
	}
	return false
}

// attemptEnded tells the plan what came of its attempt, if the send was one, or goes on with what campaigns want.
func (r *conversationRun) attemptEnded(ctx workflow.Context, send uuid.UUID, code conversation.Code, until time.Time) {
	defer r.campaignMessageEnded(ctx, send)
	for i, a := range r.sender.attempts {
		if a.send == send {
			r.sender.attempts = append(r.sender.attempts[:i:i], r.sender.attempts[i+1:]...)
			r.decide(ctx, conversation.AttemptEnded{WindowEnd: a.windowEnd, Attempt: a.attempt, Code: code, Until: until})
			return
		}
	}
}

func (r *conversationRun) nudge(ctx workflow.Context, e conversation.Nudge) {
	r.plan(ctx, nil, conversation.Wish{}, activities.PlanRequest{
		SendID: uuid.NewSHA1(r.id, []byte("nudge/"+e.Deadline.Format(time.RFC3339Nano))), Origin: sending.FromNudge, Text: e.Text,
	})
}
