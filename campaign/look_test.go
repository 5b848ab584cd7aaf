package campaign_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/conversation"
)

func TestACampaignStopsAtItsLimitsAndNotBefore(t *testing.T) {
	budget := int64(1_000_000)
	fine := campaign.Tallies{Found: true, Status: "approved", Category: conversation.Marketing, Launched: conversation.Marketing}
	limits := campaign.Limits{BudgetMicros: &budget}
	for name, c := range map[string]struct {
		change func(*campaign.Tallies)
		reason campaign.Reason
	}{
		"all is well":                          {func(*campaign.Tallies) {}, ""},
		"the template is gone":                 {func(t *campaign.Tallies) { t.Found = false }, campaign.TemplateUnavailable},
		"the template is paused":               {func(t *campaign.Tallies) { t.Status = "paused" }, campaign.TemplateUnavailable},
		"the template costs something else":    {func(t *campaign.Tallies) { t.Category = conversation.Utility }, campaign.TemplateRecategorised},
		"the sender is paused":                 {func(t *campaign.Tallies) { t.SenderPaused = "auth" }, campaign.SenderPaused},
		"all of too few have failed":           {func(t *campaign.Tallies) { t.Settled, t.Failed = 19, 19 }, ""},
		"just the share has failed":            {func(t *campaign.Tallies) { t.Settled, t.Failed = 20, 2 }, ""},
		"one more than the share has failed":   {func(t *campaign.Tallies) { t.Settled, t.Failed = 20, 3 }, campaign.TooManyFailures},
		"just the share of 200":                {func(t *campaign.Tallies) { t.Settled, t.Failed = 200, 20 }, ""},
		"one more of 200":                      {func(t *campaign.Tallies) { t.Settled, t.Failed = 200, 21 }, campaign.TooManyFailures},
		"too few have it to mind an opt-out":   {func(t *campaign.Tallies) { t.Accepted, t.OptedOut = 49, 49 }, ""},
		"just the share opts out":              {func(t *campaign.Tallies) { t.Accepted, t.OptedOut = 100, 3 }, ""},
		"one more than the share opts out":     {func(t *campaign.Tallies) { t.Accepted, t.OptedOut = 100, 4 }, campaign.TooManyOptOuts},
		"a micro of the budget is left":        {func(t *campaign.Tallies) { t.ReservedMicros = budget - 1 }, ""},
		"the budget is used up":                {func(t *campaign.Tallies) { t.ReservedMicros = budget }, campaign.BudgetUsedUp},
		"what is left reaches for nobody":      {func(t *campaign.Tallies) { t.Returned = conversation.BudgetExhausted }, campaign.BudgetUsedUp},
		"a conversation finds no price":        {func(t *campaign.Tallies) { t.Returned = conversation.PriceUnknown }, campaign.BudgetUsedUp},
		"a conversation finds no template":     {func(t *campaign.Tallies) { t.Returned = conversation.TemplateNotFound }, campaign.TemplateUnavailable},
		"a conversation finds it not approved": {func(t *campaign.Tallies) { t.Returned = conversation.TemplateNotApproved }, campaign.TemplateUnavailable},
		"a conversation finds a paused sender": {func(t *campaign.Tallies) { t.Returned = conversation.SenderPaused }, campaign.SenderPaused},
		"a conversation refuses its own":       {func(t *campaign.Tallies) { t.Returned = conversation.FrequencyCapped }, ""},
	} {
		tallies := fine
		c.change(&tallies)
		reason, facts := campaign.Look(tallies, limits)
		require.Equal(t, c.reason, reason, name)
		require.Equal(t, reason == "", facts == campaign.Facts{}, "%s: a reason comes with its facts", name)
	}
}

func TestSharesAreTheCampaignsOwnAndWithoutABudgetNothingBoundsIt(t *testing.T) {
	tallies := campaign.Tallies{Found: true, Status: "approved", Settled: 100, Failed: 50, Accepted: 100, OptedOut: 50, ReservedMicros: 1 << 60}
	reason, _ := campaign.Look(tallies, campaign.Limits{MaxFailuresPercent: 50, MaxOptOutsPercent: 50})
	require.Empty(t, reason)
	reason, facts := campaign.Look(tallies, campaign.Limits{MaxFailuresPercent: 49, MaxOptOutsPercent: 49})
	require.Equal(t, campaign.TooManyFailures, reason)
	require.Equal(t, campaign.Facts{Failed: 50, Of: 100, Percent: 49}, facts)
}
