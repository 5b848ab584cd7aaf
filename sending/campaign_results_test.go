package sending_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/db/dbtest"
	"reengage/intake"
)

func TestAnOptOutCountsByWhicheverWayAndWithWhicheverNumber(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{}`)
	of, recipient := b.contact(ada, longAgo)
	elsewhere := w.writes(branch, ada, longAgo)
	b.sent(of, recipient)
	require.False(t, b.place(recipient).OptedOut)
	_, err := w.store.RecordConsent(t.Context(), time.Now(), []intake.ConsentChange{{ConversationID: elsewhere, Category: "marketing", Source: "form",
		OccurredAt: time.Now()}})
	require.NoError(t, err)
	require.True(t, b.place(recipient).OptedOut)

	bob, second := b.contact("447700900102", longAgo)
	b.sent(bob, second)
	b.hears(second, "failed", 131050)
	require.Equal(t, place{State: "failed", Code: "opted_out", Delivery: "failed", Settled: true, OptedOut: true}, b.place(second), "the provider says so")
}

// An opt-out is recorded without the conversation's lock: whichever comes second finds the other.
func TestAnOptOutWhileTheMessageIsBeingAcceptedIsNotMissed(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{}`)
	of, recipient := b.contact(ada, longAgo)
	w.provider.answer(silent)
	b.sent(of, recipient)
	tx, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	var contact uuid.UUID
	require.NoError(t, tx.QueryRow(t.Context(), `INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
		SELECT contact_id, 'marketing', false, 'form', now() + interval '1 second' FROM conversations WHERE id = $1 RETURNING contact_id`, of).Scan(&contact))
	require.NoError(t, intake.RefreshRecipients(t.Context(), db.New(tx), nil, []uuid.UUID{contact}))

	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		w.reports("wamid.late", "delivered", recipient.String()+"/1")
	}()
	require.Eventually(t, func() bool { // it waits for us, or is past us
		select {
		case <-accepted:
			return true
		default:
			return dbtest.LockAwaited(t, w.pool)
		}
	}, time.Minute, 5*time.Millisecond)
	require.NoError(t, tx.Commit(t.Context()))
	<-accepted
	p := b.place(recipient)
	require.Equal(t, []any{"accepted", true}, []any{p.State, p.OptedOut})
}

func TestResultsGoWithTheContactIntoWhomItIsMerged(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{}`)
	w.writes(shop, ada, 40*time.Hour)
	part := w.writesAs(shop, intake.Identity{BSUID: adasBSUID}, 35*time.Hour)
	w.consents(part, "marketing", true)
	recipient := b.chooses(part, `["Ada"]`)
	b.sent(part, recipient)
	w.exec(`UPDATE sends SET accepted_at = now() - interval '1 hour' WHERE id = $1`, recipient)
	b.hears(recipient, "delivered")
	whole := w.writesAs(shop, intake.Identity{Phone: ada, BSUID: adasBSUID}, -30*time.Second)
	require.NotEqual(t, part, whole)
	require.Equal(t, place{State: "accepted", Delivery: "delivered", Settled: true, Answered: true, Reserved: 50_000}, b.place(recipient))
	require.Equal(t, whole.String(), w.one(`SELECT conversation_id::text FROM campaign_recipients WHERE id = $1`, recipient))
}
