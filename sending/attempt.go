package sending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/whatsapp/cloudapi"
	"reengage/workflows/contract"
)

// Send makes one attempt, unless the send is past it: then it says where the send stands. An error says nothing about
// whether a message has left; Settle does.
func (s *Sender) Send(ctx context.Context, r SendRequest) (Result, error) {
	row, err := db.New(s.Pool).FindSend(ctx, r.SendID, r.ConversationID)
	if err != nil {
		return Result{}, unknownSend(err)
	}
	if State(row.State) == Planned && int(row.Attempt) == r.Attempt {
		later, err := s.turn(ctx, row)
		if err != nil {
			return Result{}, fmt.Errorf("wait for a turn to send: %w", err)
		}
		if !later.IsZero() {
			if result, waits, err := s.comeAgain(ctx, r, later); waits || err != nil {
				return result, err
			}
		}
	}
	s.crash("send.before_inflight")
	result, letter, err := s.putInflight(ctx, r)
	if err != nil || letter == nil {
		return result, err
	}
	s.crash("send.after_inflight")
	accepted, err := s.post(ctx, *letter)
	return s.record(ctx, r, accepted, err)
}

// comeAgain says when a send that has to wait for its turn is to be tried again: no later than it can be sent at all, so that its
// fallback does not wait as well. waits is false if that moment has come.
func (s *Sender) comeAgain(ctx context.Context, r SendRequest, later time.Time) (result Result, waits bool, err error) {
	result, err = s.step(ctx, r.ConversationID, func(l *locked) (Result, error) {
		row, err := l.q.LockSend(ctx, r.SendID, l.id)
		if err != nil {
			return Result{}, unknownSend(err)
		}
		waits = State(row.State) != Planned || l.now.Before(l.endOf(row))
		result, err := l.standing(ctx, row)
		if State(row.State) == Planned {
			result.RetryAt = l.inTime(row, later)
		}
		return result, err
	})
	return result, waits, err
}

// inTime is when to try a send again: then, or when it can be sent no more, if that is sooner.
func (l *locked) inTime(row db.Send, then time.Time) time.Time {
	return earlier(then, l.real.Add(l.Clock.Wait(l.endOf(row), l.real)))
}

// letter is a message that is in flight, with when it has to be there.
type letter struct {
	cloudapi.Message
	until time.Time // virtual
}

// putInflight asks the gate once more, on the locked rows, and says in flight if it still allows the send. Without a letter
// there is nothing to post.
func (s *Sender) putInflight(ctx context.Context, r SendRequest) (result Result, out *letter, err error) {
	result, err = s.step(ctx, r.ConversationID, func(l *locked) (Result, error) {
		out = nil
		row, err := l.q.LockSend(ctx, r.SendID, l.id)
		if err != nil {
			return Result{}, unknownSend(err)
		}
		if State(row.State) != Planned || int(row.Attempt) != r.Attempt {
			return l.standing(ctx, row) // somebody else's, or done
		}
		p, err := l.placeOf(ctx, row)
		if err != nil {
			return Result{}, err
		}
		ruling, t, err := l.weighAgain(ctx, row, p, r.Withdraw)
		if err != nil {
			return Result{}, err
		}
		switch v := ruling.verdict; {
		case v.Code == conversation.SenderPaused:
			return l.hold(ctx, row, v)
		case !v.Allows():
			return l.turnDown(ctx, row, p, v)
		}
		out = l.letter(row, t, ruling)
		return l.takeOff(ctx, row, ruling.verdict)
	})
	return result, out, err
}

