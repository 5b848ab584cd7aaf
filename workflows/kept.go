package workflows

import (
	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// keptSendID is that of the message which a kept reply becomes, whoever releases it.
func keptSendID(kept uuid.UUID) uuid.UUID { return uuid.NewSHA1(kept, []byte("send")) }

// releaseKept sends the kept reply now that the contact has answered, or offers it to the agent. What the gate refuses, because
// the answer came a day late, is offered.
func (r *conversationRun) releaseKept(ctx workflow.Context, e conversation.ReleaseKept) {
	id, err := uuid.Parse(e.ID)
	if err != nil {
		r.note("kept: its id cannot be read")
		return
	}
	if !e.Auto {
		r.settleKept(ctx, nil, id, sending.KeptOffered)
		return
	}
	r.plan(ctx, nil, conversation.Wish{}, activities.PlanRequest{
		SendID: keptSendID(id), Origin: sending.FromKeptReply, KeptReplyID: &id,
	})
}

func (r *conversationRun) expireKept(ctx workflow.Context, e conversation.ExpireKept) {
	if id, err := uuid.Parse(e.ID); err == nil {
		r.settleKept(ctx, nil, id, sending.KeptExpired)
	}
}

// settleKept has a kept reply recorded as what has become of it without being sent.
func (r *conversationRun) settleKept(ctx workflow.Context, q *request, id uuid.UUID, to sending.KeptState) {
	request := activities.KeptRequest{ConversationID: r.id, KeptReplyID: id, To: to}
	if q != nil {
		request.RequestID, request.Fingerprint, request.RequestedBy = q.ID, q.fingerprint, q.RequestedBy
	}
	r.start(ctx, "settle kept reply", acts.SettleKept, request, func(f workflow.Future) {
		var answer contract.Answer
		if err := f.Get(ctx, &answer); err != nil {
			r.note("kept: " + sentence(err))
			q.fail(err)
			return
		}
		if answer.Fault == "" && r.state.Kept != nil && r.state.Kept.ID == id.String() {
			r.decide(ctx, conversation.ReplyKept{})
		}
		q.give(answer)
	})
}
