package campaign

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
)

// Recipient is one contact's place in a campaign.
type Recipient struct {
	ID             uuid.UUID      `json:"id" doc:"Also its send's, once there is one (K3)."`
	ContactID      uuid.UUID      `json:"contact_id" doc:"As chosen; it may have become part of another since (W10)."`
	Name           string         `json:"name"`
	Phone          string         `json:"phone" doc:"International, with the plus; empty: not known."`
	Market         string         `json:"market" doc:"As chosen."`
	ConversationID *uuid.UUID     `json:"conversation_id" doc:"null until it is asked for."`
	SendID         *uuid.UUID     `json:"send_id" doc:"GET /v1/sends/{id}; null: nothing is recorded of a send yet."`
	State          RecipientState `json:"state" enum:"pending,held,asked,planned,accepted,refused,failed,unknown,not_sent"`
	Code           *string        `json:"code" doc:"Why held, refused, failed or not sent."`
	DueAt          *time.Time     `json:"due_at" doc:"Of held: when it is asked again."`
	SettledAt      *time.Time     `json:"settled_at" doc:"When it was accepted, refused for good, or failed."`
	Delivery       *string        `json:"delivery" enum:"sent,delivered,read,failed"`
	DeliveredAt    *time.Time     `json:"delivered_at"`
	ReadAt         *time.Time     `json:"read_at"`
	AnsweredAt     *time.Time     `json:"answered_at"`
	OptedOutAt     *time.Time     `json:"opted_out_at"`
}

// RecipientsRequest asks for recipients of a campaign, in the order of their ids.
type RecipientsRequest struct {
	CampaignID uuid.UUID
	State      RecipientState // empty: any
	Code       string         // empty: any
	Answered   *bool          // nil: whether or not
	After      uuid.UUID      // the last one of the page before; zero: the first page
	Limit      int
}

// Recipients reads a page. Errors are Postgres's.
func Recipients(ctx context.Context, q *db.Queries, r RecipientsRequest) ([]Recipient, error) {
	rows, err := q.ListCampaignRecipients(ctx, db.ListCampaignRecipientsParams{CampaignID: r.CampaignID, State: string(r.State), Code: r.Code, Answered: r.Answered,
		After: r.After, MaxRows: int32(r.Limit)})
	if err != nil {
		return nil, fmt.Errorf("list recipients: %w", err)
	}
	page := make([]Recipient, len(rows))
	for i, row := range rows {
		page[i] = recipientOf(row)
	}
	return page, nil
}

func recipientOf(row db.ListCampaignRecipientsRow) Recipient {
	r := row.CampaignRecipient
	out := Recipient{ID: r.ID, ContactID: r.ContactID, Name: row.Name, Phone: phoneOf(row.Phone), Market: r.Market, ConversationID: r.ConversationID,
		State: RecipientState(r.State), Code: r.Code, DueAt: inUTC(r.DueAt), SettledAt: inUTC(r.SettledAt), Delivery: r.Delivery,
		DeliveredAt: inUTC(r.DeliveredAt), ReadAt: inUTC(r.ReadAt), AnsweredAt: inUTC(r.AnsweredAt), OptedOutAt: inUTC(r.OptedOutAt)}
	if row.HasSend {
		out.SendID = &r.ID
	}
	return out
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}