// weighAgain asks the gate about a planned send. What spans conversations was reserved when it was planned. That the sender
// is paused goes last here: it only holds a send up, and one that cannot be sent any more need not wait to hear that. p is of a
// campaign's message: that the campaign runs, and whether the contact waits for an answer, may have changed since the plan.
func (l *locked) weighAgain(ctx context.Context, row db.Send, p *place, withdrawn bool) (ruling, *contract.Template, error) {
	wish := conversation.Wish{Pending: true}
	if p != nil {
		p.ask(&wish, l.now)
		wish.Quiet = l.quietOf(&p.policy)
	}
	t, err := templateOf(row.Template)
	if err != nil {
		return ruling{}, nil, err
	}
	var r ruling
	if t != nil {
		if r, err = l.lookUp(ctx, &wish, *t, false); err != nil {
			return r, nil, err
		}
	}
	if p != nil {
		p.recategorised(&wish)
	}
	answered, err := l.answered(ctx, row)
	if err != nil {
		return r, nil, err
	}
	c := l.circumstances()
	c.Permissions.SenderPaused = ""
	switch {
	case l.merged():
		r.verdict = conversation.Verdict{Code: conversation.ConversationMerged, Rule: "W10", Sentence: "the contact has become part of another one"}
	case Origin(row.Origin) == FromNudge && (l.facts.LastInboundAt.After(row.PlannedAt) || l.facts.LastOutboundAt.After(row.PlannedAt)):
		r.verdict = conversation.Verdict{Code: conversation.PlanEnded, Rule: "W7",
			Sentence: "somebody has written before the contact could be nudged"}
	case withdrawn || answered:
		r.verdict = conversation.Verdict{Code: conversation.PlanEnded, Rule: "policy",
			Sentence: "the contact has answered, or the plan was stopped, before the attempt could be made"}
	case !l.now.Before(row.NotAfter) && p == nil:
		r.verdict = tooLate(t != nil)
	default:
		r.verdict = conversation.Gate(c, wish, l.now)
	}
	if p != nil && r.verdict.Allows() && !l.now.Before(row.NotAfter) { // and nothing says why
		r.verdict = tooLate(t != nil)
	}
	if r.verdict.Allows() && l.may.SenderPaused != "" {
		r.verdict = conversation.Gate(l.circumstances(), wish, l.now)
	}
	return r, t, nil
}

// answered reports whether the contact has answered since the plan was made of which a send is an attempt: the row may know of that
// before the plan's run does.
func (l *locked) answered(ctx context.Context, row db.Send) (bool, error) {
	if Origin(row.Origin) != FromReengagement {
		return false, nil
	}
	stored, err := l.q.FindPlan(ctx, l.id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil // not written down yet, or ended: then its run withdraws the send
	}
	if err != nil {
		return false, err
	}
	var plan conversation.Plan
	if err := json.Unmarshal(stored, &plan); err != nil {
		return false, fmt.Errorf("a stored plan: %w", err)
	}
	return plan.Policy.Stops(conversation.StopOnAnswer) && l.facts.LastInboundAt.After(plan.LastInboundAt), nil
}

// The waits, in real time, of a send that is held up by a paused sender: as long as the pause has lasted, within limits.
const (
	holdLeast = 15 * time.Second
	holdMost  = 15 * time.Minute
)

// hold leaves a send planned while its number is paused: nothing is dropped because of a pause, but it ends where it would
// have ended anyway.
func (l *locked) hold(ctx context.Context, row db.Send, v conversation.Verdict) (Result, error) {
	result := l.resultOf(row, l.real)
	paused := holdLeast
	if at := l.number.SenderPausedAt; at != nil {
		paused = l.realOf(l.now.Sub(*at))
	}
	until := l.real.Add(min(max(paused, holdLeast), holdMost))
	result.RetryAt = l.inTime(row, until)
	return result, l.decide(ctx, attemptKey(row)+"/held", "send", v, &row.ID)
}

// realOf is how long a stretch of the virtual clock lasts.
func (s *Sender) realOf(virtual time.Duration) time.Duration {
	return time.Duration(float64(virtual) / float64(s.Clock.Virtual(time.Second)) * float64(time.Second))
}

// endOf is when a send can go no more: a free-form message ends with its window.
func (l *locked) endOf(row db.Send) time.Time {
	if row.Type == "freeform" {
		return earlier(row.NotAfter, l.facts.ExpiresAt)
	}
	return row.NotAfter
}

// attemptKey names a decision about an attempt. A campaign's send may be planned again after it was refused, with the attempt still to
// be made.
func attemptKey(row db.Send) string {
	key := fmt.Sprintf("send/%s/attempt/%d", row.ID, row.Attempt)
	if row.CampaignID != nil {
		key += "/" + row.PlannedAt.UTC().Format(time.RFC3339Nano)
	}
	return key
}

