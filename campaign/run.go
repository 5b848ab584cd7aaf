package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/engine"
	"reengage/workflows/contract"
)

// tellTimeout bounds how long somebody who has pressed a button waits for Temporal, which need not be there.
const tellTimeout = 2 * time.Second

// tell wakes the campaign's run, starting one if none is open. It may fail, or never be called: then the row says that its run has not
// been told, and whoever looks after the runs that rows need (Wanted) tells it.
func (c *Campaigns) tell(ctx context.Context, campaign Campaign) {
	if c.Temporal == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	run := c.runOf(campaign.ID, campaign.Name, orDefault(campaign.Display, campaign.Number), campaign.State)
	if err := run.Ensure(ctx, c.Temporal); err != nil {
		c.Log.WarnContext(ctx, "a campaign's run has not been told of a change yet", "campaign", campaign.ID, "state", campaign.State, "error", err)
	}
}

// Wanted lists the campaigns that need a run, and those whose run has not been told of their state.
func (c *Campaigns) Wanted(ctx context.Context) ([]engine.Run, error) {
	rows, err := db.New(c.Pool).ListWantedCampaigns(ctx)
	if err != nil {
		return nil, err
	}
	runs := make([]engine.Run, len(rows))
	for i, row := range rows {
		runs[i] = c.runOf(row.ID, row.Name, orDefault(row.Display, row.PhoneNumberID), State(row.State))
		if row.Told {
			runs[i].Signal, runs[i].Told = "", nil
		}
	}
	return runs, nil
}

// runOf is a campaign's run, which is to hear of its state. Its summary has the names that the business has given the campaign and its
// number, and no person.
func (c *Campaigns) runOf(id uuid.UUID, name, number string, state State) engine.Run {
	return engine.Run{ID: contract.CampaignWorkflowID(id), Workflow: contract.CampaignWorkflow, Summary: name + " from " + number,
		Input: contract.CampaignInput{CampaignID: id, Clock: c.Clock}, Signal: contract.SignalCampaignChanged,
		Told: func(ctx context.Context) error { return db.New(c.Pool).MarkCampaignTold(ctx, id, string(state)) }}
}
