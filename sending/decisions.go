package sending

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// decide records a decision of the gate, with the facts that it rests on.
func (l *locked) decide(ctx context.Context, key, subject string, v conversation.Verdict, send *uuid.UUID) error {
	allowed := v.Allows()
	return l.recordDecision(ctx, Decision{Key: key, At: l.now, Subject: subject, Verdict: v, Asked: true}, &allowed, send)
}

func (l *locked) recordDecision(ctx context.Context, d Decision, allowed *bool, send *uuid.UUID) error {
	return l.q.RecordDecision(ctx, db.RecordDecisionParams{ConversationID: l.id, Key: d.Key, At: d.At, Subject: d.Subject, Allowed: allowed,
		Rule: d.Verdict.Rule, Code: string(d.Verdict.Code), Sentence: d.Verdict.Sentence, Facts: encode(d.Verdict.Facts), SendID: send})
}

// RecordDecisions records decisions, each once by its key. With a request id the answer is the last one's verdict, or the
// first answer to that request.
func (s *Sender) RecordDecisions(ctx context.Context, r DecisionsRequest) (contract.Answer, error) {
	asked := asked{r.RequestID, contract.UpdateClose, r.Fingerprint, r.RequestedBy, "close_conversation"}
	return s.answering(ctx, r.ConversationID, asked, func(l *locked) (answer contract.Answer, err error) {
		for _, d := range r.Decisions {
			var allowed *bool
			if d.Asked {
				allows := d.Verdict.Allows()
				allowed = &allows
			}
			if err := l.recordDecision(ctx, d, allowed, nil); err != nil {
				return answer, err
			}
			answer.Verdict = d.Verdict
		}
		if r.Replan {
			if err := l.replan(ctx, r.Plan); err != nil {
				return answer, err
			}
		}
		s.crash("decisions.before_commit")
		return answer, nil
	})
}

// asked names the request that an answer is given to; without an id nobody has asked.
type asked struct{ id, kind, fingerprint, by, action string }

// answering runs fn in a transaction that holds the conversation and keeps its answer as the first one to the request. A
// repetition gets that, and fn is not run.
func (s *Sender) answering(ctx context.Context, conversationID uuid.UUID, q asked, fn func(*locked) (contract.Answer, error)) (contract.Answer, error) {
	var answer contract.Answer
	err := s.locking(ctx, conversationID, func(l *locked) error {
		var found bool
		var err error
		if answer, found, err = l.firstAnswer(ctx, q.id, q.fingerprint); found || err != nil {
			return err
		}
		if answer, err = fn(l); err != nil {
			return err
		}
		return l.keepAnswer(ctx, q, answer)
	})
	return answer, err
}

// replan writes down how the contact is being won back from now on.
func (l *locked) replan(ctx context.Context, p *conversation.Plan) error {
	if p == nil {
		return l.q.DropPlan(ctx, l.id)
	}
	if p.Next < 0 || p.Next >= len(p.Policy.Attempts) {
		return fmt.Errorf("a plan without an attempt %d", p.Next+1)
	}
	return l.q.SavePlan(ctx, db.SavePlanParams{ConversationID: l.id, WindowEnd: p.WindowEnd, NextAttempt: int32(p.Next + 1),
		Attempts: int32(len(p.Policy.Attempts)), DueAt: p.DueAt, TemplateName: p.Policy.Attempts[p.Next].Template, Plan: encode(p)})
}

// firstAnswer is the answer to an earlier request under this id.
func (l *locked) firstAnswer(ctx context.Context, requestID, fingerprint string) (answer contract.Answer, found bool, err error) {
	if requestID == "" {
		return answer, false, nil
	}
	row, err := l.q.FindAnswer(ctx, l.id, requestID)
	if errors.Is(err, pgx.ErrNoRows) {
		return answer, false, nil
	}
	if err != nil {
		return answer, false, err
	}
	if row.Fingerprint != fingerprint {
		return contract.Answer{Fault: contract.FaultRequestReused}, true, nil
	}
	if err := json.Unmarshal(row.Answer, &answer); err != nil {
		return answer, false, fmt.Errorf("a stored answer: %w", err)
	}
	answer.Repeated = true
	return answer, true, nil
}

// keepAnswer keeps the first answer to a request, and, of one that was not refused, who has asked.
func (l *locked) keepAnswer(ctx context.Context, q asked, answer contract.Answer) error {
	if q.id == "" {
		return nil
	}
	err := l.q.RecordAnswer(ctx, db.RecordAnswerParams{ConversationID: l.id, RequestID: q.id, Kind: q.kind, Fingerprint: q.fingerprint,
		Answer: encode(answer)})
	if err != nil || answer.Fault != "" || !answer.Verdict.Allows() {
		return err
	}
	facts := db.Facts{}
	if answer.SendID != nil {
		facts["send_id"] = answer.SendID
	}
	if answer.KeptReplyID != nil {
		facts["kept_reply_id"] = answer.KeptReplyID
	}
	return l.q.Audit(db.As(ctx, cmp.Or(q.by, askedDirectly)), q.action, "conversation/"+l.id.String(), facts)
}

// askedDirectly is who has asked the workflow itself, past the API, and has not said who.
const askedDirectly = "workflow"
