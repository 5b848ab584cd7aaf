package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// provider answers a conversation's sends: a plan is allowed unless refuse says otherwise, and each attempt comes to the next
// of its outcomes, then to accepted.
type provider struct {
	*env
	mu       sync.Mutex // activities run beside one another
	refuse   func(activities.PlanRequest) conversation.Verdict
	outcomes []func(activities.SendRequest) (sending.Result, error)
	finish   func(activities.SendRequest) sending.Result
	settle   func(activities.SendRequest) sending.Result
	facts    conversation.Facts // the row's

	refuseConsent  int // so many times it cannot be recorded
	attemptsBefore int // made when it was

	planned   []activities.PlanRequest
	attempts  []activities.SendRequest
	settled   []activities.SendRequest
	finished  []activities.SendRequest
	kept      []activities.KeptRequest
	decisions []sending.Decision
	consents  []activities.ConsentRequest
}

func newProvider(t *testing.T) *provider {
	p := &provider{env: newEnv(t)}
	p.OnActivity("PlanSend", mock.Anything, mock.Anything).Return(p.planSend).Maybe()
	p.OnActivity("Send", mock.Anything, mock.Anything).Return(p.send).Maybe()
	p.OnActivity("SettleSend", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.SendRequest) (sending.Result, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.settled = append(p.settled, r)
		if p.settle != nil {
			return p.result(p.settle(r)), nil
		}
		return p.result(sending.Result{SendID: r.SendID, State: sending.Unknown, Attempt: r.Attempt, WaitFor: 5 * time.Minute}), nil
	}).Maybe()
	p.OnActivity("FinishSend", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.SendRequest) (sending.Result, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.finished = append(p.finished, r)
		if p.finish != nil {
			return p.result(p.finish(r)), nil
		}
		return p.result(sending.Result{SendID: r.SendID, State: sending.Unknown, Attempt: r.Attempt}), nil
	}).Maybe()
	p.OnActivity("RecordDecisions", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.DecisionsRequest) (contract.Answer, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.decisions = append(p.decisions, r.Decisions...)
		return contract.Answer{Verdict: r.Decisions[0].Verdict}, nil
	}).Maybe()
	p.OnActivity("RecordConsent", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.ConsentRequest) error {
		if p.refuseConsent > 0 {
			p.refuseConsent--
			return errors.New("the database is away")
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.consents = append(p.consents, r)
		p.attemptsBefore = len(p.attempts)
		return nil
	}).Maybe()
	p.OnActivity("SettleKept", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.KeptRequest) (contract.Answer, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.kept = append(p.kept, r)
		return contract.Answer{KeptReplyID: &r.KeptReplyID}, nil
	}).Maybe()
	return p
}

func (p *provider) now() time.Time { return p.Now().UTC() }

func (p *provider) result(r sending.Result) sending.Result {
	r.Facts = p.facts
	return r
}

func (p *provider) planSend(_ context.Context, r activities.PlanRequest) (activities.PlanResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planned = append(p.planned, r)
	p.facts = p.facts.Merge(r.Facts)
	verdict := conversation.Gate(conversation.Circumstances{Facts: p.facts}, conversation.Wish{Template: template(r)}, p.now())
	if p.refuse != nil {
		verdict = p.refuse(r)
	}
	result := activities.PlanResult{Answer: contract.Answer{SendID: &r.SendID, Verdict: verdict}, Facts: p.facts}
	if verdict.Allows() {
		planned := p.result(sending.Result{SendID: r.SendID, State: sending.Planned, Attempt: 1, Template: template(r), Critical: r.Critical})
		result.Send = &planned
		if r.KeepText != "" {
			result.Kept = &conversation.Kept{ID: uuid.NewSHA1(r.SendID, []byte("kept")).String(), At: p.now(), Until: p.now().Add(r.KeepFor)}
		}
	}
	return result, nil
}

// template: it is one, whether it is named or stands in a campaign's row.
func template(r activities.PlanRequest) bool { return r.Template != nil || r.CampaignID != uuid.Nil }

