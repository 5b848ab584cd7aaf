package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/sending"
	"reengage/workflows/contract"
)

// TestSend is what a campaign would send to one contact, to be asked for as anything that a person wants to send.
type TestSend struct {
	ConversationID uuid.UUID
	Template       contract.Template
	Problem        string // why the contact's fields leave a hole; then nothing is to be sent
}

// ErrNoContact is returned for an id that no contact has.
var ErrNoContact = errors.New("there is no contact with this id")

// Test fills a campaign's parameters for a contact, and finds or makes the conversation that its number has with it. Errors are
// ErrNoContact and Postgres's.
func (c *Campaigns) Test(ctx context.Context, campaign Campaign, contact uuid.UUID) (TestSend, error) {
	q := db.New(c.Pool)
	row, err := q.FindTested(ctx, contact)
	if errors.Is(err, pgx.ErrNoRows) {
		return TestSend{}, ErrNoContact
	}
	if err != nil {
		return TestSend{}, fmt.Errorf("test a campaign: %w", err)
	}
	filled, problem := sending.Fill(campaign.Parameters, row.Contact)
	if problem != "" {
		return TestSend{Problem: problem}, nil
	}
	t := contract.Template{Name: campaign.Template, Language: campaign.Language}
	if t.Parameters, err = json.Marshal(filled); err != nil {
		return TestSend{}, err
	}
	id, err := q.FindConversationWith(ctx, campaign.BusinessNumberID, row.Contact.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := q.StartConversations(ctx, campaign.BusinessNumberID, c.Clock.At(time.Now()), []uuid.UUID{row.Contact.ID}); err != nil {
			return TestSend{}, fmt.Errorf("test a campaign: %w", err)
		}
		id, err = q.FindConversationWith(ctx, campaign.BusinessNumberID, row.Contact.ID)
	}
	if err != nil {
		return TestSend{}, fmt.Errorf("test a campaign: %w", err)
	}
	return TestSend{ConversationID: id, Template: t}, nil
}
