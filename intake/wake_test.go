package intake_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/intake"
)

// listener hears what the relay hears.
func listener(t *testing.T, url string) (heard func(within time.Duration) bool) {
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(t.Context(), "LISTEN reengage_relay")
	require.NoError(t, err)
	return func(within time.Duration) bool {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		_, err := conn.WaitForNotification(ctx)
		return err == nil
	}
}

func TestTheRelayIsWokenForWhatIsToBeSignalledAndForNothingElse(t *testing.T) {
	const soon, never = 10 * time.Second, 50 * time.Millisecond
	url := dbtest.URL(t)
	s := open(dbtest.Pool(t, url))
	heard := listener(t, url)
	body := webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil)
	deliver(t, s, body)
	require.True(t, heard(soon), "a message")
	deliver(t, s, body)
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "failed", receivedAt, 131026)})) // parked
	_, err := s.Messages(t.Context(), intake.FromSignal, receivedAt, []intake.Message{outbound("wamid.SELF", "freeform", sentAt)})
	require.NoError(t, err)
	require.False(t, heard(never), "a duplicate, a parked status, what the workflow has told us itself")
}

func TestAFailureThatWasParkedWakesTheRelayWithItsMessage(t *testing.T) {
	url := dbtest.URL(t)
	s := open(dbtest.Pool(t, url))
	heard := listener(t, url)
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "failed", receivedAt, 131026)}))
	_, err := s.Messages(t.Context(), intake.FromSignal, receivedAt, []intake.Message{outbound("wamid.OUT", "freeform", sentAt)})
	require.NoError(t, err)
	require.True(t, heard(10*time.Second))
}

// Whatever is committed last is told of, however many are committed at once.
func TestNoWakeIsLostAmongMany(t *testing.T) {
	url := dbtest.URL(t)
	pool := dbtest.Pool(t, url)
	s := open(pool)
	heard := listener(t, url)
	errs := make([]error, 50)
	together(50, func(i int) {
		_, errs[i] = s.Webhook(t.Context(), webhook(shop, []object{text(fmt.Sprintf("wamid.%d", i), receivedAt, ada)}, nil), receivedAt)
	})
	for _, err := range errs {
		require.NoError(t, err)
	}
	woken := 0
	for heard(200 * time.Millisecond) {
		woken++
	}
	require.Positive(t, woken)
	require.Less(t, woken, 50, "gathered")
	deliver(t, s, webhook(shop, []object{text("wamid.last", receivedAt, ada)}, nil))
	require.True(t, heard(10*time.Second))
}
