package workflows_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/clock"
	"reengage/conversation"
	devtemporal "reengage/devstack/temporal"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows"
	"reengage/workflows/contract"
)

var record = flag.Bool("record", false, "write the histories of the standard conversations to testdata/history")

func TestMain(m *testing.M) {
	flag.Parse()
	// The standard conversations wait rather than work, so they may all do so at once.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	temporaltest.Main(m)
}

// The standard conversations are played on a real server, on a virtual clock on which a day lasts a minute, and held
// against the event budget. With -record their histories become the ones that TestRecordedHistoriesReplay replays. An
// hour is then long enough for a busy machine to be in time with a reminder.
const dayLasts = time.Minute

// stage is one conversation on a real server, with a worker that can be stopped and started.
type stage struct {
	*testing.T
	ns     temporaltest.Namespace
	id     uuid.UUID
	clock  clock.Clock
	acts   *fakeActivities
	worker worker.Worker
	// leads are the number's reminders; nil: the default.
	leads []conversation.Duration
	// policy wins contacts back; autoKept has kept replies sent.
	policy   conversation.Policy
	autoKept bool
	// beforeEnd is called once, in the workflow task in which the run would end.
	beforeEnd func()
}

// fakeActivities answer at once and keep what they were asked.
type fakeActivities struct {
	mu       sync.Mutex
	bills    int
	reminded []activities.RemindRequest
	recorded map[string]int // how often each message from outside was stored
	sends
}

func (a *fakeActivities) RecordMessages(_ context.Context, r activities.RecordRequest) (activities.RecordResult, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var result activities.RecordResult
	for _, m := range r.Inbound {
		a.recorded[m.ID]++
		result.Inbound = append(result.Inbound, contract.InboundMessage{EventID: "stored-" + m.ID, OccurredAt: m.OccurredAt, Type: m.Type})
	}
	return result, nil
}

func (a *fakeActivities) Bill(context.Context, activities.BillRequest) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bills++
	return nil
}

func (a *fakeActivities) Remind(_ context.Context, r activities.RemindRequest) (activities.RemindResult, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reminded = append(a.reminded, r)
	return activities.RemindResult{Recorded: true, Outcome: r.Remind.Outcome}, nil
}

func (a *fakeActivities) outcomes() (outcomes []conversation.Outcome) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.reminded {
		outcomes = append(outcomes, r.Remind.Outcome)
	}
	return outcomes
}

func newStage(t *testing.T, ns temporaltest.Namespace) *stage {
	t.Helper()
	s := &stage{T: t, ns: ns, acts: &fakeActivities{recorded: map[string]int{}},
		// The same id in every recording, so that a new recording shows what has changed.
		id: uuid.NewSHA1(uuid.NameSpaceURL, []byte(t.Name()))}
	s.clock = clock.Clock{Anchor: nine, Wall: time.Now(), Scale: float64(24*time.Hour) / float64(dayLasts)}
	s.acts.now = func() time.Time { return s.clock.At(time.Now()) }
	s.startWorker()
	t.Cleanup(func() { s.worker.Stop() })
	return s
}

func (s *stage) startWorker() {
	s.worker = workflows.NewWorker(s.ns.Client, worker.Options{Interceptors: []interceptor.WorkerInterceptor{&endWatch{stage: s}}})
	s.worker.RegisterActivity(s.acts)
	require.NoError(s, s.worker.Start())
}

// virtual is a moment of the stage's day, counted from its beginning.
func (s *stage) virtual(since time.Duration) time.Time { return nine.Add(since) }

// until waits for a moment of the virtual clock.
func (s *stage) until(since time.Duration) {
	<-time.After(s.clock.Wait(s.virtual(since), time.Now()))
}

// signal tells the workflow of messages in one signal, as the relay does.
func (s *stage) signal(name string, payload any) {
	s.Helper()
	_, err := s.ns.Client.SignalWithStartWorkflow(s.Context(), contract.ConversationWorkflowID(s.id), name, payload,
		client.StartWorkflowOptions{
			TaskQueue: contract.TaskQueue,
			TypedSearchAttributes: temporal.NewSearchAttributes(
				contract.StatusAttribute.ValueSet(string(conversation.Active)), contract.NumberAttribute.ValueSet("1055501")),
			StaticSummary: "+55•••01",
		}, contract.ConversationWorkflow, s.input())
	require.NoError(s, err)
}

// input is what the relay and the gateway start a run with.
func (s *stage) input() contract.ConversationInput {
	settings := conversation.Settings{Reminders: conversation.ReminderPolicy{Leads: s.leads}, Reengagement: s.policy}
	if s.autoKept {
		settings.KeptReplies.Mode = conversation.AutoKept
	}
	return contract.ConversationInput{ConversationID: s.id, Loaded: &contract.Loaded{
		Number: contract.Number{ID: "1055501"}, Contact: contract.Contact{Label: "+55•••01"}, Clock: s.clock, Settings: settings}}
}

func (s *stage) contactWrites(since ...time.Duration) {
	s.Helper()
	var at []time.Time
	for _, d := range since {
		at = append(at, s.virtual(d))
	}
	s.signal(contract.SignalInbound, messages(at...))
}

