package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/devstack/temporal/temporaltest"
	"reengage/engine"
	"reengage/intake"
	"reengage/workflows/contract"
)

func TestMain(m *testing.M) { dbtest.Main(m, temporaltest.Stop) }

var lastInbound = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// addConversation makes one whose contact has opted in to marketing, of a number whose sender is paused.
func addConversation(t *testing.T, pool *pgxpool.Pool) uuid.UUID {
	t.Helper()
	number, contact, id := uuid.New(), uuid.New(), uuid.New()
	for _, statement := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO business_numbers (id, phone_number_id, display, created_at, sender_paused_at, sender_paused_class)
			VALUES ($1, '106540352242922', '+1 202 555 0100', now(), now(), 'manual')`, []any{number}},
		{`INSERT INTO contacts (id, name, phone, created_at) VALUES ($1, 'Ada Example', '447700900123', now())`, []any{contact}},
		{`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at)
			VALUES ($1, $2, $3, now(), $4, $4, $4::timestamptz + interval '24 hours')`, []any{id, number, contact, lastInbound}},
		{`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, 'marketing', true, 'form', $2)`,
			[]any{contact, lastInbound}},
	} {
		_, err := pool.Exec(t.Context(), statement.sql, statement.args...)
		require.NoError(t, err)
	}
	return id
}

// heard is what a run was told with a request, and with its start.
type heard struct {
	Request contract.SendMessage
	Loaded  *contract.Loaded
}

// answering is a Conversation that answers requests with a new id each and ends when it is told to, or before it answers if
// the text says so and it is a first run.
func answering(ctx workflow.Context, input contract.ConversationInput) error {
	last := heard{Loaded: input.Loaded}
	ended := false
	if err := workflow.SetQueryHandler(ctx, "heard", func() (heard, error) { return last, nil }); err != nil {
		return err
	}
	err := workflow.SetUpdateHandler(ctx, contract.UpdateSendMessage, func(ctx workflow.Context, m contract.SendMessage) (contract.Answer, error) {
		last.Request = m
		if m.Text == "end the first run" && firstRun.CompareAndSwap(true, false) {
			ended = true
			_ = workflow.Sleep(ctx, time.Hour)
		}
		var id uuid.UUID
		err := workflow.SideEffect(ctx, func(workflow.Context) any { return uuid.New() }).Get(&id)
		return contract.Answer{SendID: &id, Verdict: conversation.Verdict{Code: conversation.Allowed}}, err
	})
	if err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return ended })
}

var firstRun atomic.Bool

func startWorker(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, contract.TaskQueue, worker.Options{})
	w.RegisterWorkflowWithOptions(answering, workflow.RegisterOptions{Name: contract.ConversationWorkflow})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

func say(text string) engine.Ask {
	return func(r contract.Request) any { return contract.SendMessage{Request: r, Text: text} }
}

func TestARequestStartsARunAndIsAnswered(t *testing.T) {
	pool, ns := dbtest.New(t), temporaltest.New(t)
	id := addConversation(t, pool)
	startWorker(t, ns.Client)
	e := engine.Engine{Temporal: ns.Client, Queries: db.New(pool)}

	answer, err := e.Request(t.Context(), id, contract.UpdateSendMessage, "r-1", say("hello"))
	require.NoError(t, err)
	require.True(t, answer.Verdict.Allows())

	var last heard
	value, err := ns.Client.QueryWorkflow(t.Context(), contract.ConversationWorkflowID(id), "", "heard")
	require.NoError(t, err)
	require.NoError(t, value.Get(&last))
	require.Equal(t, "r-1", last.Request.ID)
	require.Equal(t, lastInbound, last.Request.Facts.LastInboundAt)
	require.Equal(t, conversation.Permissions{Marketing: conversation.OptedIn, SenderPaused: "manual"}, *last.Request.Permissions)
	require.Equal(t, "106540352242922", last.Loaded.Number.ID, "the run needs to load nothing")

	again, err := e.Request(t.Context(), id, contract.UpdateSendMessage, "r-1", say("hello"))
	require.NoError(t, err)
	require.Equal(t, answer, again, "the run has answered once")
	other, err := e.Request(t.Context(), id, contract.UpdateSendMessage, "r-1", say("something else"))
	require.NoError(t, err)
	require.NotEqual(t, answer.SendID, other.SendID, "another question gets to the workflow, which knows that it is one")
}

func TestARunThatEndsBeforeItAnswersIsFollowedByAnother(t *testing.T) {
	pool, ns := dbtest.New(t), temporaltest.New(t)
	id := addConversation(t, pool)
	startWorker(t, ns.Client)
	firstRun.Store(true)
	answer, err := engine.Engine{Temporal: ns.Client, Queries: db.New(pool), Patience: time.Minute}.
		Request(t.Context(), id, contract.UpdateSendMessage, "r-1", say("end the first run"))
	require.NoError(t, err)
	require.NotNil(t, answer.SendID)
	require.False(t, firstRun.Load())
}

func TestWithoutAWorkerTheEngineIsUnavailableAndTheSameRequestIsAnsweredLater(t *testing.T) {
	pool, ns := dbtest.New(t), temporaltest.New(t)
	id := addConversation(t, pool)
	e := engine.Engine{Temporal: ns.Client, Queries: db.New(pool), Patience: 300 * time.Millisecond}
	_, err := e.Request(t.Context(), id, contract.UpdateSendMessage, "r-1", say("hello"))
	require.ErrorIs(t, err, engine.ErrUnavailable)

	startWorker(t, ns.Client)
	e.Patience = time.Minute
	_, err = e.Request(t.Context(), id, contract.UpdateSendMessage, "r-1", say("hello"))
	require.NoError(t, err)
}

func TestWhileTemporalIsAwayTheEngineIsUnavailable(t *testing.T) {
	pool := dbtest.New(t)
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	require.NoError(t, err)
	defer away.Close()
	e := engine.Engine{Temporal: away, Queries: db.New(pool), Patience: 300 * time.Millisecond}
	_, err = e.Request(t.Context(), addConversation(t, pool), contract.UpdateSendMessage, "r-1", say("hello"))
	require.ErrorIs(t, err, engine.ErrUnavailable)
}

func TestAnUnknownConversationIsNotAskedFor(t *testing.T) {
	_, err := engine.Engine{Queries: db.New(dbtest.New(t))}.
		Request(t.Context(), uuid.New(), contract.UpdateSendMessage, "r-1", say("hello"))
	require.ErrorIs(t, err, intake.ErrUnknownConversation)
}

func TestWhoeverAskedAndLeftIsNotToldThatTheEngineIsUnavailable(t *testing.T) {
	pool, ns := dbtest.New(t), temporaltest.New(t)
	ctx, leave := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, leave)
	_, err := engine.Engine{Temporal: ns.Client, Queries: db.New(pool)}.
		Request(ctx, addConversation(t, pool), contract.UpdateSendMessage, "r-1", say("hello"))
	require.Error(t, err)
	require.NotErrorIs(t, err, engine.ErrUnavailable)
}