func (p *provider) send(_ context.Context, r activities.SendRequest) (sending.Result, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts = append(p.attempts, r)
	if len(p.outcomes) > 0 {
		next := p.outcomes[0]
		p.outcomes = p.outcomes[1:]
		result, err := next(r)
		result.SendID = r.SendID
		return p.result(result), err
	}
	return p.accepted(r), nil
}

func (p *provider) accepted(r activities.SendRequest) sending.Result {
	is := false
	for _, planned := range p.planned {
		if planned.SendID == r.SendID {
			is = template(planned)
		}
	}
	p.facts = p.facts.WithOutbound(p.now(), is)
	return p.result(sending.Result{SendID: r.SendID, State: sending.Accepted, Attempt: r.Attempt, Template: is,
		MessageEventID: "sent-" + r.SendID.String(), AcceptedAt: p.now()})
}

// writes tells of a message of the contact, as the relay does.
func (p *provider) writes(at time.Time) {
	p.mu.Lock()
	p.facts, _ = p.facts.WithInbound(at)
	p.mu.Unlock()
	p.inbound(at)
}

// ask sends an update and keeps its answer.
func (p *provider) ask(t *testing.T, id, name string, payload any) *contract.Answer {
	answer := &contract.Answer{}
	p.UpdateWorkflow(name, id, &updated{t: t, answer: answer}, payload)
	return answer
}

type updated struct {
	t      *testing.T
	answer *contract.Answer
}

func (u *updated) Accept()          {}
func (u *updated) Reject(err error) { u.t.Errorf("update rejected: %v", err) }
func (u *updated) Complete(success any, err error) {
	if err != nil {
		u.answer.Fault = err.Error()
		return
	}
	*u.answer = success.(contract.Answer)
}

func message(text string) contract.SendMessage { return contract.SendMessage{Text: text} }

func TestARequestIsAnsweredOnceItIsPlannedAndThenSent(t *testing.T) {
	p := newProvider(t)
	var answer *contract.Answer
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() { answer = p.ask(t, "r1", contract.UpdateSendMessage, message("We do.")) })
	p.at(nine.Add(2*time.Hour), func() {
		require.False(t, p.snapshot(t).Unanswered)
	})
	p.run(t, input())
	require.Equal(t, uuid.NewSHA1(anaID, []byte("request/r1")), *answer.SendID)
	require.Equal(t, conversation.Allowed, answer.Verdict.Code)
	require.Len(t, p.attempts, 1)
	require.Empty(t, p.reminded, "the answer saves the reminder")
}

func TestARequestToAnIdleConversationStartsARunThatEndsOnceItIsSent(t *testing.T) {
	p := newProvider(t)
	var answer *contract.Answer
	p.at(nine, func() {
		answer = p.ask(t, "r1", contract.UpdateSendTemplate, contract.SendTemplate{Template: contract.Template{Name: "offer", Language: "en_US"}})
	})
	p.run(t, input())
	require.Equal(t, conversation.Allowed, answer.Verdict.Code)
	require.Len(t, p.attempts, 1)
	require.Equal(t, nine, p.now().Truncate(time.Second), "nothing is waited for")
}

// A payload may come from any SDK. What could not be recorded would be tried for ever, and never answered.
func TestARequestWhoseIdCannotBeRecordedIsAFault(t *testing.T) {
	p := newProvider(t)
	answers := map[string]*contract.Answer{}
	p.at(nine, func() {
		for name, id := range map[string]string{"long": strings.Repeat("x", 256), "nul": "a\x00b"} {
			answers[name] = p.ask(t, name, contract.UpdateSendMessage, contract.SendMessage{Request: contract.Request{ID: id}, Text: "Hello"})
		}
	})
	p.run(t, input())
	require.Len(t, answers, 2)
	for name, answer := range answers {
		require.Equal(t, contract.FaultInvalidRequest, answer.Fault, name)
	}
	require.Empty(t, p.planned)
}

func TestARefusalIsAnAnswerAndIsRecorded(t *testing.T) {
	p := newProvider(t)
	var answer *contract.Answer
	p.at(nine, func() { answer = p.ask(t, "r1", contract.UpdateSendMessage, message("Hello?")) })
	p.run(t, input())
	require.Equal(t, conversation.WindowClosed, answer.Verdict.Code)
	require.Equal(t, conversation.WindowClosed, p.planned[0].Verdict.Code, "the workflow's own verdict goes along")
	require.Empty(t, p.attempts)
}

