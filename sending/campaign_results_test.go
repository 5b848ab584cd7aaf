package sending_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/intake"
	"reengage/sending"
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
	for range 15 {
		of, recipient := b.contact(newPhone(), longAgo)
		elsewhere := w.writes(branch, w.one(`SELECT p.phone FROM contacts p JOIN conversations c ON c.contact_id = p.id WHERE c.id = $1`, of), longAgo)
		w.provider.answer(silent)
		require.Equal(t, sending.Unknown, b.sent(of, recipient).State)
		var both sync.WaitGroup
		both.Go(func() { w.reports("wamid."+recipient.String(), "delivered", recipient.String()+"/1") })
		both.Go(func() {
			_, err := w.store.RecordConsent(t.Context(), time.Now(), []intake.ConsentChange{{ConversationID: elsewhere, Category: "marketing",
				Source: "form", OccurredAt: time.Now().Add(time.Second)}})
			require.NoError(t, err)
		})
		both.Wait()
		p := b.place(recipient)
		require.Equal(t, []any{"accepted", true}, []any{p.State, p.OptedOut})
	}
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
