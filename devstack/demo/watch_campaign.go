package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/db"
)

// funnelEvery is how often, at most, the funnel is told of, in real time.
const funnelEvery = time.Second

// campaigns tells how far the campaign has got.
func (w *watcher) campaigns(ctx context.Context) error {
	id := w.campaignID()
	if id == uuid.Nil || time.Since(w.funnelAt) < funnelEvery {
		return nil
	}
	r, err := readResults(ctx, w.q, id)
	if err != nil {
		return err
	}
	text := string(r.State)
	if r.Recipients > 0 {
		text += ", " + funnel(r)
	}
	if text != w.funnel {
		w.funnel, w.funnelAt = text, time.Now()
		w.say("    ▤ the campaign is %s", text)
	}
	return nil
}

// readResults asks Postgres what has become of the recipients; what the demo does not look at is left out.
func readResults(ctx context.Context, q *db.Queries, id uuid.UUID) (r campaign.Results, err error) {
	row, err := q.SummarizeCampaign(ctx, id)
	if err != nil {
		return r, fmt.Errorf("read the campaign: %w", err)
	}
	return campaign.Results{
		State: campaign.State(row.State), Recipients: int(row.Recipients), Held: int(row.Held), Pending: int(row.ToGo), Refused: int(row.Refused),
		Failed: int(row.Failed), Unknown: int(row.Other), Accepted: int(row.Accepted), Delivered: int(row.Delivered), Read: int(row.Read),
		Answered: int(row.Answered), OptedOut: int(row.OptedOut),
	}, nil
}

// campaignID is that of the campaign, once there is one.
func (p *player) campaignID() uuid.UUID {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, _ := uuid.Parse(p.campaign.ID) // nothing, if there is none yet
	return id
}