func (s *stage) ends() []*historypb.HistoryEvent {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 5*time.Minute)
	defer cancel()
	require.NoError(s, s.ns.Client.GetWorkflow(ctx, contract.ConversationWorkflowID(s.id), "").Get(ctx, nil))
	return s.history("")
}

func (s *stage) history(run string) (events []*historypb.HistoryEvent) {
	s.Helper()
	iter := s.ns.Client.GetWorkflowHistory(s.Context(), contract.ConversationWorkflowID(s.id), run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iter.HasNext() {
		e, err := iter.Next()
		require.NoError(s, err)
		events = append(events, e)
	}
	return events
}

// keep replays a fresh history and, with -record, writes it down under the name: first, because a replay upserts search
// attributes into the very events that it reads.
func (s *stage) keep(name string, events []*historypb.HistoryEvent) {
	s.Helper()
	h := &historypb.History{Events: events}
	if *record {
		writeHistory(s.T, name, h)
	}
	require.NoError(s, newReplayer(s.T).ReplayWorkflowHistory(nil, h))
}

func writeHistory(t *testing.T, name string, h *historypb.History) {
	b, err := temporalproto.CustomJSONMarshalOptions{Indent: "  "}.Marshal(h)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join("testdata", "history", name+".json"), append(b, '\n'), 0o644))
}

func count(events []*historypb.HistoryEvent, kind enumspb.EventType) (n int) {
	for _, e := range events {
		if e.GetEventType() == kind {
			n++
		}
	}
	return n
}

// withinBudget holds a history of one window against architecture.md's budget: 34 events with one message, one reminder
// and the close, 4 per further signal, 5 per early firing of the timer, 6 per further billing.
func (s *stage) withinBudget(events []*historypb.HistoryEvent, wakes int) {
	s.Helper()
	signals := count(events, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
	early := count(events, enumspb.EVENT_TYPE_TIMER_FIRED) - wakes
	budget := 34 + 4*(signals-1) + 5*early + 6*(s.acts.bills-1)
	s.Logf("%d events of %d: %d signals, %d early firings, %d billings", len(events), budget, signals, early, s.acts.bills)
	require.LessOrEqual(s, len(events), budget)
}

func TestStandardConversations(t *testing.T) {
	t.Parallel()
	t.Run("SingleMessage", func(t *testing.T) { // answered, so nobody is reminded
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		s.signal(contract.SignalOutbound, contract.MessagesSignal{Messages: raw(contract.OutboundMessage{
			EventID: "answer", OccurredAt: s.virtual(time.Minute), Type: contract.TypeFreeform})})
		events := s.ends()
		require.Empty(t, s.acts.outcomes())
		s.withinBudget(events, 2)
		s.keep("single-message", events)
	})
	t.Run("Reminder", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		events := s.ends()
		require.Equal(t, []conversation.Outcome{conversation.Sent}, s.acts.outcomes())
		require.Equal(t, 2, count(events, enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES))
		require.LessOrEqual(t, len(events), 34)
		s.withinBudget(events, 2)
		s.keep("reminder", events)
	})
	t.Run("Burst", func(t *testing.T) { // 500 messages in one signal, then ten signals at once
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		var burst []time.Duration
		for i := range 500 {
			burst = append(burst, time.Duration(i)*time.Second)
		}
		s.contactWrites(burst...)
		for i := range 10 {
			s.contactWrites(time.Hour + time.Duration(i)*time.Second)
		}
		events := s.ends()
		require.Equal(t, 11, count(events, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED))
		require.Equal(t, 1, s.acts.bills)
		s.withinBudget(events, 2)
		s.keep("burst", events)
	})
	t.Run("Duplicate", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		s.contactWrites(0)
		events := s.ends()
		require.Len(t, s.acts.outcomes(), 1)
		require.Equal(t, 1, s.acts.bills)
		s.withinBudget(events, 2)
		s.keep("duplicate", events)
	})
	t.Run("ExtensionAfterReminder", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.leads = []conversation.Duration{conversation.Duration(6 * time.Hour)} // early, so that there is time for both
		s.contactWrites(0)
		require.Eventually(t, func() bool { return len(s.acts.outcomes()) == 1 }, time.Minute, 5*time.Millisecond)
		s.contactWrites(18*time.Hour + 30*time.Minute)
		events := s.ends()
		require.Equal(t, []conversation.Outcome{conversation.Sent, conversation.Sent}, s.acts.outcomes())
		s.keep("extension-after-reminder", events)
	})
	t.Run("ReminderMissed", func(t *testing.T) { // the worker is down across the reminder and the close
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.contactWrites(0)
		require.Eventually(t, func() bool {
			events := s.history("")
			return count(events, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) == 1 &&
				events[len(events)-1].GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
		}, time.Minute, 5*time.Millisecond)
		s.worker.Stop()
		s.until(24*time.Hour + time.Second)
		s.startWorker()
		events := s.ends()
		require.Equal(t, []conversation.Outcome{conversation.Missed}, s.acts.outcomes())
		s.keep("reminder-missed", events)
	})
	t.Run("SignalDuringTheEnd", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.beforeEnd = func() { s.contactWrites(23*time.Hour + 59*time.Minute) }
		s.contactWrites(0)
		events := s.ends()
		require.Equal(t, 1, count(events, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED), "the server refuses to end a run that has an unread signal")
		require.Equal(t, 2, count(events, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED))
		require.Len(t, s.acts.outcomes(), 2)
		s.keep("signal-during-the-end", events)
	})
	t.Run("ContinueAsNew", func(t *testing.T) {
		t.Parallel()
		server := temporaltest.Server(t, devtemporal.Options{DynamicConfig: map[string]string{"limit.historyCount.suggestContinueAsNew": "40"}})
		s := newStage(t, temporaltest.Namespace{Address: server.Address(), Name: server.Namespace(), Client: temporaltest.Dial(t, server.Address(), server.Namespace())})
		s.contactWrites(0)
		first := s.ns.Client.GetWorkflow(t.Context(), contract.ConversationWorkflowID(s.id), "").GetRunID()
		for i := 1; len(s.history(first)) == 0 || count(s.history(first), enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW) == 0; i++ {
			require.Less(t, i, 100)
			s.contactWrites(time.Duration(i) * time.Minute)
		}
		s.contactWrites(0) // a duplicate from the first run
		events := s.ends()
		require.Len(t, s.acts.outcomes(), 1)
		require.Equal(t, 1, s.acts.bills)
		s.keep("continue-as-new-first", s.history(first))
		s.keep("continue-as-new-second", events)
	})
}

