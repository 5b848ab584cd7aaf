package campaign

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/ledger"
	"reengage/workflows/contract"
)

var errNotYet = errors.New("not yet")

type Quoter struct {
	Queries *db.Queries
	Ledger  *ledger.Ledger
}

func (qr Quoter) Quote(ctx context.Context, c Campaign, now time.Time) (Quote, error) {
	return Quote{}, errNotYet
}
func Preview(ctx context.Context, q *db.Queries, c Campaign, now time.Time, n int) ([]Sample, bool, error) {
	return nil, false, errNotYet
}

type TestSend struct {
	ConversationID uuid.UUID
	Template       contract.Template
	Problem        string
}

var ErrNoContact = errors.New("there is no contact with this id")

func (c *Campaigns) Test(ctx context.Context, draft Campaign, contact uuid.UUID) (TestSend, error) {
	return TestSend{}, errNotYet
}
func Count(ctx context.Context, q *db.Queries, c Campaign, now time.Time) (Results, error) {
	return Results{}, errNotYet
}

type RecipientsRequest struct {
	CampaignID uuid.UUID
	State      RecipientState
	Code       string
	Answered   *bool
	After      uuid.UUID
	Limit      int
}

func Recipients(ctx context.Context, q *db.Queries, r RecipientsRequest) ([]Recipient, error) {
	return nil, errNotYet
}
