package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/clock"
	"reengage/workflows/contract"
)

// How long an activity of a campaign may take, in real time. A turn lasts some seconds; choosing goes through all contacts. Both say
// every so often that they are alive, so that another worker takes over soon after a crash.
const (
	turnTimeout      = 2 * time.Minute
	chooseTimeout    = 2 * time.Hour
	heartbeatTimeout = 20 * time.Second
)

// askedPerRun is how many recipients one run asks before another goes on: some hundred events.
const askedPerRun = 5000

// Nobody tells a campaign what has become of those whom it has asked: it looks, less and less often as long as nothing changes.
const (
	firstGlance = time.Second
	lastGlance  = 30 * time.Second
)

// paused is the only state in which nothing happens unless somebody says so.
const paused = "paused"

// Campaign has a broadcast sent (campaigns.md). It decides nothing: what is next stands in Postgres, and each turn does some of it and
// says how to go on. This is what waits, for the start, for the end of the night, for those who are open, and for somebody who resumes it.
func Campaign(ctx workflow.Context, in contract.CampaignInput) error {
	r, err := openCampaign(ctx, in)
	if err != nil {
		return err
	}
	request := activities.CampaignRequest{CampaignID: in.CampaignID}
	for {
		r.takeChanges() // what they tell of stands in the row, which the turn reads
		var turn activities.CampaignTurn
		if err := workflow.ExecuteActivity(beating(ctx, "advance", turnTimeout), acts.AdvanceCampaign, request).Get(ctx, &turn); err != nil {
			return err
		}
		r.saw(ctx, turn)
		switch {
		case turn.Done:
			return nil
		case turn.Choose:
			if err := workflow.ExecuteActivity(beating(ctx, "choose the recipients", chooseTimeout), acts.ChooseRecipients, request).Get(ctx, nil); err != nil {
				return err
			}
		case r.told >= askedPerRun || workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			r.takeClock()
			in.Clock, in.Progress = r.clock, &r.progress
			return workflow.NewContinueAsNewError(ctx, contract.CampaignWorkflow, in)
		case !turn.More:
			r.wait(ctx, turn)
		}
	}
}

// campaignRun is one run of Campaign. It knows no recipient.
type campaignRun struct {
	clock    clock.Clock
	clocks   workflow.ReceiveChannel
	changed  workflow.ReceiveChannel
	progress contract.CampaignProgress
	told     int // recipients, by this run
	glance   time.Duration
}

func openCampaign(ctx workflow.Context, in contract.CampaignInput) (*campaignRun, error) {
	r := &campaignRun{clock: in.Clock, glance: firstGlance}
	if in.Progress != nil {
		r.progress = *in.Progress
	}
	r.changed = workflow.GetSignalChannel(ctx, contract.SignalCampaignChanged)
	r.clocks = workflow.GetSignalChannel(ctx, contract.SignalClockChanged)
	return r, workflow.SetQueryHandlerWithOptions(ctx, contract.QueryProgress, func() (contract.CampaignProgress, error) {
		return r.progress, nil
	}, workflow.QueryHandlerOptions{Description: "How far the campaign had got at as_of"})
}

// saw takes in what a turn has found.
func (r *campaignRun) saw(ctx workflow.Context, t activities.CampaignTurn) {
	if t.Told > 0 || t.Open != r.progress.Open || t.State != r.progress.State {
		r.glance = firstGlance
	}
	r.told += t.Told
	r.progress = t.CampaignProgress
	workflow.SetCurrentDetails(ctx, detailsOf(r.progress))
}

// wait lasts until there is something to do: the time has come, it is worth a glance at those who are open, or somebody has changed
// something. What has been signalled during the turn ends it at once. A paused campaign waits for its end, for a signal, and for those who were under way.
func (r *campaignRun) wait(ctx workflow.Context, t activities.CampaignTurn) {
	s := workflow.NewSelector(ctx)
	s.AddReceive(r.changed, func(workflow.ReceiveChannel, bool) { r.takeChanges() })
	s.AddReceive(r.clocks, func(workflow.ReceiveChannel, bool) { r.takeClock() })
	why, lasts := "", time.Duration(0)
	if !t.NextAt.IsZero() {
		why, lasts = "wait until "+t.NextAt.Format(time.RFC3339), r.clock.Wait(t.NextAt, workflow.Now(ctx))
	}
	if t.Open > 0 {
		if why == "" || r.glance < lasts {
			why, lasts = "wait for those who are open", r.glance
		}
		r.glance = min(2*r.glance, lastGlance)
	}
	if why == "" && t.State != paused {
		why, lasts = "look again", lastGlance
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	if why != "" {
		s.AddFuture(workflow.NewTimerWithOptions(timerCtx, lasts, workflow.TimerOptions{Summary: why}), func(workflow.Future) {})
	}
	s.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {})
	s.Select(ctx)
}

// takeChanges forgets that something has changed, however often.
func (r *campaignRun) takeChanges() {
	for r.changed.ReceiveAsync(nil) {
	}
}

// takeClock goes by the latest pair of a virtual clock.
func (r *campaignRun) takeClock() {
	drainEach(r.clocks, func(k clock.Clock) { r.clock = k })
}

// beating are the options of an activity that must happen and says that it is alive.
func beating(ctx workflow.Context, summary string, within time.Duration) workflow.Context {
	return workflow.WithHeartbeatTimeout(mustHappen(ctx, summary, within), heartbeatTimeout)
}

// detailsOf shows operators how far it has got.
func detailsOf(p contract.CampaignProgress) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", p.State)
	if p.Reason != "" {
		fmt.Fprintf(&b, " (%s)", p.Reason)
	}
	fmt.Fprintf(&b, "\n\n| recipients | asked | waiting | open |\n| ---: | ---: | ---: | ---: |\n| %d | %d | %d | %d |\n", p.Recipients, p.Asked, p.Waiting, p.Open)
	if !p.NextAt.IsZero() {
		fmt.Fprintf(&b, "\nGoes on at **%s**\n", p.NextAt.Format(time.RFC3339))
	}
	return b.String()
}
