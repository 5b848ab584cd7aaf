package console_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/gateway/access"
	"reengage/intake"
)

// TestAPageThatIsOpenOutlivesTheGateway is not parallel: it takes the gateway from all.
func TestAPageThatIsOpenOutlivesTheGateway(t *testing.T) {
	o := at(t)
	ines := people.Recipient{Name: "Ines", Phone: "12025550158"}
	o.writes(t, ines, "Hello!", time.Hour)
	inbox, page := o.signsIn(t, "Ivo Example", access.Agent), o.signsIn(t, "Ilse Example", access.Agent)
	inbox.opens("/console/inbox")
	inbox.sees(row("active"), ines.Name)
	page.visits(ines)
	page.sees("#entries .message.in", "Hello!")

	o.KillGateway()
	killed, back := time.Now(), sync.OnceValue(func() error { return o.StartGateway(context.WithoutCancel(t.Context())) })
	t.Cleanup(func() { _ = back() }) // the other tests need it, whatever becomes of this one
	inbox.seesSoon(".connection", "Connection lost", killed)
	page.sees(".connection", "Connection lost")
	page.types("#text", "Is anybody there?")
	page.clicks("#compose button.primary", "Send")
	page.sees("#notices", "The server did not answer. Try again")
	require.Empty(t, o.sent(ines))

	// Another gateway stores what its page would have shown.
	jan := people.Recipient{Name: "Jan", Phone: "12025550159"}
	for _, m := range []struct {
		who  people.Recipient
		text string
	}{{ines, "And goodbye."}, {jan, "New here."}} {
		_, err := intake.New(o.Pool, o.Clock, slog.New(slog.DiscardHandler)).Messages(t.Context(), intake.FromAPI, time.Now(), []intake.Message{{
			Kind: intake.Inbound, PhoneNumberID: stack.BusinessNumber, Who: intake.Identity{Phone: "+" + m.who.Phone, Name: m.who.Name},
			ID: "missed-" + m.who.Phone, OccurredAt: o.Now(), Type: "text", Text: m.text}})
		require.NoError(t, err)
	}
	require.NoError(t, back())
	started := time.Now()
	inbox.seesSoon(row("active"), jan.Name, started)
	page.seesSoon("#entries .message.in", "And goodbye.", started)
	page.misses(".connection", "Connection lost")
	inbox.misses(".connection", "")

	// What was typed is still there, and still one message.
	page.ok(page.Until(`document.querySelector("#text").value === "Is anybody there?"`))
	page.clicks("#compose button.primary", "Send")
	page.sees("#entries .message.out", "Is anybody there?")
	require.Eventually(t, func() bool { return len(o.sent(ines)) == 1 }, time.Minute, 10*time.Millisecond)
	for _, a := range []*agent{inbox, page} {
		a.Forgive("net::ERR_", "htmx:sendError", "htmx:afterRequest", "answer 503", "status of 503")
		a.hasNoTroubles()
	}
}
