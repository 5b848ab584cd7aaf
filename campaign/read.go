package campaign

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Get reads one. The error is ErrUnknown or Postgres's.
func (c *Campaigns) Get(ctx context.Context, id uuid.UUID) (Campaign, error) {
	return get(ctx, db.New(c.Pool), id)
}

// Read is Get in a caller's moment.
func Read(ctx context.Context, q *db.Queries, id uuid.UUID) (Campaign, error) { return get(ctx, q, id) }

func get(ctx context.Context, q *db.Queries, id uuid.UUID) (Campaign, error) {
	row, err := q.GetCampaign(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Campaign{}, ErrUnknown
	}
	if err != nil {
		return Campaign{}, err
	}
	return campaignOf(row)
}

// ListRequest asks for campaigns, the latest first.
type ListRequest struct {
	State State // empty: any
	// BeforeCreatedAt and BeforeID are the last one's of the page before; zero: the first page.
	BeforeCreatedAt time.Time
	BeforeID        uuid.UUID
	Limit           int
}

// farFuture is later than any campaign.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// List reads a page.
func (c *Campaigns) List(ctx context.Context, r ListRequest) ([]Campaign, error) {
	if r.BeforeCreatedAt.IsZero() {
		r.BeforeCreatedAt = farFuture
	}
	rows, err := db.New(c.Pool).ListCampaigns(ctx, db.ListCampaignsParams{State: string(r.State), BeforeCreatedAt: r.BeforeCreatedAt,
		BeforeID: r.BeforeID, MaxRows: int32(r.Limit)})
	if err != nil {
		return nil, err
	}
	page := make([]Campaign, len(rows))
	for i, row := range rows {
		if page[i], err = campaignOf(db.GetCampaignRow(row)); err != nil {
			return nil, err
		}
	}
	return page, nil
}
