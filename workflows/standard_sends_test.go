package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"reengage/activities"
	"reengage/conversation"
	"reengage/devstack/temporal/temporaltest"
	"reengage/sending"
	"reengage/workflows/contract"
)

// sends are what the fake activities were asked to send. What becomes of a message is in its text or its template's name:
// "lost", "late" or, once, "retry"; else it is accepted.
type sends struct {
	planned  map[uuid.UUID]activities.PlanRequest
	attempts []activities.SendRequest
	finished []activities.SendRequest
	kept     []activities.KeptRequest
	refusals []conversation.Verdict // of campaigns' messages, when they are planned; then they are allowed
	facts    conversation.Facts
	now      func() time.Time
}

func (a *fakeActivities) PlanSend(_ context.Context, r activities.PlanRequest) (activities.PlanResult, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.planned == nil {
		a.planned = map[uuid.UUID]activities.PlanRequest{}
	}
	a.planned[r.SendID] = r
	a.sends.facts = a.sends.facts.Merge(r.Facts)
	if r.CampaignID != uuid.Nil && len(a.refusals) > 0 {
		verdict := a.refusals[0]
		a.refusals = a.refusals[1:]
		return activities.PlanResult{Answer: contract.Answer{SendID: &r.SendID, Verdict: verdict}, Facts: a.sends.facts}, nil
	}
	send := &sending.Result{SendID: r.SendID, State: sending.Planned, Attempt: 1, Template: template(r), Facts: a.sends.facts}
	result := activities.PlanResult{Send: send, Facts: a.sends.facts,
		Answer: contract.Answer{SendID: &r.SendID, Verdict: conversation.Verdict{Code: conversation.Allowed, Rule: "W5", Sentence: "the window is open"}}}
	if r.KeepText != "" {
		result.Kept = &conversation.Kept{ID: uuid.NewSHA1(r.SendID, []byte("kept")).String(), At: a.now(), Until: a.now().Add(r.KeepFor)}
	}
	return result, nil
}

func (a *fakeActivities) Send(_ context.Context, r activities.SendRequest) (sending.Result, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.attempts = append(a.attempts, r)
	switch p := a.planned[r.SendID]; {
	case p.CampaignID == slow && r.Attempt == 1:
		return sending.Result{SendID: r.SendID, State: sending.Planned, Attempt: 2, RetryAt: time.Now().Add(time.Second), Facts: a.sends.facts}, nil
	case p.CampaignID == pausedSince:
		return sending.Result{SendID: r.SendID, State: sending.Refused, Attempt: 1, Reason: conversation.CampaignStopped, Facts: a.sends.facts}, nil
	case p.Text == "lost":
		return sending.Result{}, errors.New("the worker is gone")
	case p.Text == "retry" && r.Attempt == 1:
		return sending.Result{SendID: r.SendID, State: sending.Planned, Attempt: 2, RetryAt: time.Now().Add(100 * time.Millisecond), Facts: a.sends.facts}, nil
	case p.Text == "late":
		fallback := uuid.NewSHA1(r.SendID, []byte("fallback"))
		a.planned[fallback] = activities.PlanRequest{SendID: fallback, Template: p.Fallback}
		return sending.Result{SendID: r.SendID, State: sending.Failed, Attempt: 1, Reason: conversation.WindowClosed, Facts: a.sends.facts,
			Fallback: &sending.Result{SendID: fallback, State: sending.Planned, Attempt: 1, Template: true, Facts: a.sends.facts}}, nil
	}
	return a.acceptedSend(r), nil
}

func (a *fakeActivities) acceptedSend(r activities.SendRequest) sending.Result {
	is := template(a.planned[r.SendID])
	at := a.now()
	a.sends.facts = a.sends.facts.WithOutbound(at, is)
	return sending.Result{SendID: r.SendID, State: sending.Accepted, Attempt: r.Attempt, Template: is,
		MessageEventID: "sent-" + r.SendID.String(), AcceptedAt: at, Facts: a.sends.facts}
}

func (a *fakeActivities) SettleSend(_ context.Context, r activities.SendRequest) (sending.Result, error) {
	return sending.Result{SendID: r.SendID, State: sending.Unknown, Attempt: r.Attempt, WaitFor: time.Minute, Facts: a.sends.facts}, nil
}

func (a *fakeActivities) FinishSend(_ context.Context, r activities.SendRequest) (sending.Result, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.finished = append(a.finished, r)
	return a.acceptedSend(r), nil
}

func (a *fakeActivities) RecordDecisions(_ context.Context, r activities.DecisionsRequest) (contract.Answer, error) {
	return contract.Answer{Verdict: r.Decisions[0].Verdict}, nil
}

func (a *fakeActivities) RecordConsent(context.Context, activities.ConsentRequest) error { return nil }

func (a *fakeActivities) SettleKept(_ context.Context, r activities.KeptRequest) (contract.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kept = append(a.kept, r)
	return contract.Answer{KeptReplyID: &r.KeptReplyID}, nil
}

func (a *fakeActivities) sent() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.attempts)
}

