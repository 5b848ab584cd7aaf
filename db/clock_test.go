package db_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestAResumedVirtualClockGoesOnFromWhereItWasLastSeen(t *testing.T) {
	pool := dbtest.New(t)
	first, err := db.ResumeClock(t.Context(), pool, 60, noon)
	require.NoError(t, err)
	require.Equal(t, noon, first.At(noon), "a real clock that becomes virtual starts from now")
	require.NoError(t, db.New(pool).TouchClock(t.Context(), noon.Add(time.Minute)))

	resumed, err := db.ResumeClock(t.Context(), pool, 60, noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Hour), resumed.At(noon.Add(time.Hour)), "an hour had passed when it was last seen, after a minute")

	slower, err := db.ResumeClock(t.Context(), pool, 1, noon.Add(2*time.Hour))
	require.NoError(t, err)
	require.False(t, slower.IsReal(), "once virtual, its time may lie ahead of ours")
}

func TestAResumedRealClockIsTheRealOne(t *testing.T) {
	pool := dbtest.New(t)
	for _, now := range []time.Time{noon, noon.AddDate(0, 1, 0)} {
		c, err := db.ResumeClock(t.Context(), pool, 1, now)
		require.NoError(t, err)
		require.True(t, c.IsReal())
		require.Equal(t, now, c.At(now))
	}
}

func TestEveryProcessOfAStackReadsTheSamePair(t *testing.T) {
	pool := dbtest.New(t)
	kept, err := db.ResumeClock(t.Context(), pool, 60, noon)
	require.NoError(t, err)
	for i := range 3 {
		c, err := db.LoadClock(t.Context(), pool, 60, noon.Add(time.Duration(i)*time.Minute))
		require.NoError(t, err)
		require.Equal(t, kept, c)
	}
	faster, err := db.LoadClock(t.Context(), pool, 120, noon.Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Hour), faster.At(noon.Add(time.Minute)), "another scale goes on from the time that the clock shows")
}
