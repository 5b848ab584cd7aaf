package activities

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"reengage/db/dbtest"
	"reengage/workflows/contract"
)

func requireNonRetryable(t *testing.T, err error, kind string) {
	t.Helper()
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.True(t, application.NonRetryable())
	require.Equal(t, kind, application.Type())
}

func TestRecordedMessagesComeBackAsTheLogHasThem(t *testing.T) {
	pool := dbtest.New(t)
	a, existing := reminding(t, pool, wroteAgo(48*time.Hour))
	at := wroteAgo(time.Minute)
	request := RecordRequest{ConversationID: existing.ConversationID,
		Inbound: []contract.InboundMessage{
			{ID: "in", OccurredAt: at, Type: "text", Text: "Hello"},
			{ID: "ahead", OccurredAt: at.Add(time.Hour), Type: "text"}, // clamped to the receipt (W3)
		},
		Outbound: []contract.OutboundMessage{{ID: "out", OccurredAt: at, Type: contract.TypeTemplate, Category: "utility"}}}
	first, err := a.RecordMessages(t.Context(), request)
	require.NoError(t, err)
	require.Len(t, first.Inbound, 2)
	require.Equal(t, at, first.Inbound[0].OccurredAt)
	require.WithinDuration(t, time.Now(), first.Inbound[1].OccurredAt, 10*time.Second)
	require.Equal(t, "utility", first.Outbound[0].Category)
	require.NotEqual(t, first.Inbound[0].EventID, first.Outbound[0].EventID)

	again, err := a.RecordMessages(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, first, again, "a second time, as after a crash, nothing new is stored")
	var n int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM events WHERE source = 'signal' AND signalled_at IS NOT NULL").Scan(&n))
	require.Equal(t, 3, n)
}

func TestAMessageThatCannotBeStoredCostsNoneOfItsNeighbours(t *testing.T) {
	pool := dbtest.New(t)
	a, existing := reminding(t, pool, wroteAgo(48*time.Hour))
	at := wroteAgo(time.Minute)
	result, err := a.RecordMessages(t.Context(), RecordRequest{ConversationID: existing.ConversationID,
		Inbound:  []contract.InboundMessage{{ID: "good", OccurredAt: at, Type: "text"}, {ID: "", OccurredAt: at, Type: "text"}},
		Outbound: []contract.OutboundMessage{{ID: "bad", OccurredAt: at, Type: "pigeon"}, {ID: "also good", OccurredAt: at, Type: "freeform"}}})
	require.NoError(t, err)
	require.Len(t, result.Inbound, 1)
	require.Len(t, result.Outbound, 1)
	require.Equal(t, []string{
		"inbound message 2: its id is missing or too long", "outbound message 1: the type of an outbound message is template or freeform",
	}, result.Rejected)
}

func TestMessagesOfAnUnknownConversationAreRefusedForGood(t *testing.T) {
	pool := dbtest.New(t)
	a, _ := reminding(t, pool, wroteAgo(48*time.Hour))
	_, err := a.RecordMessages(t.Context(), RecordRequest{ConversationID: uuid.New(),
		Inbound: []contract.InboundMessage{{ID: "in", OccurredAt: wroteAgo(0), Type: "text"}}})
	requireNonRetryable(t, err, "unknown_conversation")
}

func TestARunIsLoadedUnderTheConversationsOwnWorkflowIDOnly(t *testing.T) {
	pool := dbtest.New(t)
	a, existing := reminding(t, pool, wroteAgo(time.Hour))
	loaded, err := a.loadUnder(t.Context(), contract.ConversationWorkflowID(existing.ConversationID), existing.ConversationID)
	require.NoError(t, err)
	require.Equal(t, "shop", loaded.Number.ID)
	require.Equal(t, existing.Remind.Deadline, loaded.Facts.ExpiresAt)
	require.NotContains(t, loaded.Contact.Label, "550")

	_, err = a.loadUnder(t.Context(), "ana", existing.ConversationID)
	requireNonRetryable(t, err, "wrong_workflow_id")
	unknown := uuid.New()
	_, err = a.loadUnder(t.Context(), contract.ConversationWorkflowID(unknown), unknown)
	requireNonRetryable(t, err, "unknown_conversation")
}
