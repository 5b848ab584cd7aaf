package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/clock"
	"reengage/conversation"
	"reengage/workflows"
	"reengage/workflows/contract"
)

var (
	nine  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	anaID = uuid.MustParse("0198f000-0000-7000-8000-000000000001")
)

// env is Temporal's test environment with the conversation's activities answered, and what they were asked.
type env struct {
	*testsuite.TestWorkflowEnvironment
	bills    int
	billing  func() error // what the next billing comes to
	reminded []activities.RemindRequest
	recorded []activities.RecordRequest
	timers   int
}

// newTestEnvironment knows the workflows and skips time. It gives up where a worker would: a busy machine under the race
// detector takes longer than the SDK expects of a test.
func newTestEnvironment() *testsuite.TestWorkflowEnvironment {
	e := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	e.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: workflows.DeadlockDetectionTimeout})
	e.SetTestTimeout(time.Minute)
	workflows.Register(e)
	return e
}

func newEnv(t *testing.T) *env {
	e := &env{TestWorkflowEnvironment: newTestEnvironment(), billing: func() error { return nil }}
	e.RegisterActivity(&activities.Activities{})
	e.SetStartTime(nine)
	e.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: contract.ConversationWorkflowID(anaID), TaskQueue: contract.TaskQueue})
	e.SetOnTimerScheduledListener(func(string, time.Duration) { e.timers++ })
	e.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Maybe()
	e.OnActivity("Bill", mock.Anything, mock.Anything).Return(func(context.Context, activities.BillRequest) error { e.bills++; return e.billing() }).Maybe()
	e.OnActivity("Remind", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.RemindRequest) (activities.RemindResult, error) {
		e.reminded = append(e.reminded, r)
		return activities.RemindResult{Recorded: true, Outcome: r.Remind.Outcome}, nil
	}).Maybe()
	e.OnActivity("RecordMessages", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.RecordRequest) (activities.RecordResult, error) {
		e.recorded = append(e.recorded, r)
		var stored activities.RecordResult
		for _, m := range r.Inbound {
			stored.Inbound = append(stored.Inbound, contract.InboundMessage{EventID: "stored-" + m.ID, OccurredAt: m.OccurredAt, Type: m.Type})
		}
		for _, m := range r.Outbound {
			stored.Outbound = append(stored.Outbound, contract.OutboundMessage{EventID: "stored-" + m.ID, OccurredAt: m.OccurredAt, Type: m.Type})
		}
		return stored, nil
	}).Maybe()
	t.Cleanup(func() { e.AssertExpectations(t) })
	return e
}

// at arranges for something to happen at a moment of the test environment's clock.
func (e *env) at(when time.Time, do func()) { e.RegisterDelayedCallback(do, when.Sub(nine)) }

// inbound signals messages of the contact that occurred at the given moments, all in one signal.
func (e *env) inbound(occurred ...time.Time) {
	e.SignalWorkflow(contract.SignalInbound, messages(occurred...))
}

func messages(occurred ...time.Time) contract.MessagesSignal {
	var s contract.MessagesSignal
	for i, at := range occurred {
		s.Messages = append(s.Messages, jsonOf(contract.InboundMessage{
			EventID: fmt.Sprintf("%s/%d", at.Format(time.RFC3339), i), OccurredAt: at, ReceivedAt: at, Type: "text"}))
	}
	return s
}