func TestWhatTheCallerKnowsIsBelieved(t *testing.T) {
	p := newProvider(t)
	facts, _ := conversation.Facts{}.WithInbound(nine) // stored, and not signalled yet
	p.at(nine, func() {
		p.ask(t, "r1", contract.UpdateSendMessage, contract.SendMessage{Request: contract.Request{Facts: &facts}, Text: "Hello"})
	})
	p.run(t, input())
	require.Equal(t, conversation.Allowed, p.planned[0].Verdict.Code)
	require.Len(t, p.attempts, 1)
	require.Equal(t, nine.Add(24*time.Hour), p.now(), "and its window is watched")
}

func TestAnAttemptThatMayNotBeMadeYetIsWaitedFor(t *testing.T) {
	p := newProvider(t)
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){
		func(r activities.SendRequest) (sending.Result, error) {
			return sending.Result{State: sending.Planned, Attempt: r.Attempt + 1, RetryAt: p.Now().Add(4 * time.Second)}, nil
		},
	}
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() {
		p.ask(t, "r1", contract.UpdateSendMessage, message("first"))
		p.ask(t, "r2", contract.UpdateSendMessage, message("second"))
	})
	p.run(t, input())
	require.Len(t, p.attempts, 3)
	require.Equal(t, []int{1, 2, 1}, []int{p.attempts[0].Attempt, p.attempts[1].Attempt, p.attempts[2].Attempt})
	require.Equal(t, p.attempts[0].SendID, p.attempts[1].SendID, "the second message waits for its turn")
	require.NotEqual(t, p.attempts[0].SendID, p.attempts[2].SendID)
}

func TestALostAttemptIsSettledAndNeverRepeatedBlindly(t *testing.T) {
	p := newProvider(t)
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){
		func(activities.SendRequest) (sending.Result, error) {
			return sending.Result{}, errors.New("the worker is gone")
		},
	}
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() { p.ask(t, "r1", contract.UpdateSendMessage, message("Hello")) })
	p.run(t, input())
	require.Len(t, p.attempts, 1)
	require.Len(t, p.settled, 1)
	require.Len(t, p.finished, 1, "after five minutes without a status it is final")
}

func TestAStatusEndsTheWaitForAnUnknownSend(t *testing.T) {
	p := newProvider(t)
	unknown := func(r activities.SendRequest) (sending.Result, error) {
		return sending.Result{State: sending.Unknown, Attempt: r.Attempt, WaitFor: 5 * time.Minute}, nil
	}
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){unknown}
	p.finish = func(r activities.SendRequest) sending.Result { return p.accepted(r) }
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() { p.ask(t, "r1", contract.UpdateSendMessage, message("Hello")) })
	p.at(nine.Add(time.Hour+time.Minute), func() {
		id := p.attempts[0].SendID
		p.SignalWorkflow(contract.SignalSendOutcome, contract.SendOutcome{SendID: id.String(), EventID: "status", Status: "delivered", Facts: &p.facts})
	})
	var finishedAt time.Time
	p.at(nine.Add(time.Hour+2*time.Minute), func() {
		finishedAt = p.now()
		require.Len(t, p.finished, 1)
		require.False(t, p.snapshot(t).Unanswered)
	})
	p.run(t, input())
	require.False(t, finishedAt.IsZero())
	require.Len(t, p.finished, 1, "the timer is cancelled")
	require.Len(t, p.attempts, 1)
}

func TestACriticalMessageIsSentOnceMore(t *testing.T) {
	p := newProvider(t)
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){func(r activities.SendRequest) (sending.Result, error) {
		return sending.Result{State: sending.Unknown, Attempt: 1, WaitFor: 5 * time.Minute, Critical: true}, nil
	}}
	p.finish = func(r activities.SendRequest) sending.Result {
		return sending.Result{SendID: r.SendID, State: sending.Planned, Attempt: 2, Critical: true}
	}
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() {
		p.ask(t, "r1", contract.UpdateSendMessage, contract.SendMessage{Text: "Your code", Critical: true})
	})
	p.run(t, input())
	require.Len(t, p.attempts, 2)
	require.Equal(t, 2, p.attempts[1].Attempt)
}

