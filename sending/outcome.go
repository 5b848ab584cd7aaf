package sending

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/intake"
	"reengage/whatsapp"
	"reengage/whatsapp/cloudapi"
)

// recordWithin is how long, in real time, the outcome of a request is tried to be recorded: it is known only here. With the
// wait for a turn and the request itself it stays within the minute that an attempt may take.
const recordWithin = 20 * time.Second

// record writes down what a request came to.
func (s *Sender) record(ctx context.Context, r SendRequest, accepted cloudapi.Accepted, err error) (Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	s.crash("send.before_record")
	at := s.Clock.At(time.Now())
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		result, failed := s.recordOnce(ctx, r, at, accepted, err)
		if failed == nil || !db.Away(failed) || sleep(ctx, wait) != nil {
			s.crash("send.after_record")
			return result, failed
		}
	}
}

func (s *Sender) recordOnce(ctx context.Context, r SendRequest, at time.Time, accepted cloudapi.Accepted, err error) (Result, error) {
	var failure *cloudapi.SendError
	switch {
	case err == nil:
		s.count.attempted(ctx, "accepted", "")
		return s.settled(ctx, r, intake.SendSettlement{Outcome: intake.SendAccepted, WAMID: accepted.WAMID, AcceptedAt: at})
	case errors.As(err, &failure) && failure.Outcome == cloudapi.NotSent:
		return s.notSent(ctx, r, failure.Failure)
	}
	s.count.attempted(ctx, "unknown", "")
	return s.settled(ctx, r, intake.SendSettlement{Outcome: intake.SendUnknown})
}

// settled has intake record a wamid, or that nobody knows, together with the statuses that came meanwhile.
func (s *Sender) settled(ctx context.Context, r SendRequest, settlement intake.SendSettlement) (Result, error) {
	settlement.SendID, settlement.Attempt = r.SendID, r.Attempt
	if _, err := s.Intake.SettleSend(ctx, time.Now(), settlement); err != nil {
		return Result{}, fmt.Errorf("settle a send: %w", err)
	}
	return s.stands(ctx, r)
}

// stands says where a send stands.
func (s *Sender) stands(ctx context.Context, r SendRequest) (Result, error) {
	return s.step(ctx, r.ConversationID, func(l *locked) (Result, error) { return l.find(ctx, r.SendID) })
}

// notSent decides by its class what becomes of a send that has certainly not left.
func (s *Sender) notSent(ctx context.Context, r SendRequest, f cloudapi.Failure) (Result, error) {
	return s.step(ctx, r.ConversationID, func(l *locked) (Result, error) {
		row, err := l.q.LockSend(ctx, r.SendID, l.id)
		if err != nil {
			return Result{}, unknownSend(err)
		}
		l.afterCommit(func() { l.count.attempted(ctx, "not_sent", string(f.Class)) })
		ended := db.EndAttemptParams{SendID: r.SendID, Attempt: int32(r.Attempt), Now: l.now, Class: string(f.Class), ErrorCode: codeOf(f)}
		if err := l.q.EndAttempt(ctx, ended); err != nil {
			return Result{}, err
		}
		if State(row.State) != Inflight || int(row.Attempt) != r.Attempt {
			return l.standing(ctx, row) // settled meanwhile, because we were taken for dead
		}
		result, err := l.decideClass(ctx, row, f)
		s.crash("send.record_before_commit")
		return result, err
	})
}

func codeOf(f cloudapi.Failure) *int32 {
	if !f.HasCode {
		return nil
	}
	code := int32(f.Code)
	return &code
}