func jsonOf(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func input() contract.ConversationInput {
	return contract.ConversationInput{ConversationID: anaID, Loaded: &contract.Loaded{
		Number: contract.Number{ID: "1055501"}, Contact: contract.Contact{Label: "+55•••01"},
	}}
}

func (e *env) run(t *testing.T, in contract.ConversationInput) {
	e.ExecuteWorkflow(contract.ConversationWorkflow, in)
	require.True(t, e.IsWorkflowCompleted())
	require.NoError(t, e.GetWorkflowError())
}

func (e *env) snapshot(t *testing.T) contract.Snapshot {
	v, err := e.QueryWorkflow(contract.QuerySnapshot)
	require.NoError(t, err)
	var s contract.Snapshot
	require.NoError(t, v.Get(&s))
	return s
}

func TestAnUnansweredMessageIsRemindedOfAndItsWindowCloses(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() { e.inbound(nine) })
	e.at(nine.Add(22*time.Hour), func() {
		s := e.snapshot(t)
		require.Equal(t, conversation.Active, s.Status)
		require.Equal(t, nine.Add(24*time.Hour), s.Window.ExpiresAt)
		require.True(t, s.Unanswered)
		require.True(t, s.CanSend.Freeform)
		require.Equal(t, &conversation.Next{Kind: conversation.WakeReminder, At: nine.Add(23 * time.Hour)}, s.Next)
	})
	e.at(nine.Add(23*time.Hour+time.Second), func() { require.Equal(t, conversation.Expiring, e.snapshot(t).Status) })
	e.run(t, input())
	require.Equal(t, 1, e.bills)
	require.Len(t, e.reminded, 1)
	require.Equal(t, nine.Add(23*time.Hour), e.reminded[0].Remind.At)
	require.Equal(t, conversation.Sent, e.reminded[0].Remind.Outcome)
	require.Equal(t, 2, e.timers, "one timer to the reminder, one to the close")
	require.Equal(t, nine.Add(24*time.Hour), e.Now().UTC())
}

func TestAThousandMessagesAtOnceAreAtMostTwoBillingsAndNoTimerEach(t *testing.T) {
	e := newEnv(t)
	var burst []time.Time
	for i := range 1000 {
		burst = append(burst, nine.Add(time.Duration(-i)*time.Millisecond))
	}
	e.at(nine, func() { e.inbound(burst...) })
	e.run(t, input())
	require.LessOrEqual(t, e.bills, 2, "billing asked for while it runs is one more billing, not a thousand")
	require.Equal(t, 2, e.timers, "one to the reminder, one to the close")
	require.Len(t, e.reminded, 1)
}

func TestAMessageMovesTheDeadlineAndTheTimerIsArmedForTheRest(t *testing.T) {
	e := newEnv(t)
	for _, hour := range []int{0, 1, 2, 3} {
		e.at(nine.Add(time.Duration(hour)*time.Hour), func() { e.inbound(nine.Add(time.Duration(hour) * time.Hour)) })
	}
	started := 0
	e.SetOnTimerScheduledListener(func(_ string, d time.Duration) {
		if d > 0 && d <= 24*time.Hour {
			started++
		}
	})
	e.run(t, input())
	require.Len(t, e.reminded, 1)
	require.Equal(t, nine.Add(3*time.Hour+23*time.Hour), e.reminded[0].Remind.At)
	require.Equal(t, nine.Add(27*time.Hour), e.Now().UTC())
	require.Equal(t, 3, started, "to the first reminder, the rest of it, and to the close")
}

func TestAMessageInTheTaskOfTheExpiryKeepsTheWindowOpen(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() { e.inbound(nine) })
	last := nine.Add(24*time.Hour - time.Second)
	e.at(nine.Add(24*time.Hour-time.Millisecond), func() {
		// Signalled without a task of its own: the task of the timer finds both.
		e.SignalWorkflowSkippingWorkflowTask(contract.SignalInbound, messages(last))
	})
	e.run(t, input())
	require.Equal(t, last.Add(24*time.Hour), e.Now().UTC())
	require.NotContains(t, e.snapshot(t).Decisions, "W5: the window closed at 2026-03-03T09:00:00Z", "the message is heard before the clock is believed")
}

func TestADuplicateChangesNothing(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() { e.inbound(nine) })
	e.at(nine.Add(time.Hour), func() { e.inbound(nine) })
	e.run(t, input())
	require.Equal(t, 1, e.bills)
	require.Len(t, e.reminded, 1)
	require.Equal(t, nine.Add(24*time.Hour), e.Now().UTC())
}