func TestTheFallbackGoesWhenTheWindowHasClosed(t *testing.T) {
	p := newProvider(t)
	fallback := uuid.NewSHA1(uuid.NewSHA1(anaID, []byte("request/r1")), []byte("fallback"))
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){func(r activities.SendRequest) (sending.Result, error) {
		return sending.Result{State: sending.Failed, Attempt: 1, Reason: conversation.WindowClosed, Fallback: &sending.Result{
			SendID: fallback, State: sending.Planned, Attempt: 1, Template: true, Facts: p.facts}}, nil
	}}
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() { p.ask(t, "r1", contract.UpdateSendMessage, message("Hello")) })
	p.run(t, input())
	require.Len(t, p.attempts, 2)
	require.Equal(t, fallback, p.attempts[1].SendID)
}

func TestTheFallbackGoesWhenAStatusSaysThatTheWindowIsClosed(t *testing.T) {
	p := newProvider(t)
	fallback := uuid.New()
	p.settle = func(r activities.SendRequest) sending.Result {
		return sending.Result{SendID: r.SendID, State: sending.Accepted, Attempt: 1, Reason: conversation.WindowClosed, Fallback: &sending.Result{
			SendID: fallback, State: sending.Planned, Attempt: 1, Template: true, Facts: p.facts}}
	}
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() { p.ask(t, "r1", contract.UpdateSendMessage, message("Hello")) })
	p.at(nine.Add(time.Hour+time.Minute), func() {
		outcome := contract.SendOutcome{SendID: p.attempts[0].SendID.String(), EventID: "status", Status: "failed", Error: 131026, Facts: &p.facts}
		p.SignalWorkflow(contract.SignalSendOutcome, outcome)
		outcome.EventID, outcome.Error = "another", 131047
		p.SignalWorkflow(contract.SignalSendOutcome, outcome)
	})
	p.run(t, input())
	require.Equal(t, []activities.SendRequest{{ConversationID: anaID, SendID: p.attempts[0].SendID}}, p.settled, "nothing goes instead of others")
	require.Len(t, p.attempts, 2)
	require.Equal(t, fallback, p.attempts[1].SendID)
}

func reengaging(attempts ...time.Duration) contract.ConversationInput {
	in := input()
	for i, delay := range attempts {
		in.Loaded.Settings.Reengagement.Attempts = append(in.Loaded.Settings.Reengagement.Attempts,
			conversation.AttemptPolicy{Delay: conversation.Duration(delay), Template: fmt.Sprintf("come_back_%d", i+1), Language: "en_US"})
	}
	return in
}

func TestAContactIsWonBackAfterItsWindow(t *testing.T) {
	p := newProvider(t)
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(25*time.Hour), func() {
		require.Equal(t, &conversation.Next{Kind: conversation.WakeReengage, At: nine.Add(26 * time.Hour)}, p.snapshot(t).Next)
	})
	p.at(nine.Add(30*time.Hour), func() { require.Equal(t, conversation.AwaitingReply, p.snapshot(t).Status) })
	p.run(t, reengaging(2*time.Hour, 50*time.Hour))
	require.Len(t, p.planned, 2)
	require.Equal(t, sending.FromReengagement, p.planned[0].Origin)
	require.Equal(t, "come_back_1", p.planned[0].Template.Name)
	require.Equal(t, "come_back_2", p.planned[1].Template.Name)
	require.Len(t, p.attempts, 2)
	require.Equal(t, nine.Add(74*time.Hour), p.now())
	var steps []string
	for _, d := range p.decisions {
		steps = append(steps, string(d.Verdict.Code))
	}
	require.Equal(t, []string{"planned", "next", "done"}, steps)
}