// turnDown ends a send that the gate does not allow any more. A free-form message that came too late has failed, and its
// fallback goes instead. A campaign's is refused whatever the reason, so that it can be asked for again.
func (l *locked) turnDown(ctx context.Context, row db.Send, p *place, v conversation.Verdict) (Result, error) {
	if err := l.decide(ctx, attemptKey(row), "send", v, &row.ID); err != nil {
		return Result{}, err
	}
	if p != nil {
		if err := l.refused(ctx, p, v); err != nil {
			return Result{}, err
		}
		return l.end(ctx, row, Refused, string(v.Code), nil, "")
	}
	state := Refused
	if v.Code == conversation.WindowClosed || v.Code == conversation.TooLate {
		state = Failed
	}
	return l.end(ctx, row, state, string(v.Code), nil, "")
}

// end records that a send is refused or has failed, and what follows.
func (l *locked) end(ctx context.Context, row db.Send, state State, reason string, code *int32, details string) (Result, error) {
	if err := l.q.EndSend(ctx, db.EndSendParams{ID: row.ID, State: string(state), Reason: reason, ErrorCode: code, ErrorDetails: orNil(details)}); err != nil {
		return Result{}, err
	}
	l.moved, l.results = l.moved || row.Type == "template", l.results || row.CampaignID != nil
	l.afterCommit(func() { l.count.ruled(ctx, Origin(row.Origin), state, reason) })
	if reason == string(conversation.WindowClosed) && !row.PossibleDuplicate {
		if err := l.afterClosing(ctx, row); err != nil {
			return Result{}, err
		}
	}
	return l.find(ctx, row.ID)
}

// afterClosing is what goes instead of a free-form message whose window has closed: its fallback; or, of a kept reply, its
// text goes back to the agent.
func (l *locked) afterClosing(ctx context.Context, row db.Send) error {
	if Origin(row.Origin) == FromKeptReply {
		_, err := l.q.OfferKeptAgain(ctx, l.now, row.ID)
		return err
	}
	t, err := templateOf(row.Fallback)
	if err != nil || t == nil {
		return err
	}
	fallback, _, err := l.planFallback(ctx, row.ID, *t, true)
	if err != nil || fallback == nil {
		return err
	}
	return l.q.ReplaceSend(ctx, fallback.SendID, row.ID)
}

// takeOff says in flight.
func (l *locked) takeOff(ctx context.Context, row db.Send, v conversation.Verdict) (Result, error) {
	put, err := l.q.PutInflight(ctx, l.now, row.ID, row.Attempt)
	if err == nil && put != 1 {
		err = fmt.Errorf("put a send in flight: %d rows", put) // the row is locked: it cannot be
	}
	if err != nil {
		return Result{}, err
	}
	l.moved = l.moved || row.Type == "template"
	if err := l.decide(ctx, attemptKey(row), "send", v, &row.ID); err != nil {
		return Result{}, err
	}
	l.crash("send.before_commit")
	return l.find(ctx, row.ID)
}

func (l *locked) letter(row db.Send, t *contract.Template, r ruling) *letter {
	out := &letter{until: l.endOf(row), Message: cloudapi.Message{
		PhoneNumberID: l.number.PhoneNumberID, To: orZero(l.contact.Phone), BSUID: orZero(l.contact.Bsuid), Text: orZero(row.Text),
		OpaqueData: intake.Callback(row.ID, int(row.Attempt)),
	}}
	if t != nil {
		out.Template = &cloudapi.Template{Name: t.Name, Language: t.Language, Components: r.components}
	}
	return out
}

// fastDeadline is the shortest deadline on a clock that runs fast, where the rest of a window may be a few milliseconds: an
// answer that we did not wait for is worse than a message that comes a moment late.
const fastDeadline = time.Second

// post makes the one request. What has been put in flight is brought to its end, also if the worker stops meanwhile.
func (s *Sender) post(ctx context.Context, l letter) (cloudapi.Accepted, error) {
	now := time.Now()
	wait := s.Clock.Wait(l.until, now)
	if !s.Clock.IsReal() {
		wait = max(wait, fastDeadline)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), min(wait, s.RequestTimeout))
	defer cancel()
	s.crash("send.before_post")
	accepted, err := s.Provider.Send(ctx, l.Message)
	s.crash("send.after_post")
	return accepted, err
}
