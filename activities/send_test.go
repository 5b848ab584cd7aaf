package activities

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db/dbtest"
	"reengage/intake"
	"reengage/sending"
	"reengage/workflows/contract"
)

func TestWhatTryingAgainCannotMendIsNotTriedAgain(t *testing.T) {
	pool := dbtest.New(t)
	log := slog.New(slog.DiscardHandler)
	store := intake.New(pool, clock.Clock{}, log)
	a := &Activities{Pool: pool, Intake: store, Sending: sending.New(sending.Options{Pool: pool, Intake: store, Log: log})}
	conversationID, err := store.Resolve(t.Context(), time.Now(), "106540000000001", intake.Identity{Phone: "447700900101"})
	require.NoError(t, err)
	ctx := t.Context()
	for name, do := range map[string]func() error{
		"unknown_conversation": func() error {
			_, err := a.PlanSend(ctx, PlanRequest{ConversationID: uuid.New(), SendID: uuid.New(), Origin: sending.FromRequest, Text: "Hello"})
			return err
		},
		"unknown_send": func() error {
			_, err := a.SettleSend(ctx, SendRequest{ConversationID: conversationID, SendID: uuid.New(), Attempt: 1})
			return err
		},
		"invalid": func() error {
			return a.RecordConsent(ctx, ConsentRequest{ConversationID: conversationID, Changes: []contract.ConsentChanged{{Category: "gossip"}}})
		},
	} {
		var failure *temporal.ApplicationError
		require.ErrorAs(t, do(), &failure, name)
		require.True(t, failure.NonRetryable(), name)
		require.Equal(t, name, failure.Type())
	}
}

func TestConsentSignalledFromOutsideIsRecordedOnce(t *testing.T) {
	pool := dbtest.New(t)
	store := intake.New(pool, clock.Clock{}, slog.New(slog.DiscardHandler))
	a := &Activities{Pool: pool, Intake: store}
	id, err := store.Resolve(t.Context(), time.Now(), "106540000000001", intake.Identity{Phone: "447700900101"})
	require.NoError(t, err)
	r := ConsentRequest{ConversationID: id, Changes: []contract.ConsentChanged{
		{Category: conversation.Marketing, OptedIn: true, Source: "form", OccurredAt: time.Now().Add(-time.Hour)}}}
	for range 2 {
		require.NoError(t, a.RecordConsent(t.Context(), r))
	}
	var state string
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT (contact_permissions(contact_id)).marketing FROM conversations`).Scan(&state))
	require.Equal(t, "in", state)
	var changes int
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM consent_changes`).Scan(&changes))
	require.Equal(t, 1, changes)
}