func TestAnAnswerOrAStopEndsThePlan(t *testing.T) {
	for name, happens := range map[string]func(*provider){
		"answer": func(p *provider) {
			p.writes(nine.Add(30 * time.Hour))
			p.SignalWorkflow(contract.SignalSettingsChanged, conversation.Settings{}) // so that no other plan follows
		},
		"stop": func(p *provider) {
			p.SignalWorkflow(contract.SignalConsentChanged, contract.ConsentChanged{EventID: "e", Category: conversation.Marketing,
				Source: "whatsapp", OccurredAt: nine.Add(30 * time.Hour)})
		},
		"close": func(p *provider) { p.ask(t, "c1", contract.UpdateClose, contract.Close{}) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.at(nine, func() { p.writes(nine) })
			p.at(nine.Add(30*time.Hour), func() { happens(p) })
			p.run(t, reengaging(2*time.Hour, 50*time.Hour))
			require.Len(t, p.planned, 1)
		})
	}
}

// By the window's end readers tell which window is left alone.
func TestClosingSaysWhichWindowIsLeftAlone(t *testing.T) {
	p := newProvider(t)
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() { p.ask(t, "c1", contract.UpdateClose, contract.Close{}) })
	p.run(t, reengaging(2*time.Hour))
	require.Equal(t, "close", p.decisions[0].Subject)
	require.Equal(t, nine.Add(24*time.Hour), p.decisions[0].Verdict.Facts.ExpiresAt)
}

func TestAnAttemptThatWaitsForItsTurnIsWithdrawnWhenTheContactAnswers(t *testing.T) {
	p := newProvider(t)
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){
		func(r activities.SendRequest) (sending.Result, error) {
			return sending.Result{State: sending.Planned, Attempt: 2, RetryAt: p.Now().Add(15 * time.Minute)}, nil
		},
		func(r activities.SendRequest) (sending.Result, error) {
			return sending.Result{State: sending.Refused, Attempt: 2, Reason: conversation.PlanEnded}, nil
		},
	}
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(26*time.Hour+time.Minute), func() {
		p.writes(nine.Add(26*time.Hour + time.Minute))
		p.SignalWorkflow(contract.SignalSettingsChanged, conversation.Settings{})
	})
	p.run(t, reengaging(2*time.Hour))
	require.Equal(t, []bool{false, true}, []bool{p.attempts[0].Withdraw, p.attempts[1].Withdraw})
}

func TestAnAttemptInQuietHoursIsPutOffAndIsAnotherSendThen(t *testing.T) {
	p := newProvider(t)
	refusals := 0
	p.refuse = func(activities.PlanRequest) conversation.Verdict {
		if refusals++; refusals == 1 {
			return conversation.Verdict{Code: conversation.QuietHoursNow, Facts: conversation.VerdictFacts{QuietUntil: nine.Add(30 * time.Hour)}}
		}
		return conversation.Verdict{Code: conversation.Allowed}
	}
	p.at(nine, func() { p.writes(nine) })
	p.run(t, reengaging(2*time.Hour))
	require.Len(t, p.planned, 2)
	require.NotEqual(t, p.planned[0].SendID, p.planned[1].SendID)
	require.Equal(t, nine.Add(30*time.Hour), p.now())
}

func TestAKeptReplyIsOfferedOrSentWhenTheContactAnswers(t *testing.T) {
	for mode, want := range map[conversation.KeptMode]sending.KeptState{conversation.OfferKept: sending.KeptOffered, conversation.AutoKept: ""} {
		t.Run(string(mode), func(t *testing.T) {
			p := newProvider(t)
			in := input()
			in.Loaded.Settings.KeptReplies.Mode = mode
			p.at(nine, func() {
				p.ask(t, "k1", contract.UpdateKeepReply, contract.KeepReply{Text: "It is here.", Template: contract.Template{Name: "offer", Language: "en_US"}})
			})
			p.at(nine.Add(48*time.Hour), func() { p.writes(nine.Add(48 * time.Hour)) })
			p.run(t, in)
			require.Equal(t, "It is here.", p.planned[0].KeepText)
			require.Equal(t, 7*24*time.Hour, p.planned[0].KeepFor)
			if want != "" {
				require.Len(t, p.kept, 1)
				require.Equal(t, want, p.kept[0].To)
				require.Len(t, p.attempts, 1)
				return
			}
			require.Equal(t, sending.FromKeptReply, p.planned[1].Origin)
			require.Len(t, p.attempts, 2)
		})
	}
}

