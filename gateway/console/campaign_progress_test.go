package console

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/campaign"
)

func TestACancelledCampaignDoesNotCountWhomItLeftOutAsDone(t *testing.T) {
	var v resultsView
	v.resultsOf(campaign.Results{State: campaign.Cancelled, Chosen: true, Recipients: 100, Accepted: 7, NotSent: 93, Progress: campaign.Progress{Done: 100}}, time.UTC)
	require.Equal(t, &progress{7, 100, "7 of 100"}, v.Progress)
}

func TestWhileRecipientsAreChosenNothingIsSaidOfHowManyAreDone(t *testing.T) {
	var v resultsView
	v.resultsOf(campaign.Results{State: campaign.Running, Recipients: 1500}, time.UTC)
	require.Nil(t, v.Progress)
	require.Equal(t, "1,500", v.SoFar)
}
