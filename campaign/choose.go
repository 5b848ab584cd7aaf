package campaign

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
	"reengage/whatsapp/template"
)

// chooseBatch is how many contacts one transaction of choosing takes: some tens of milliseconds.
const chooseBatch = 1000

// Choose writes down who a running campaign is for (K2), page by page in the order of the contacts' ids, each in a transaction that
// also notes how far it has got: after a crash it goes on from there. The filter is asked as of one moment, that of the first page.
// Parameters are filled at the same time, because names change and what was previewed shall be what goes. beat is called after each
// page. What is complete is not chosen again.
func (c *Campaigns) Choose(ctx context.Context, id uuid.UUID, beat func()) error {
	for {
		more, err := c.choosePage(ctx, id)
		if err != nil || !more {
			return err
		}
		beat()
	}
}

// chosenRow is a recipient on its way into the table; the names are the columns'.
type chosenRow struct {
	ID         uuid.UUID           `json:"id"`
	ContactID  uuid.UUID           `json:"contact_id"`
	Market     string              `json:"market"`
	Parameters template.Parameters `json:"parameters"`
	State      RecipientState      `json:"state"`
	Code       conversation.Code   `json:"code,omitempty"`
}

func (c *Campaigns) choosePage(ctx context.Context, id uuid.UUID) (more bool, err error) {
	err = db.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		row, err := q.LockToChoose(ctx, id)
		if err != nil {
			return err
		}
		campaign, err := standing(db.ReadCampaignRow(row))
		if err != nil || campaign.State != Running || !campaign.MaterialisedAt.IsZero() {
			more = false
			return err
		}
		now := c.Clock.At(time.Now())
		at, after := now, orZero(row.Campaign.ChosenTo)
		if row.Campaign.ChoosingAt != nil {
			at = *row.Campaign.ChoosingAt
		}
		candidates, err := q.ListCandidates(ctx, db.ListCandidatesParams{Filter: row.Campaign.Filter, At: at, After: after,
			MaxRows: chooseBatch, Portfolio: row.BusinessNumber.Portfolio, Category: string(campaign.Category)})
		if err != nil {
			return err
		}
		noted := db.NoteChosenParams{ID: id, ChoosingAt: at, ChosenTo: after}
		chosen := chooseOf(campaign, candidates)
		if raw := encode(chosen); len(chosen) > 0 {
			if _, err := q.InsertRecipients(ctx, id, now, raw); err != nil {
				return err
			}
		}
		for _, left := range candidates {
			campaign.LeftOut.add(left.LeftOut, 1)
		}
		if more = len(candidates) == chooseBatch; !more {
			noted.MaterialisedAt = &now
		}
		if len(candidates) > 0 {
			noted.ChosenTo = candidates[len(candidates)-1].Contact.ID
		}
		noted.Recipients, noted.LeftOut = int32(campaign.Recipients+len(chosen)), encode(campaign.LeftOut)
		return q.NoteChosen(ctx, noted)
	})
	return more, err
}

// chooseOf makes recipients of those who are none for no reason. One whose parameters would have a hole is one, and refused.
func chooseOf(c Standing, candidates []db.ListCandidatesRow) (chosen []chosenRow) {
	for _, candidate := range candidates {
		if candidate.LeftOut != "" {
			continue
		}
		who := candidate.Contact
		r := chosenRow{ID: RecipientID(c.ID, who.ID), ContactID: who.ID, Market: who.Market, State: RecipientPending}
		var problem string
		if r.Parameters, problem = sending.Fill(c.Parameters, who); problem != "" {
			r.State, r.Code = RecipientRefused, conversation.TemplateParameters
		}
		chosen = append(chosen, r)
	}
	return chosen
}

// encode writes what cannot fail to be written.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("campaign: " + err.Error()) // our own types of strings, numbers and times
	}
	return raw
}