// decideClass is the table of sending.md, "Error classes", as far as it is about one send.
func (l *locked) decideClass(ctx context.Context, row db.Send, f cloudapi.Failure) (Result, error) {
	switch f.Class {
	case whatsapp.ClassRetry:
		failed, err := l.q.CountRetries(ctx, row.ID)
		if err != nil {
			return Result{}, err
		}
		return l.again(ctx, row, max(retryWait(failed), f.RetryAfter))
	case whatsapp.ClassThrottle:
		wait, err := l.throttleNumber(ctx, f.RetryAfter)
		if err != nil {
			return Result{}, err
		}
		l.afterCommit(func() { l.count.throttled(ctx, "number") })
		return l.again(ctx, row, wait)
	case whatsapp.ClassPairThrottle:
		wait, err := l.throttlePair(ctx, f.RetryAfter)
		if err != nil {
			return Result{}, err
		}
		l.afterCommit(func() { l.count.throttled(ctx, "pair") })
		return l.again(ctx, row, wait)
	}
	if f.Class.PausesSender() {
		if err := l.pause(ctx, f); err != nil {
			return Result{}, err
		}
		return l.again(ctx, row, holdLeast)
	}
	if err := l.consequences(ctx, row, f); err != nil {
		return Result{}, err
	}
	reason := string(f.Class)
	if f.HasCode { // the same word as if a status had said so
		reason = intake.FailureReason(f.Code)
	}
	return l.end(ctx, row, Failed, reason, codeOf(f), f.Details)
}

// again plans another attempt. Whoever still holds the number of this one can do nothing with it.
func (l *locked) again(ctx context.Context, row db.Send, wait time.Duration) (Result, error) {
	if err := l.q.PlanAgain(ctx, false, row.ID); err != nil {
		return Result{}, err
	}
	l.moved = l.moved || row.Type == "template"
	result, err := l.find(ctx, row.ID)
	result.RetryAt = l.inTime(row, l.real.Add(wait))
	return result, err
}

// consequences is what a permanent failure says about others than the send.
func (l *locked) consequences(ctx context.Context, row db.Send, f cloudapi.Failure) error {
	switch f.Class {
	case whatsapp.ClassWindowClosed:
		return l.dispute(ctx, row, f)
	case whatsapp.ClassSuppress, whatsapp.ClassSuppressMarketing:
		return l.suppress(ctx, f)
	case whatsapp.ClassTemplateFault:
		return l.faultTemplate(ctx, row, f)
	case whatsapp.ClassUnknown:
		l.afterCommit(func() { l.count.unknownCode(ctx, f.Code) })
	}
	return nil
}

// dispute: the provider has the last word on the window (W9).
func (l *locked) dispute(ctx context.Context, row db.Send, f cloudapi.Failure) error {
	if row.Type != "freeform" {
		return nil
	}
	if err := l.q.NoteDispute(ctx, db.NoteDisputeParams{EventID: uuid.NewSHA1(row.ID, fmt.Appendf(nil, "window_disputed/%d", row.Attempt)),
		BusinessNumberID: l.number.ID, ConversationID: l.id, Now: l.now, Market: l.contact.Market, ErrorCode: int32(f.Code)}); err != nil {
		return err
	}
	if l.now.After(l.facts.DisputedAt) {
		l.facts.DisputedAt = l.now
	}
	return nil
}

func (l *locked) suppress(ctx context.Context, f cloudapi.Failure) error {
	known, err := intake.SuppressBy(ctx, l.q, l.contact.ID, f.Code, l.now)
	if known || err != nil {
		return err
	}
	return intake.RecordOptOut(ctx, l.q, l.real, l.now,
		intake.OptOut{ContactID: l.contact.ID, Source: fmt.Sprintf("whatsapp_%d", f.Code), At: l.now})
}

func (l *locked) faultTemplate(ctx context.Context, row db.Send, f cloudapi.Failure) error {
	t, err := templateOf(row.Template)
	if err != nil || t == nil {
		return err
	}
	return intake.NoteTemplateFault(ctx, l.q, intake.TemplateFault{WABA: l.number.WabaID, Name: t.Name, Language: t.Language,
		Code: f.Code, At: l.now})
}

// pause keeps the number from sending until somebody resumes it, and tells of that once.
func (l *locked) pause(ctx context.Context, f cloudapi.Failure) error {
	paused, err := intake.PauseSender(ctx, l.q, intake.SenderPause{Number: l.number.ID, Class: string(f.Class), Code: f.Code, At: l.now})
	if paused {
		l.afterCommit(func() {
			l.count.paused(ctx, string(f.Class))
			l.Log.WarnContext(ctx, "a business number is paused", "number", l.number.PhoneNumberID, "class", f.Class, "code", f.Code)
		})
	}
	return err
}
