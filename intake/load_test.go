package intake_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db"
	"reengage/intake"
)

func TestWhatARunIsStartedWithNamesNobody(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	until := receivedAt.Add(10 * time.Minute)
	id := value[uuid.UUID](t, pool, "UPDATE conversations SET resume_claimed_until = $1, resume_claimed_by = 'Grace' RETURNING id", until)

	loaded, err := intake.Load(t.Context(), db.New(pool), id, clock.Clock{}, receivedAt)
	require.NoError(t, err)
	require.Equal(t, "+44•••01", loaded.Contact.Label)
	require.Equal(t, until, loaded.Facts.ResumeClaimedUntil)
	require.Empty(t, loaded.Facts.ResumeClaimedBy, "the agent")
}
