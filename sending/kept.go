package sending

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

func keptOf(k db.KeptReply) *conversation.Kept {
	return &conversation.Kept{ID: k.ID.String(), At: k.KeptAt.UTC(), Until: k.KeepUntil.UTC()}
}

// live: it can still be sent.
func live(k db.KeptReply) bool {
	return KeptState(k.State) == KeptWaiting || KeptState(k.State) == KeptOffered
}

// keep keeps a text until the contact answers the template; a reply that is kept already gives way.
func (l *locked) keep(ctx context.Context, send uuid.UUID, text string, keepFor time.Duration) (*conversation.Kept, error) {
	if keepFor <= 0 {
		keepFor = conversation.KeptReplies{}.For()
	}
	kept := db.KeptReply{ID: uuid.NewSHA1(send, []byte("kept")), KeptAt: l.now, KeepUntil: l.now.Add(keepFor)}
	if err := l.q.SupersedeKept(ctx, l.now, l.id); err != nil {
		return nil, err
	}
	return keptOf(kept), l.q.KeepReply(ctx, db.KeepReplyParams{ID: kept.ID, ConversationID: l.id, Text: text, TemplateSend: send,
		KeptAt: kept.KeptAt, KeepUntil: kept.KeepUntil})
}

// takeKept makes a kept reply's text the draft's. One that could not be sent in time and was offered again goes as another
// send than the first time.
func (l *locked) takeKept(ctx context.Context, id uuid.UUID, d *draft) (fault string, err error) {
	k, err := l.q.LockKept(ctx, id, l.id)
	if errors.Is(err, pgx.ErrNoRows) {
		return contract.FaultUnknownKept, nil
	}
	if err != nil {
		return "", err
	}
	if !live(k) {
		return contract.FaultKeptNotLive, nil
	}
	d.text = k.Text
	for n := 2; ; n++ {
		_, err := l.q.FindSend(ctx, d.id, l.id)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		d.id = uuid.NewSHA1(id, []byte("send/"+strconv.Itoa(n)))
	}
}

func (l *locked) keptSent(ctx context.Context, id, send uuid.UUID) error {
	return l.q.MoveKept(ctx, db.MoveKeptParams{ID: id, State: string(KeptSent), SendID: &send, Now: l.now})
}

// offer leaves a kept reply that may not be sent to the agent.
func (l *locked) offer(ctx context.Context, id uuid.UUID, requestID string, v conversation.Verdict) error {
	if err := l.q.MoveKept(ctx, db.MoveKeptParams{ID: id, State: string(KeptOffered), Now: l.now}); err != nil {
		return err
	}
	return l.decide(ctx, keptKey(id, requestID, "send"), "kept_reply", v, nil)
}

// keptKey names a decision about a kept reply; a request is named by a hash, because its id is another's text.
func keptKey(id uuid.UUID, requestID, what string) string {
	key := "kept_reply/" + id.String() + "/" + what
	if requestID != "" {
		key += "/" + uuid.NewSHA1(id, []byte(requestID)).String()
	}
	return key
}

var keptSentences = map[KeptState]string{
	KeptOffered:   "the contact has answered, and the kept reply is offered to the agent",
	KeptExpired:   "the contact has not answered in time, and the kept reply has expired",
	KeptDiscarded: "the kept reply has been discarded",
}

// SettleKept ends, or offers, a kept reply. One that is in that state already is left as it is; one that is settled
// otherwise is a fault.
func (s *Sender) SettleKept(ctx context.Context, r KeptRequest) (contract.Answer, error) {
	asked := asked{r.RequestID, contract.UpdateReleaseKeptReply, r.Fingerprint, r.RequestedBy, "discard_kept_reply"}
	return s.answering(ctx, r.ConversationID, asked, func(l *locked) (contract.Answer, error) {
		answer, err := l.settleKept(ctx, r)
		if err == nil {
			s.crash("kept.before_commit")
		}
		return answer, err
	})
}

func (l *locked) settleKept(ctx context.Context, r KeptRequest) (contract.Answer, error) {
	k, err := l.q.LockKept(ctx, r.KeptReplyID, l.id)
	verdict := conversation.Verdict{Code: conversation.Allowed, Rule: "kept_reply", Sentence: keptSentences[r.To]}
	answer := contract.Answer{KeptReplyID: &r.KeptReplyID, Verdict: verdict}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return contract.Answer{Fault: contract.FaultUnknownKept}, nil
	case err != nil:
		return answer, err
	case KeptState(k.State) == r.To:
		return answer, nil
	case !live(k), !slices.Contains([]KeptState{KeptOffered, KeptExpired, KeptDiscarded}, r.To):
		return contract.Answer{Fault: contract.FaultKeptNotLive}, nil
	}
	if err := l.q.MoveKept(ctx, db.MoveKeptParams{ID: k.ID, State: string(r.To), Now: l.now}); err != nil {
		return answer, err
	}
	v := verdict
	v.Code = conversation.Code(r.To)
	return answer, l.recordDecision(ctx, Decision{Key: keptKey(k.ID, "", string(r.To)), At: l.now, Subject: "kept_reply", Verdict: v}, nil, nil)
}
