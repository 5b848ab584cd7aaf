package workflows

import (
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// sender sends a conversation's messages one after the other, in the order in which they were planned.
type sender struct {
	queue []sending.Result
	busy  bool
	// unknown are those whose outcome a status may still tell; they hold up no other.
	unknown []*unknownSend
	// attempts are the re-engagement attempts under way, by their sends.
	attempts []reengageAttempt
}

// unknownSend waits for a status (sending.md, "A send's life").
type unknownSend struct {
	sending.Result
	cancel workflow.CancelFunc
}

// plan has a send recorded, with the gate's verdict; whoever has asked for it gets the answer. The gate is asked here on what
// this run knows, and again in the transaction, on what spans conversations.
func (r *conversationRun) plan(ctx workflow.Context, q *request, wish conversation.Wish, p activities.PlanRequest) {
	p.ConversationID, p.Facts = r.id, r.state.Facts
	p.Verdict = conversation.Gate(r.state.Circumstances(), wish, r.now(ctx))
	if q != nil {
		p.RequestID, p.Fingerprint, p.NotAfter, p.RequestedBy = q.ID, q.fingerprint, q.NotAfter, q.RequestedBy
	}
	r.start(ctx, "plan send", acts.PlanSend, p, func(f workflow.Future) {
		var planned activities.PlanResult
		if err := f.Get(ctx, &planned); err != nil {
			r.note("send: it could not be planned: " + sentence(err))
			q.fail(err)
			r.attemptEnded(ctx, p.SendID, conversation.Code("error"), time.Time{})
			return
		}
		r.decide(ctx, conversation.FactsKnown{Facts: planned.Facts})
		if planned.Kept != nil {
			r.decide(ctx, conversation.ReplyKept{Kept: planned.Kept})
		}
		verdict := planned.Answer.Verdict
		if planned.Answer.Fault != "" {
			r.note("send: " + planned.Answer.Fault)
		} else {
			r.note("send: " + string(verdict.Code) + ": " + verdict.Sentence)
		}
		if planned.Send != nil {
			r.follow(ctx, *planned.Send)
		} else {
			r.attemptEnded(ctx, p.SendID, verdict.Code, verdict.Facts.QuietUntil)
		}
		q.give(planned.Answer)
	})
}

// give answers the request, if one is waiting.
func (q *request) give(a contract.Answer) {
	if q != nil {
		q.answer = &a
	}
}

func (q *request) fail(err error) {
	if q != nil {
		q.err = temporal.NewApplicationErrorWithCause(sentence(err), "request_failed", err)
	}
}

// follow goes on with a send from where a step has left it.
func (r *conversationRun) follow(ctx workflow.Context, s sending.Result) {
	r.decide(ctx, conversation.FactsKnown{Facts: s.Facts})
	switch {
	case s.State == sending.Planned:
		r.sender.queue = append(r.sender.queue, s)
	case s.State == sending.Inflight: // somebody's attempt has been lost: what became of it is asked for
		r.settle(ctx, s)
	case s.State == sending.Unknown && s.WaitFor > 0:
		r.awaitStatus(ctx, s)
	default:
		r.ended(ctx, s)
	}
	r.sendNext(ctx)
}

// sendNext makes the next attempt, unless one is under way. One that may not be made yet keeps its place: the messages of a
// conversation arrive in the order in which they were written.
func (r *conversationRun) sendNext(ctx workflow.Context) {
	if r.sender.busy || len(r.sender.queue) == 0 {
		return
	}
	s := r.sender.queue[0]
	r.sender.queue = r.sender.queue[1:]
	r.sender.busy = true
	if wait := s.RetryAt.Sub(workflow.Now(ctx)); !s.RetryAt.IsZero() && wait > 0 {
		r.after(ctx, "wait to send", wait, func() { r.attempt(ctx, s) })
		return
	}
	r.attempt(ctx, s)
}

// attempt is one POST at most. The activity is not repeated by the server: after any error of it nobody knows whether the
// message has left, and only the row can tell.
func (r *conversationRun) attempt(ctx workflow.Context, s sending.Result) {
	if r.outside.consents > 0 { // whether the contact allows it is being stored
		r.sender.busy = false
		r.sender.queue = append([]sending.Result{s}, r.sender.queue...)
		return
	}
	once := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: attemptTimeout, Summary: "send", RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	})
	request := r.sendRequest(s)
	request.Withdraw = r.planHasEnded(s.SendID)
	r.execute(once, "send", acts.Send, request, func(f workflow.Future) {
		var result sending.Result
		if err := f.Get(ctx, &result); err != nil {
			r.note("send: the attempt was lost: " + sentence(err))
			r.settle(ctx, s)
			return
		}
		r.stepped(ctx, result)
	})
}