// Who signals from outside does not know our limits: neither that of a payload nor that of a history.
func TestAFloodOfMessagesFromOutsideIsStoredWithinTheLimits(t *testing.T) {
	const flood = 700 // of 4 KB each: more than a payload may have
	t.Parallel()
	server := temporaltest.Server(t, devtemporal.Options{DynamicConfig: map[string]string{"limit.historyCount.suggestContinueAsNew": "1500"}})
	s := newStage(t, temporaltest.Namespace{Address: server.Address(), Name: server.Namespace(), Client: temporaltest.Dial(t, server.Address(), server.Namespace())})
	s.worker.Stop()
	direct := func(id string) {
		s.signal(contract.SignalInbound, contract.MessagesSignal{Messages: raw(contract.InboundMessage{
			ID: id, OccurredAt: s.virtual(time.Minute), Type: "text", Text: strings.Repeat("Hello? ", 4096/7)})})
	}
	for i := range flood {
		direct(fmt.Sprint(i))
	}
	first := s.ns.Client.GetWorkflow(t.Context(), contract.ConversationWorkflowID(s.id), "")
	s.startWorker()
	// A further message every few milliseconds keeps an activity under way all the time, and yet the run continues as new.
	for i := flood; count(s.history(first.GetRunID()), enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW) == 0; i++ {
		require.Less(t, i, 10_000)
		direct(fmt.Sprint(i))
	}
	s.ends()
	require.GreaterOrEqual(t, len(s.acts.recorded), flood)
	for id, times := range s.acts.recorded {
		require.Equal(t, 1, times, id)
	}
}

func raw(messages ...any) (all []json.RawMessage) {
	for _, m := range messages {
		all = append(all, jsonOf(m))
	}
	return all
}

// endWatch lets a stage act in the very task in which its run would end.
type endWatch struct {
	interceptor.WorkerInterceptorBase
	stage *stage
	once  sync.Once
}

func (w *endWatch) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &endWatchRun{WorkflowInboundInterceptorBase: interceptor.WorkflowInboundInterceptorBase{Next: next}, watch: w}
}

type endWatchRun struct {
	interceptor.WorkflowInboundInterceptorBase
	watch *endWatch
}

func (r *endWatchRun) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := r.Next.ExecuteWorkflow(ctx, in)
	if r.watch.stage.beforeEnd != nil && !workflow.IsReplaying(ctx) {
		r.watch.once.Do(r.watch.stage.beforeEnd)
	}
	return result, err
}

// The incompatible history is that of a workflow under the same name which reminds before it bills.
func TestAnIncompatibleConversationIsToldApart(t *testing.T) {
	s := newStage(t, temporaltest.New(t))
	s.worker.Stop()
	s.worker = worker.New(s.ns.Client, contract.TaskQueue, worker.Options{DisableRegistrationAliasing: true})
	s.worker.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ contract.ConversationInput) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		return workflow.ExecuteActivity(ctx, "Remind", activities.RemindRequest{}).Get(ctx, nil)
	}, workflow.RegisterOptions{Name: contract.ConversationWorkflow})
	s.worker.RegisterActivity(s.acts)
	require.NoError(t, s.worker.Start())
	s.contactWrites(0)
	h := &historypb.History{Events: s.ends()}
	if *record {
		writeHistory(t, "incompatible/reminds-first", h)
	}
	require.ErrorContains(t, newReplayer(t).ReplayWorkflowHistory(nil, h), "nondeterministic")
}
