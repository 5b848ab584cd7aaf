package main

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"reengage/activities"
	"reengage/db/dbtest"
	"reengage/devstack/temporal/temporaltest"
	"reengage/ledger"
	"reengage/tariff"
	"reengage/workflows/contract"
)

func TestMain(m *testing.M) { dbtest.Main(m, temporaltest.Stop) }

func TestADaysBacklogIsSettledByOneRunWithFewEvents(t *testing.T) {
	const conversations = 2000
	pool, ns := dbtest.New(t), temporaltest.New(t)
	number := uuid.New()
	yesterday := time.Now().Add(-24 * time.Hour)
	_, err := pool.Exec(t.Context(), `INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES ($1, 'shop', $2)`, number, yesterday)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `WITH people AS (
			INSERT INTO contacts (id, bsuid, created_at) SELECT gen_random_uuid(), gen_random_uuid()::text, $2 FROM generate_series(1, $3) RETURNING id
		), talks AS (
			INSERT INTO conversations (id, business_number_id, contact_id, created_at) SELECT gen_random_uuid(), $1, id, $2 FROM people RETURNING id
		), said AS (
			INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window)
			SELECT gen_random_uuid(), 'inbound', 'text', 'webhook', id, $2, $2, true FROM talks
		)
		INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
		SELECT id, $1, nextval('dirty_version'), $2, $2, $2 FROM talks`, number, yesterday, conversations)
	require.NoError(t, err)
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	book := ledger.New(pool, cards, tariff.DefaultEntryPoint, slog.New(slog.DiscardHandler))
	require.NoError(t, book.Assign(t.Context(), ledger.Assignment{PhoneNumberID: "shop", Scheme: "zenvia-conversion"}))

	w := newWorker(ns.Client, &activities.Activities{Pool: pool, Ledger: book}, make(chan error, 1))
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	run, err := ns.Client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: contract.SettlementSchedule, TaskQueue: contract.TaskQueue},
		contract.SettlementWorkflow)
	require.NoError(t, err)
	var settled ledger.Settled
	require.NoError(t, run.Get(t.Context(), &settled))
	require.Equal(t, ledger.Settled{Conversations: conversations, Posted: conversations}, settled)
	var charges int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM charges").Scan(&charges))
	require.Equal(t, conversations, charges)

	events := 0
	history := ns.Client.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		_, err := history.Next()
		require.NoError(t, err)
		events++
	}
	require.LessOrEqual(t, events, 20, "eight batches")
}