func TestAKeptReplyExpires(t *testing.T) {
	p := newProvider(t)
	p.at(nine, func() {
		p.ask(t, "k1", contract.UpdateKeepReply, contract.KeepReply{Text: "It is here.", Template: contract.Template{Name: "offer", Language: "en_US"}})
	})
	p.run(t, input())
	require.Equal(t, sending.KeptExpired, p.kept[0].To)
	require.Equal(t, nine.Add(7*24*time.Hour), p.now())
}

func TestConsentFromOutsideIsStored(t *testing.T) {
	p := newProvider(t)
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() {
		p.SignalWorkflow(contract.SignalConsentChanged, contract.ConsentChanged{Source: "form", OptedIn: true, OccurredAt: nine})
		p.SignalWorkflow(contract.SignalConsentChanged, contract.ConsentChanged{OptedIn: true, OccurredAt: nine}) // says not how
	})
	p.run(t, input())
	require.Len(t, p.consents, 1)
	require.Len(t, p.consents[0].Changes, 1)
}

func TestNothingIsSentUntilConsentFromOutsideIsStored(t *testing.T) {
	p := newProvider(t)
	p.refuseConsent = 2
	p.at(nine, func() { p.writes(nine) })
	p.at(nine.Add(time.Hour), func() {
		p.SignalWorkflow(contract.SignalConsentChanged, contract.ConsentChanged{Category: conversation.Marketing, Source: "form", OccurredAt: nine})
		p.ask(t, "r1", contract.UpdateSendTemplate, contract.SendTemplate{Template: contract.Template{Name: "come_back", Language: "en_US"}})
	})
	p.run(t, input())
	require.Len(t, p.consents, 1)
	require.Zero(t, p.attemptsBefore, "the transaction that puts it in flight must know of the opt-out")
	require.Len(t, p.attempts, 1)
}

func TestANewRunGoesOnWithWhatATerminatedOneHasLeft(t *testing.T) {
	p := newProvider(t)
	in := input()
	left := uuid.New()
	in.Loaded.Open = []contract.OpenSend{{SendID: left, Attempt: 3}}
	p.run(t, in)
	require.Equal(t, []activities.SendRequest{{ConversationID: anaID, SendID: left, Attempt: 3}}, p.settled)
	require.Len(t, p.finished, 1)
}

func TestARunWhoseContactHasBecomePartOfAnotherEndsAndTheOtherGoesOn(t *testing.T) {
	t.Run("the part", func(t *testing.T) {
		p := newProvider(t)
		p.at(nine, func() { p.writes(nine) })
		p.at(nine.Add(time.Hour), func() { p.SignalWorkflow(contract.SignalMerged, contract.Merged{Into: uuid.New()}) })
		p.run(t, reengaging(time.Hour))
		require.Empty(t, p.reminded)
		require.Empty(t, p.planned)
		require.Equal(t, nine.Add(time.Hour), p.now())
	})
	t.Run("the whole", func(t *testing.T) {
		p := newProvider(t)
		p.at(nine, func() { p.writes(nine) })
		united, _ := conversation.Facts{}.WithInbound(nine.Add(30 * time.Minute))
		p.at(nine.Add(time.Hour), func() { p.SignalWorkflow(contract.SignalMerged, contract.Merged{Facts: &united}) })
		p.run(t, input())
		require.Equal(t, nine.Add(24*time.Hour+30*time.Minute), p.now(), "the later deadline wins")
	})
	t.Run("started for a part", func(t *testing.T) {
		p := newProvider(t)
		in := input()
		in.Loaded.MergedInto = uuid.New()
		var answer *contract.Answer
		p.at(nine, func() { answer = p.ask(t, "r1", contract.UpdateSendMessage, message("Hello")) })
		p.run(t, in)
		require.Equal(t, contract.FaultMergedElsewhere, answer.Fault)
		require.Empty(t, p.planned)
	})
}