// attemptTimeout is how long one attempt may take, in real time: longer than its request, whose deadline is 30 s.
const attemptTimeout = time.Minute

func (r *conversationRun) sendRequest(s sending.Result) activities.SendRequest {
	return activities.SendRequest{ConversationID: r.id, SendID: s.SendID, Attempt: s.Attempt}
}

// settle asks what has become of an attempt that was lost.
func (r *conversationRun) settle(ctx workflow.Context, s sending.Result) {
	r.sender.busy = true
	r.start(ctx, "settle send", acts.SettleSend, r.sendRequest(s), func(f workflow.Future) {
		var result sending.Result
		if err := f.Get(ctx, &result); err != nil {
			r.note("send: it could not be settled: " + sentence(err))
			result = sending.Result{SendID: s.SendID, State: sending.Failed, Facts: r.state.Facts}
		}
		r.stepped(ctx, result)
	})
}

// stepped frees the sender and goes on. One that is to be tried again comes before those planned after it.
func (r *conversationRun) stepped(ctx workflow.Context, s sending.Result) {
	r.sender.busy = false
	if s.State == sending.Planned {
		r.decide(ctx, conversation.FactsKnown{Facts: s.Facts})
		r.sender.queue = append([]sending.Result{s}, r.sender.queue...)
		r.sendNext(ctx)
		return
	}
	r.follow(ctx, s)
}

// awaitStatus waits for a delivery status that says what has become of a send, and ends the wait at last.
func (r *conversationRun) awaitStatus(ctx workflow.Context, s sending.Result) {
	r.note("send: nobody knows whether it has left; a status may tell")
	waitCtx, cancel := workflow.WithCancel(ctx)
	u := &unknownSend{Result: s, cancel: cancel}
	r.sender.unknown = append(r.sender.unknown, u)
	r.after(waitCtx, "await status", s.WaitFor, func() {
		if !r.sender.forget(u) {
			return // a status has told
		}
		r.finish(ctx, s)
	})
}

// finish ends the wait for a send's status. A critical one may be sent once more.
func (r *conversationRun) finish(ctx workflow.Context, s sending.Result) {
	r.start(ctx, "finish send", acts.FinishSend, r.sendRequest(s), func(f workflow.Future) {
		var result sending.Result
		if err := f.Get(ctx, &result); err != nil {
			r.note("send: it could not be finished: " + sentence(err))
			result = sending.Result{SendID: s.SendID, State: sending.Unknown, Facts: r.state.Facts}
		}
		r.follow(ctx, result)
	})
}

func (s *sender) forget(u *unknownSend) bool {
	for i, known := range s.unknown {
		if known == u {
			s.unknown = append(s.unknown[:i:i], s.unknown[i+1:]...)
			return true
		}
	}
	return false
}

// told ends the wait for the status of a send: the row says what has become of it.
func (r *conversationRun) told(ctx workflow.Context, id uuid.UUID) {
	for _, u := range r.sender.unknown {
		if u.SendID == id {
			r.sender.forget(u)
			u.cancel()
			r.finish(ctx, u.Result)
			return
		}
	}
}

// replace asks what goes instead of a message that the provider took and then failed, because it considers the window closed: the
// same error in the answer to the request has the attempt itself plan that.
func (r *conversationRun) replace(ctx workflow.Context, id uuid.UUID) {
	if r.state.Merged {
		return
	}
	r.start(ctx, "replace send", acts.SettleSend, r.sendRequest(sending.Result{SendID: id}), func(f workflow.Future) {
		var result sending.Result
		switch err := f.Get(ctx, &result); {
		case err != nil:
			r.note("send: nothing goes instead: " + sentence(err))
		case result.Fallback != nil:
			r.follow(ctx, *result.Fallback)
		}
	})
}

// ended is the end of a send as far as this run is concerned.
func (r *conversationRun) ended(ctx workflow.Context, s sending.Result) {
	code := s.Reason
	switch s.State {
	case sending.Accepted:
		code = conversation.Allowed
		r.accepted(ctx, s)
	case sending.Unknown:
		code = "unknown"
		r.note("send: it may have arrived; it is not sent again")
	default:
		r.note("send: " + string(s.State) + ": " + string(s.Reason))
	}
	if s.Fallback != nil {
		r.follow(ctx, *s.Fallback)
	}
	r.attemptEnded(ctx, s.SendID, code, time.Time{})
}