func TestAnAnswerSavesTheReminderAndItsFailureBringsItBack(t *testing.T) {
	for name, fails := range map[string]bool{"answered": false, "the answer failed": true} {
		t.Run(name, func(t *testing.T) {
			e := newEnv(t)
			e.at(nine, func() { e.inbound(nine) })
			e.at(nine.Add(time.Hour), func() {
				e.SignalWorkflow(contract.SignalOutbound, contract.MessagesSignal{Messages: []json.RawMessage{
					jsonOf(contract.OutboundMessage{EventID: "answer", OccurredAt: nine.Add(time.Hour), Type: contract.TypeFreeform})}})
			})
			if fails {
				e.at(nine.Add(2*time.Hour), func() {
					e.SignalWorkflow(contract.SignalSendOutcome, contract.SendOutcome{EventID: "failure", Status: "failed", Facts: &conversation.Facts{
						OpenedAt: nine, LastInboundAt: nine, ExpiresAt: nine.Add(24 * time.Hour)}})
				})
			}
			e.run(t, input())
			require.Equal(t, fails, len(e.reminded) == 1)
		})
	}
}

func TestABadMessageCostsNoneOfItsNeighbours(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() {
		s := messages(nine, nine.Add(time.Second))
		s.Messages = []json.RawMessage{
			s.Messages[0], json.RawMessage(`"not a message"`), json.RawMessage(`{"event_id":"x","type":"text"}`),
			json.RawMessage(`{"event_id":"x","id":"y","occurred_at":"2026-03-02T09:00:00Z","type":"text"}`), s.Messages[1]}
		e.SignalWorkflow(contract.SignalInbound, s)
	})
	e.at(nine.Add(time.Minute), func() {
		s := e.snapshot(t)
		require.Equal(t, nine.Add(time.Second+24*time.Hour), s.Window.ExpiresAt)
		require.Contains(t, s.Decisions, "rejected_signal: messages[1]: it cannot be read as a message")
		require.Contains(t, s.Decisions, "rejected_signal: messages[2]: occurred_at is missing")
		require.Contains(t, s.Decisions, "rejected_signal: messages[3]: exactly one of id and event_id must be given")
	})
	e.run(t, input())
}

func TestMessagesFromOutsideAreStoredBeforeTheyAreDecidedOn(t *testing.T) {
	e := newEnv(t)
	e.OnActivity("LoadConversation", mock.Anything, anaID).Return(*input().Loaded, nil).Once()
	e.at(nine, func() {
		e.SignalWorkflow(contract.SignalInbound, contract.MessagesSignal{Messages: []json.RawMessage{
			jsonOf(contract.InboundMessage{ID: "a", OccurredAt: nine, Type: "text", Text: "Hello"}),
			jsonOf(contract.InboundMessage{ID: "b", OccurredAt: nine, Type: "text", Text: "Anybody?"})}})
		e.SignalWorkflow(contract.SignalOutbound, contract.MessagesSignal{Messages: []json.RawMessage{
			jsonOf(contract.OutboundMessage{ID: "c", OccurredAt: nine, Type: contract.TypeTemplate, Category: "utility"})}})
	})
	e.run(t, contract.ConversationInput{ConversationID: anaID})
	require.Len(t, e.recorded, 1, "one activity stores whatever arrived together")
	require.Len(t, e.recorded[0].Inbound, 2)
	require.Equal(t, "Hello", e.recorded[0].Inbound[0].Text)
	require.Len(t, e.recorded[0].Outbound, 1)
	require.Equal(t, nine.Add(24*time.Hour), e.Now().UTC())
}

func TestAnUnknownConversationFailsTheRunWithASentence(t *testing.T) {
	e := newEnv(t)
	e.OnActivity("LoadConversation", mock.Anything, anaID).Return(contract.Loaded{},
		temporal.NewNonRetryableApplicationError("there is no such conversation", "unknown_conversation", nil)).Once()
	e.ExecuteWorkflow(contract.ConversationWorkflow, contract.ConversationInput{ConversationID: anaID})
	require.ErrorContains(t, e.GetWorkflowError(), "there is no such conversation")
}

func TestBillingThatRetriesHoldsUpNoReminder(t *testing.T) {
	e := newEnv(t)
	e.billing = func() error {
		if len(e.reminded) == 0 {
			return errors.New("postgres is away")
		}
		return nil
	}
	e.at(nine, func() { e.inbound(nine) })
	e.run(t, input())
	require.Greater(t, e.bills, 1)
	require.Len(t, e.reminded, 1)
	require.Equal(t, nine.Add(23*time.Hour), e.reminded[0].Remind.At)
}

