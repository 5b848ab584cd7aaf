package workflows

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// requests are the updates that wait for the loop. Their handlers only put them here and await their answers.
type requests struct {
	arrived workflow.Channel // of *request
	ended   workflow.Channel // a handler is about to return: the loop may have been waiting for that alone
	waiting []*request
}

// request is one update on its way to its answer.
type request struct {
	contract.Request
	fingerprint string
	carryOut    func(workflow.Context, *request)
	answer      *contract.Answer
	err         error
}

// requestsAtOnce is more than the server lets through at the same time.
const requestsAtOnce = 64

func (q *requests) listen(ctx workflow.Context, s workflow.Selector) {
	q.arrived = workflow.NewNamedBufferedChannel(ctx, "requests", requestsAtOnce)
	q.ended = workflow.NewNamedBufferedChannel(ctx, "answered", requestsAtOnce)
	s.AddReceive(q.arrived, func(workflow.ReceiveChannel, bool) { q.drain() })
	s.AddReceive(q.ended, func(c workflow.ReceiveChannel, _ bool) { c.ReceiveAsync(nil) })
}

func (q *requests) drain() {
	for {
		var r *request
		if !q.arrived.ReceiveAsync(&r) {
			return
		}
		q.waiting = append(q.waiting, r)
	}
}

func (q *requests) take() []*request {
	taken := q.waiting
	q.waiting = nil
	return taken
}

// handleUpdates registers what may be asked of a conversation. It comes before anything that waits, so that a request that
// starts the run finds its handler.
func (r *conversationRun) handleUpdates(ctx workflow.Context) error {
	for _, err := range []error{
		handle(ctx, r, contract.UpdateSendMessage, "Send a free-form message", (*conversationRun).sendMessage),
		handle(ctx, r, contract.UpdateSendTemplate, "Send a template", (*conversationRun).sendTemplate),
		handle(ctx, r, contract.UpdateKeepReply, "Send a template now and keep a reply for the answer", (*conversationRun).keepReply),
		handle(ctx, r, contract.UpdateReleaseKeptReply, "Send or discard a kept reply", (*conversationRun).releaseKeptReply),
		handle(ctx, r, contract.UpdateClose, "Cancel this window's reminders and the plan", (*conversationRun).closeByHand),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// handle registers one update. P embeds contract.Request; what is asked, without what the caller knows, is its fingerprint.
func handle[P interface {
	Asked() (contract.Request, any)
}](ctx workflow.Context, r *conversationRun, name, description string,
	carryOut func(*conversationRun, workflow.Context, *request, P)) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, name, func(ctx workflow.Context, payload P) (contract.Answer, error) {
		asked, question := payload.Asked()
		q := &request{Request: asked, fingerprint: fingerprint(name, question),
			carryOut: func(ctx workflow.Context, q *request) { carryOut(r, ctx, q, payload) }}
		if q.ID == "" {
			q.ID = workflow.GetCurrentUpdateInfo(ctx).ID
		}
		r.requests.arrived.Send(ctx, q)
		if err := workflow.Await(ctx, func() bool { return q.answer != nil || q.err != nil }); err != nil {
			return contract.Answer{}, err
		}
		r.requests.ended.Send(ctx, true)
		if q.err != nil {
			return contract.Answer{}, q.err
		}
		return *q.answer, nil
	}, workflow.UpdateHandlerOptions{Description: description})
}

// fingerprint tells two questions under one request id apart.
func fingerprint(name string, question any) string {
	b, err := json.Marshal(question)
	if err != nil {
		return name // our own types of strings; one that cannot be written asks for nothing
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), b...))
	return hex.EncodeToString(sum[:])
}

// answerRequests carries out what has been asked for, and reports whether there was anything.
func (r *conversationRun) answerRequests(ctx workflow.Context) bool {
	r.requests.drain()
	taken := r.requests.take()
	for _, q := range taken {
		if q.Facts != nil {
			r.decide(ctx, conversation.FactsKnown{Facts: *q.Facts})
		}
		if q.Permissions != nil {
			r.decide(ctx, conversation.PermissionsKnown{Permissions: *q.Permissions})
		}
		if r.state.Merged {
			q.answer = &contract.Answer{Fault: contract.FaultMergedElsewhere}
			continue
		}
		if !q.Recordable() { // recording it would be tried for ever
			q.answer = &contract.Answer{Fault: contract.FaultInvalidRequest}
			continue
		}
		q.carryOut(ctx, q)
	}
	return len(taken) > 0
}

// sendID is that of what a request sends: the same for every repetition, whichever run it meets.
func (r *conversationRun) sendID(q *request) uuid.UUID {
	return uuid.NewSHA1(r.id, []byte("request/"+q.ID))
}

func (r *conversationRun) sendMessage(ctx workflow.Context, q *request, m contract.SendMessage) {
	r.plan(ctx, q, conversation.Wish{}, activities.PlanRequest{
		SendID: r.sendID(q), Origin: sending.FromRequest, Text: m.Text, Fallback: m.Fallback, Critical: m.Critical,
	})
}

func (r *conversationRun) sendTemplate(ctx workflow.Context, q *request, m contract.SendTemplate) {
	r.plan(ctx, q, conversation.Wish{Template: true}, activities.PlanRequest{
		SendID: r.sendID(q), Origin: sending.FromRequest, Template: &m.Template, Critical: m.Critical,
	})
}

func (r *conversationRun) keepReply(ctx workflow.Context, q *request, m contract.KeepReply) {
	r.plan(ctx, q, conversation.Wish{Template: true}, activities.PlanRequest{
		SendID: r.sendID(q), Origin: sending.FromRequest, Template: &m.Template,
		KeepText: m.Text, KeepFor: r.state.Settings.KeptReplies.For(),
	})
}

func (r *conversationRun) releaseKeptReply(ctx workflow.Context, q *request, m contract.ReleaseKeptReply) {
	if m.Discard {
		r.settleKept(ctx, q, m.KeptReplyID, sending.KeptDiscarded)
		return
	}
	r.plan(ctx, q, conversation.Wish{}, activities.PlanRequest{
		SendID: keptSendID(m.KeptReplyID), Origin: sending.FromKeptReply, KeptReplyID: &m.KeptReplyID,
	})
}

func (r *conversationRun) closeByHand(ctx workflow.Context, q *request, _ contract.Close) {
	r.decide(ctx, conversation.Closed{})
	verdict := conversation.Verdict{Code: conversation.Allowed, Rule: "close",
		Sentence: "this window's reminders are cancelled, and the plan after it, as far as the policy stops on that",
		Facts:    conversation.VerdictFacts{ExpiresAt: r.state.Left}}
	r.recordDecisions(ctx, q, activities.DecisionsRequest{Decisions: []sending.Decision{
		{Key: "close/" + q.ID, At: r.now(ctx), Subject: "close", Verdict: verdict, Asked: true},
	}}, func() {})
}
