package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/intake"
)

// RecordOutbound tells of a message that the business has sent to a contact by other means, so that reminders know of
// the answer and the ledger of its price.
//
//	{
//	  "business_number": "106540352242922",
//	  "contact": {"phone": "+447700900123"},
//	  "message": {"id": "wamid.EXAMPLE", "occurred_at": "2026-11-20T09:05:00Z", "type": "template", "category": "utility"}
//	}
type RecordOutbound struct {
	Idempotent
	Body struct {
		BusinessNumber string          `json:"business_number" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" example:"106540352242922" doc:"Meta's phone number id. An unknown one is registered with default settings."`
		Contact        ContactRef      `json:"contact"`
		Message        OutboundMessage `json:"message"`
	}
}

// OutboundMessage is the message itself, as the provider accepted it.
type OutboundMessage struct {
	ID         string    `json:"id" minLength:"1" maxLength:"512" pattern:"^[!-~]+$" example:"wamid.EXAMPLE" doc:"The wamid where there is one, so that delivery statuses find the message."`
	OccurredAt time.Time `json:"occurred_at" example:"2026-11-20T09:05:00Z" doc:"When the provider accepted it. More than 60 s in the future: the time of receipt is used (W3)."`
	Type       string    `json:"type" enum:"template,freeform"`
	Category   string    `json:"category,omitempty" maxLength:"64" pattern:"^[A-Za-z_-]+$" example:"utility" doc:"Of a template: marketing, utility, authentication, or another word."`
}

var recordOutboundOp = huma.Operation{
	OperationID: "record-outbound", Method: http.MethodPost, Path: "/v1/outbound",
	Summary:     "Record an outbound message that was sent by other means",
	Description: "Idempotent by the message's id. A 200 means that the message is stored. A 409 means that another message has the id.",
	Errors:      []int{http.StatusConflict},
}

// Execute stores the message. real is the time of receipt on the real clock.
func (r *RecordOutbound) Execute(ctx context.Context, a *API, real time.Time) (Receipt, error) {
	m := r.Body.Message
	if m.Type == "freeform" && m.Category != "" {
		return Receipt{}, invalid("message.category", "invalid_field", "message.category is for templates only")
	}
	return a.record(ctx, real, r.Body.Contact, intake.Message{
		Kind: intake.Outbound, PhoneNumberID: r.Body.BusinessNumber, ID: m.ID, OccurredAt: m.OccurredAt, Type: m.Type,
		Category: m.Category,
	})
}
