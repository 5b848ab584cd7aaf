package campaign_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/db"
)

func TestAChunkIsHalfASecondOfThePace(t *testing.T) {
	for _, c := range []struct {
		messagesPerSecond, percent, chunk int
		perSecond                         float64
	}{
		{80, 80, 32, 64}, {1, 80, 1, 0.8}, {1, 1, 1, 0.01}, {1000, 80, 200, 800}, {3, 100, 2, 3}, {10000, 100, 200, 10000},
	} {
		require.InDelta(t, c.perSecond, campaign.PerSecond(c.messagesPerSecond, c.percent), 1e-9)
		require.Equal(t, c.chunk, campaign.ChunkOf(c.perSecond))
	}
}

func TestNobodyMoreIsAskedWhileThoseWhoAreAskedWait(t *testing.T) {
	require.Equal(t, 3840, campaign.Room(64, 0, 10), "a minute's worth")
	require.Equal(t, 40, campaign.Room(64, 3800, 0))
	require.Equal(t, 100, campaign.Room(1, 0, 0), "and never too few to get on")
	require.Zero(t, campaign.Room(64, 11, 11), "the conversations do not keep up")

	w := newWorld(t).fast()
	c := w.running(15)
	w.turn(c.ID)
	require.Len(t, w.temporal.asked, 15)
	for state, late := range map[string]int32{"asked": 15, "planned": 0} {
		w.exec(`UPDATE campaign_recipients SET state = $1, asked_at = clock_timestamp() - interval '4 seconds'`, state)
		row := must(db.New(w.Pool).CountOpenRecipients(t.Context(), 3, c.ID))
		require.EqualValues(t, 15, row.Open)
		require.Equal(t, late, row.Late, "one that is planned waits for the provider")
	}
}

func TestCampaignsOfANumberShareItsPace(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE business_numbers SET messages_per_second = 10`) // eight of them for campaigns
	a, b := w.draft(), w.draft()
	take := func(c campaign.Campaign, n int) (float64, bool) {
		wait, taken, err := w.Slots(t.Context(), c.ID, n)
		require.NoError(t, err)
		return wait, taken
	}
	wait, taken := take(a, 8)
	require.True(t, taken)
	require.Zero(t, wait)
	wait, taken = take(b, 8)
	require.True(t, taken)
	require.InDelta(t, 1, wait, 0.5, "after the other's second, less what has passed")
	wait, taken = take(a, 8)
	require.True(t, taken)
	require.InDelta(t, 2, wait, 0.5)
	_, taken = take(b, 8)
	require.False(t, taken, "that is too far ahead")
}
