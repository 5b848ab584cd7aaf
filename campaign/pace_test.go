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
	for _, c := range []struct {
		perSecond               float64
		open, asked, late, room int
	}{
		{64, 0, 0, 10, 128}, // two seconds' worth
		{64, 130, 118, 0, 10},
		{64, 3800, 0, 0, 40}, // of a minute's worth
		{1, 0, 0, 0, 20},     // and never too few to get on
		{64, 11, 11, 11, 0},  // the conversations do not keep up
	} {
		require.Equal(t, c.room, campaign.Room(c.perSecond, c.open, c.asked, c.late), c)
	}

	w := newWorld(t).fast()
	running := w.running(15)
	w.turn(running.ID)
	require.Len(t, w.temporal.asked, 15)
	for _, c := range []struct {
		state, since string
		asked, late  int32
	}{
		{"asked", "1 second", 15, 0}, {"asked", "4 seconds", 15, 15}, {"asked", "30 seconds", 15, 0}, // got lost, as it seems
		{"planned", "4 seconds", 0, 0}, // waits for the provider
	} {
		w.exec(`UPDATE campaign_recipients SET state = $1, asked_at = clock_timestamp() - $2::interval`, c.state, c.since)
		row := must(db.New(w.Pool).CountOpenRecipients(t.Context(), 3, 20, running.ID))
		require.Equal(t, db.CountOpenRecipientsRow{Open: 15, Asked: c.asked, Late: c.late}, row)
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
