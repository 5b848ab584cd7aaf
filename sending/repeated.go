package sending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// repeated finds what an earlier, equal call has done: by the request's id, or, of what nobody has requested, by the send's.
// The earlier call's result may have been lost, so what is still open is handed out again. A request whose id was used for
// another question is refused here.
func (l *locked) repeated(ctx context.Context, r PlanRequest, d *draft) (PlanResult, bool, error) {
	answer, found, err := l.firstAnswer(ctx, r.RequestID, r.Fingerprint)
	if err != nil {
		return PlanResult{}, false, err
	}
	if found {
		result := PlanResult{Answer: answer}
		err := l.reopen(ctx, &result)
		return result, true, err
	}
	if r.KeptReplyID != nil {
		return l.keptBefore(ctx, r)
	}
	row, err := l.q.FindSend(ctx, r.SendID, l.id)
	if errors.Is(err, pgx.ErrNoRows) {
		return PlanResult{}, false, nil
	}
	if err != nil {
		return PlanResult{}, false, err
	}
	if State(row.State) == Refused && r.Origin.automatic() {
		d.again = true
		return PlanResult{}, false, nil
	}
	result, err := l.rebuilt(ctx, row)
	return result, true, err
}

// keptBefore is repeated of a kept reply that the workflow sends by itself. Requests have been looked up by their ids.
func (l *locked) keptBefore(ctx context.Context, r PlanRequest) (PlanResult, bool, error) {
	kept, err := l.q.LockKept(ctx, *r.KeptReplyID, l.id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (kept.SendID == nil || r.RequestID != "") {
		return PlanResult{}, false, nil
	}
	if err != nil {
		return PlanResult{}, false, err
	}
	row, err := l.q.FindSend(ctx, *kept.SendID, l.id)
	if err != nil {
		return PlanResult{}, false, err
	}
	result, err := l.rebuilt(ctx, row)
	return result, true, err
}

// rebuilt is the result of planning a send that nobody has requested, made from what was recorded.
func (l *locked) rebuilt(ctx context.Context, row db.Send) (PlanResult, error) {
	verdict, err := l.verdictOf(ctx, row)
	if err != nil {
		return PlanResult{}, err
	}
	result := PlanResult{Answer: contract.Answer{SendID: &row.ID, Verdict: verdict, Repeated: true}}
	err = l.reopen(ctx, &result)
	return result, err
}

func (l *locked) verdictOf(ctx context.Context, row db.Send) (v conversation.Verdict, err error) {
	d, err := l.q.FindDecision(ctx, l.id, row.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return conversation.Verdict{Code: conversation.Code(orZero(row.Reason))}, nil
	}
	if err != nil {
		return v, err
	}
	v = conversation.Verdict{Code: conversation.Code(d.Code), Rule: d.Rule, Sentence: d.Sentence}
	if err := json.Unmarshal(d.Facts, &v.Facts); err != nil {
		return v, fmt.Errorf("the facts of a decision: %w", err)
	}
	return v, nil
}

// reopen adds what is still open of an answer's send and kept reply. What was answered for a conversation that has become part of
// this one since (W10) is left to the run that began it.
func (l *locked) reopen(ctx context.Context, result *PlanResult) error {
	if id := result.Answer.SendID; id != nil {
		standing, err := l.find(ctx, *id)
		if err != nil && !errors.Is(err, ErrUnknownSend) {
			return err
		}
		if err == nil && standing.open() {
			result.Send = &standing
		}
	}
	if id := result.Answer.KeptReplyID; id != nil {
		kept, err := l.q.LockKept(ctx, *id, l.id)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err == nil && KeptState(kept.State) == KeptWaiting {
			result.Kept = keptOf(kept)
		}
	}
	return nil
}

// answer keeps the first answer to a request.
func (l *locked) answer(ctx context.Context, r PlanRequest, result PlanResult, err error) (PlanResult, error) {
	if err != nil {
		return PlanResult{}, err
	}
	kind, action := kindOf(r)
	return result, l.keepAnswer(ctx, asked{r.RequestID, kind, r.Fingerprint, r.RequestedBy, action}, result.Answer)
}

// kindOf names the update that asked, and what it does.
func kindOf(r PlanRequest) (kind, action string) {
	switch {
	case r.KeptReplyID != nil:
		return contract.UpdateReleaseKeptReply, "send_kept_reply"
	case r.KeepText != "":
		return contract.UpdateKeepReply, "keep_reply"
	case r.Template != nil:
		return contract.UpdateSendTemplate, "send_template"
	}
	return contract.UpdateSendMessage, "send_message"
}