func TestContinueAsNewCarriesEverything(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() { e.inbound(nine) })
	e.at(nine.Add(time.Hour), func() {
		e.SetContinueAsNewSuggested(true)
		e.inbound(nine.Add(time.Hour))
	})
	e.ExecuteWorkflow(contract.ConversationWorkflow, input())
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, e.GetWorkflowError(), &next)
	var carried contract.ConversationInput
	require.NoError(t, fromPayloads(next.Input, &carried))
	require.Equal(t, conversation.StateVersion, carried.Carried.State.Version)

	// The state that went over the wire and back decides as if nothing had happened.
	second := newEnv(t)
	second.SetStartTime(nine.Add(time.Hour))
	second.at(nine, func() { second.inbound(nine.Add(time.Hour)) }) // a duplicate from the earlier run
	second.run(t, carried)
	require.Equal(t, 0, second.bills, "a duplicate is still a duplicate")
	require.Len(t, second.reminded, 1)
	require.Equal(t, nine.Add(24*time.Hour), second.reminded[0].Remind.At)
	require.Equal(t, nine.Add(25*time.Hour), second.Now().UTC())
}

func fromPayloads(p *commonpb.Payloads, v any) error {
	return converter.GetDefaultDataConverter().FromPayloads(p, v)
}

func TestNewSettingsReachAnOpenRun(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() { e.inbound(nine) })
	e.at(nine.Add(time.Hour), func() {
		e.SignalWorkflow(contract.SignalSettingsChanged, conversation.Settings{
			Reminders: conversation.ReminderPolicy{Leads: []conversation.Duration{conversation.Duration(4 * time.Hour)}}})
	})
	e.run(t, input())
	require.Len(t, e.reminded, 1)
	require.Equal(t, nine.Add(20*time.Hour), e.reminded[0].Remind.At, "an earlier moment cancels the timer")
}

func TestOnAVirtualClockADayLastsAMinute(t *testing.T) {
	e := newEnv(t)
	in := input()
	in.Loaded.Clock = clock.Clock{Anchor: nine.AddDate(1, 0, 0), Wall: nine, Scale: 1440}
	e.at(nine, func() { e.inbound(nine.AddDate(1, 0, 0)) })
	e.run(t, in)
	require.Len(t, e.reminded, 1)
	require.Equal(t, conversation.Sent, e.reminded[0].Remind.Outcome)
	require.WithinDuration(t, nine.Add(time.Minute), e.Now(), 10*time.Millisecond)
}

func TestANewPairOfTheClockReplacesTheOld(t *testing.T) {
	e := newEnv(t)
	in := input()
	in.Loaded.Clock = clock.Clock{Anchor: nine, Wall: nine, Scale: 1440}
	e.at(nine, func() { e.inbound(nine) })
	// The stack stood still from second 10 to second 100 and resumed at the virtual time at which it had stopped.
	e.at(nine.Add(20*time.Second), func() {
		e.SignalWorkflow(contract.SignalClockChanged,
			clock.Clock{Anchor: nine.Add(4 * time.Hour), Wall: nine.Add(20 * time.Second), Scale: 1440})
	})
	e.run(t, in)
	require.WithinDuration(t, nine.Add(20*time.Second+50*time.Second), e.Now(), 10*time.Millisecond)
	require.Len(t, e.reminded, 1)
}

func TestACanceledRunEndsAtOnce(t *testing.T) {
	e := newEnv(t)
	e.at(nine, func() { e.inbound(nine) })
	e.at(nine.Add(time.Hour), e.CancelWorkflow)
	e.ExecuteWorkflow(contract.ConversationWorkflow, input())
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	require.Empty(t, e.reminded)
}

func TestSettlementGoesOnWhileThereIsMore(t *testing.T) {
	e := newEnv(t)
	batches := 0
	e.OnActivity("SettleBatch", mock.Anything).Return(func(context.Context) (activities.Settled, error) {
		batches++
		return activities.Settled{Conversations: 10, Posted: 3, More: batches < 4}, nil
	})
	e.ExecuteWorkflow(contract.SettlementWorkflow)
	require.NoError(t, e.GetWorkflowError())
	var total activities.Settled
	require.NoError(t, e.GetWorkflowResult(&total))
	require.Equal(t, activities.Settled{Conversations: 40, Posted: 12}, total)
}
