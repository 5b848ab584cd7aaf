package campaign_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/campaign"
)

func TestStatesFollowOneAnotherAsTheyAreDrawn(t *testing.T) {
	states := []campaign.State{campaign.Draft, campaign.Scheduled, campaign.Running, campaign.Paused, campaign.Finished, campaign.Cancelled}
	actions := []campaign.Action{campaign.Launch, campaign.Begin, campaign.Pause, campaign.Stop, campaign.Resume, campaign.Cancel, campaign.Finish}
	// A row per state, a column per action in the order above; a dash is refused.
	for state, row := range map[campaign.State][7]campaign.State{
		campaign.Draft:     {"scheduled", "-", "-", "-", "-", "-", "-"},
		campaign.Scheduled: {"-", "running", "-", "-", "-", "cancelled", "-"},
		campaign.Running:   {"-", "running", "paused", "paused", "running", "cancelled", "finished"},
		campaign.Paused:    {"-", "-", "paused", "paused", "running", "cancelled", "finished"},
		campaign.Finished:  {"-", "-", "-", "-", "-", "-", "finished"},
		campaign.Cancelled: {"-", "-", "-", "-", "-", "cancelled", "-"},
	} {
		require.Contains(t, states, state)
		for i, action := range actions {
			to, err := campaign.Next(state, action)
			if row[i] == "-" {
				var refused *campaign.StateError
				require.ErrorAs(t, err, &refused, "%s %s", state, action)
				require.Equal(t, state, refused.State)
				require.Equal(t, state, to, "it stays where it is")
				require.Equal(t, "campaign_state", campaign.CodeOf(err))
				continue
			}
			require.NoError(t, err, "%s %s", state, action)
			require.Equal(t, row[i], to, "%s %s", state, action)
		}
	}
}

func TestNothingLeadsOutOfTheEnd(t *testing.T) {
	for _, end := range []campaign.State{campaign.Finished, campaign.Cancelled} {
		require.True(t, end.Over())
		for _, action := range []campaign.Action{campaign.Launch, campaign.Begin, campaign.Pause, campaign.Stop, campaign.Resume, campaign.Cancel, campaign.Finish} {
			to, _ := campaign.Next(end, action)
			require.Equal(t, end, to)
		}
	}
}
