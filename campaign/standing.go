package campaign

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Standing is a campaign as its run reads it before every step, with its number.
type Standing struct {
	Campaign
	number db.BusinessNumber
	row    db.Campaign
}

// stand reads a campaign. The error is ErrUnknown or Postgres's.
func stand(ctx context.Context, q *db.Queries, id uuid.UUID) (Standing, error) {
	row, err := q.ReadCampaign(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Standing{}, ErrUnknown
	}
	if err != nil {
		return Standing{}, err
	}
	return standing(row)
}

func standing(row db.ReadCampaignRow) (Standing, error) {
	c, err := campaignOf(db.GetCampaignRow{Campaign: row.Campaign, PhoneNumberID: row.BusinessNumber.PhoneNumberID,
		Display: row.BusinessNumber.Display, WabaID: row.BusinessNumber.WabaID, Category: orZero(row.Campaign.Category)})
	return Standing{Campaign: c, number: row.BusinessNumber, row: row.Campaign}, err
}