// ask asks the conversation's workflow, starting it if it is not running, as the gateway does.
func (s *stage) ask(id, update string, payload any) contract.Answer {
	s.Helper()
	start := s.ns.Client.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: contract.ConversationWorkflowID(s.id), TaskQueue: contract.TaskQueue, StaticSummary: "+55•••01",
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.StatusAttribute.ValueSet(string(conversation.Expired)), contract.NumberAttribute.ValueSet("1055501")),
	}, contract.ConversationWorkflow, s.input())
	handle, err := s.ns.Client.UpdateWithStartWorkflow(s.Context(), client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{WorkflowID: contract.ConversationWorkflowID(s.id), UpdateID: id, UpdateName: update,
			Args: []any{payload}, WaitForStage: client.WorkflowUpdateStageCompleted}})
	require.NoError(s, err)
	var answer contract.Answer
	require.NoError(s, handle.Get(s.Context(), &answer))
	return answer
}

// hasSaidSomething reports whether the run knows of a message of ours.
func (s *stage) hasSaidSomething() bool {
	answer, err := s.ns.Client.QueryWorkflow(s.Context(), contract.ConversationWorkflowID(s.id), "", contract.QuerySnapshot)
	require.NoError(s, err)
	var snapshot contract.Snapshot
	require.NoError(s, answer.Get(&snapshot))
	return snapshot.LastOutboundAt != nil
}

func TestStandardSends(t *testing.T) {
	t.Parallel()
	offer := contract.Template{Name: "offer", Language: "en_US"}
	t.Run("Reply", func(t *testing.T) { // the first attempt has to wait, the message after it waits as well
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		require.Equal(t, conversation.Allowed, s.ask("r1", contract.UpdateSendMessage, message("retry")).Verdict.Code)
		s.ask("r2", contract.UpdateSendMessage, message("We do."))
		events := s.ends()
		require.Equal(t, 3, s.acts.sent())
		require.Empty(t, s.acts.outcomes(), "answered, so nobody is reminded")
		s.keep("reply", events)
	})
	t.Run("TemplateStartsARun", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		answer := s.ask("r1", contract.UpdateSendTemplate, contract.SendTemplate{Template: offer})
		require.Equal(t, conversation.Allowed, answer.Verdict.Code)
		events := s.ends()
		require.Equal(t, 1, s.acts.sent())
		s.keep("template-starts-a-run", events)
	})
	t.Run("UnknownSettledByAStatus", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		answer := s.ask("r1", contract.UpdateSendMessage, message("lost"))
		require.Eventually(t, func() bool {
			return count(s.history(""), enums.EVENT_TYPE_TIMER_STARTED) == 2 // the window's, and the wait for a status
		}, time.Minute, 5*time.Millisecond)
		s.signal(contract.SignalSendOutcome, contract.SendOutcome{SendID: answer.SendID.String(), EventID: "status",
			Status: "delivered", Facts: &conversation.Facts{}})
		events := s.ends()
		require.Len(t, s.acts.finished, 1)
		require.Equal(t, 1, s.acts.sent(), "it is not sent again")
		require.Equal(t, 1, count(events, enums.EVENT_TYPE_TIMER_CANCELED))
		s.keep("unknown-settled", events)
	})
	t.Run("Reengagement", func(t *testing.T) { // two attempts, the second ended by the contact's STOP
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.policy = conversation.Policy{Attempts: []conversation.AttemptPolicy{
			{Delay: conversation.Duration(time.Hour), Template: "come_back", Language: "en_US"},
			{Delay: conversation.Duration(240 * time.Hour), Template: "last_call", Language: "en_US"}}}
		s.contactWrites(0)
		require.Eventually(t, func() bool { return s.acts.sent() == 1 }, 3*time.Minute, 5*time.Millisecond)
		s.signal(contract.SignalConsentChanged, contract.ConsentChanged{EventID: "e", Category: conversation.Marketing, Source: "whatsapp", OccurredAt: nine})
		events := s.ends()
		require.Equal(t, 1, s.acts.sent())
		s.keep("reengagement", events)
	})
	t.Run("KeptReply", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.autoKept = true
		s.ask("k1", contract.UpdateKeepReply, contract.KeepReply{Text: "It is here.", Template: offer})
		require.Eventually(t, s.hasSaidSomething, time.Minute, 5*time.Millisecond)
		s.contactWrites(s.clock.At(time.Now()).Sub(nine))
		events := s.ends()
		require.Equal(t, 2, s.acts.sent())
		s.keep("kept-reply", events)
	})
	t.Run("Fallback", func(t *testing.T) { // the window has closed before the message could go
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		s.ask("r1", contract.UpdateSendMessage, contract.SendMessage{Text: "late", Fallback: &offer})
		events := s.ends()
		require.Equal(t, 2, s.acts.sent())
		s.keep("fallback", events)
	})
	t.Run("Merged", func(t *testing.T) { // in the middle of a window
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		s.ask("r1", contract.UpdateSendMessage, message("We do."))
		s.signal(contract.SignalMerged, contract.Merged{Into: uuid.NewSHA1(s.id, []byte("the other"))})
		events := s.ends()
		require.Empty(t, s.acts.outcomes())
		s.keep("merged", events)
	})
	t.Run("Close", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		s.ask("c1", contract.UpdateClose, contract.Close{})
		events := s.ends()
		require.Empty(t, s.acts.outcomes(), "no reminder after that")
		s.keep("close", events)
	})
}
