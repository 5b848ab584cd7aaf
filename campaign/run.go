package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/clock"
	"reengage/db"
	"reengage/engine"
	"reengage/workflows/contract"
)

// tellTimeout bounds how long somebody who has pressed a button waits for Temporal, which need not be there.
const tellTimeout = 2 * time.Second

// tell wakes the campaign's run, starting one if none is open. It may fail: then the run is started by Wanted, or finds the change by
// its next look, because it reads the row before every step.
func (c *Campaigns) tell(ctx context.Context, campaign Campaign) {
	if c.Temporal == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	run := runOf(campaign.ID, campaign.Name, orDefault(campaign.Display, campaign.Number), c.Clock)
	_, err := c.Temporal.SignalWithStartWorkflow(ctx, run.ID, contract.SignalCampaignChanged, nil, run.Options(), run.Workflow, run.Input)
	if err != nil {
		c.Log.WarnContext(ctx, "a campaign's run was not told of a change; it will find out", "campaign", campaign.ID, "state", campaign.State, "error", err)
	}
}

// Wanted lists the campaigns that need a run.
func (c *Campaigns) Wanted(ctx context.Context) ([]engine.Run, error) {
	rows, err := db.New(c.Pool).ListWantedCampaigns(ctx)
	if err != nil {
		return nil, err
	}
	runs := make([]engine.Run, len(rows))
	for i, row := range rows {
		runs[i] = runOf(row.ID, row.Name, orDefault(row.Display, row.PhoneNumberID), c.Clock)
	}
	return runs, nil
}

// runOf is a campaign's run. Its summary has the names that the business has given the campaign and its number, and no person.
func runOf(id uuid.UUID, name, number string, k clock.Clock) engine.Run {
	return engine.Run{ID: contract.CampaignWorkflowID(id), Workflow: contract.CampaignWorkflow, Summary: name + " from " + number,
		Input: contract.CampaignInput{CampaignID: id, Clock: k}}
}
