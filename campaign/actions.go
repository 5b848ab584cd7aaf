package campaign

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Launch has a draft begin at its start, or at once. Errors are ErrUnknown, *StateError, *InvalidError (what has to be put right
// first), and Postgres's. Who is reached is chosen when it begins (K2), by the segment's filter of now.
func (c *Campaigns) Launch(ctx context.Context, id uuid.UUID, by string) (Campaign, error) {
	return c.LaunchVersion(ctx, id, 0, by)
}

// LaunchVersion is Launch of a draft that somebody has looked at: ErrVersion if it has changed since that version; 0: any.
func (c *Campaigns) LaunchVersion(ctx context.Context, id uuid.UUID, version int, by string) (Campaign, error) {
	campaign, err := c.changing(ctx, id, func(q *db.Queries) error {
		state, err := lock(ctx, q, id)
		if err != nil {
			return err
		}
		state, err = Next(state, Launch)
		if err != nil {
			return err
		}
		draft, err := get(ctx, q, id)
		if err != nil {
			return err
		}
		if version != 0 && draft.Version != version {
			return ErrVersion
		}
		now := c.Clock.At(time.Now())
		category, err := ready(ctx, q, draft, now)
		if err != nil {
			return err
		}
		if !draft.StartAt.After(now) {
			if state, err = Next(state, Begin); err != nil {
				return err
			}
		}
		if err := q.LaunchCampaign(ctx, db.LaunchCampaignParams{ID: id, State: string(state), Now: now, LaunchedBy: by, Category: string(category)}); err != nil {
			return err
		}
		return q.Audit(ctx, "launch_campaign", subject(id), db.Facts{"state": state})
	})
	if err == nil {
		c.tell(ctx, campaign)
	}
	return campaign, err
}

// Pause has it ask nobody any more until it is resumed. Errors are ErrUnknown, *StateError, and Postgres's.
func (c *Campaigns) Pause(ctx context.Context, id uuid.UUID) (Campaign, error) {
	return c.act(ctx, id, Pause, ByHand, nil)
}

// Resume has it go on. Errors are those of Pause. Whoever resumes it answers for what made it pause by itself: failures and opt-outs
// count from now on; but a template that cannot be sent, a paused sender and a budget that is used up stop it again at once.
func (c *Campaigns) Resume(ctx context.Context, id uuid.UUID) (Campaign, error) {
	// Before the step, not in it: whoever moves a recipient locks the campaign's row after the recipient's.
	if err := db.New(c.Pool).ForgetReturned(ctx, id); err != nil {
		return Campaign{}, err
	}
	return c.act(ctx, id, Resume, "", nil)
}

// Cancel ends it: whoever has not been asked is not sent to, what is under way is settled. Errors are those of Pause.
func (c *Campaigns) Cancel(ctx context.Context, id uuid.UUID) (Campaign, error) {
	return c.act(ctx, id, Cancel, "", nil)
}

// act takes one step, and tells the campaign's run.
func (c *Campaigns) act(ctx context.Context, id uuid.UUID, a Action, reason Reason, facts any) (Campaign, error) {
	var changed bool
	campaign, err := c.changing(ctx, id, func(q *db.Queries) error {
		var err error
		changed, err = c.step(ctx, q, id, a, reason, facts)
		return err
	})
	if err == nil && changed {
		c.tell(ctx, campaign)
	}
	return campaign, err
}

// step takes one step in the caller's transaction. One that leads nowhere, because it is so already, changes nothing: a campaign
// that has paused by itself keeps its reason, whoever pauses it as well.
func (c *Campaigns) step(ctx context.Context, q *db.Queries, id uuid.UUID, a Action, reason Reason, facts any) (changed bool, err error) {
	before, err := lock(ctx, q, id)
	if err != nil {
		return false, err
	}
	state, err := Next(before, a)
	if err != nil || state == before {
		return false, err
	}
	p := db.SetCampaignStateParams{ID: id, State: string(state)}
	if state == Paused {
		p.Reason = orNil(string(reason))
		if facts != nil {
			if p.ReasonFacts, err = json.Marshal(facts); err != nil {
				return false, err
			}
		}
	}
	now := c.Clock.At(time.Now())
	switch {
	case state.Over():
		p.FinishedAt = &now
	case state == Running:
		p.WatchedFrom = &now
	}
	if err := q.SetCampaignState(ctx, p); err != nil {
		return false, err
	}
	noted := db.Facts{"state": state}
	if p.Reason != nil {
		noted["reason"] = reason
	}
	return true, q.Audit(ctx, string(a)+"_campaign", subject(id), noted)
}

// inTx is a step of its own, by the campaign's run.
func (c *Campaigns) inTx(ctx context.Context, id uuid.UUID, a Action, reason Reason, facts any) (changed bool, err error) {
	err = db.InTx(db.As(ctx, "workflow"), c.Pool, func(tx pgx.Tx) error {
		changed, err = c.step(db.As(ctx, "workflow"), db.New(tx), id, a, reason, facts)
		return err
	})
	return changed, err
}
