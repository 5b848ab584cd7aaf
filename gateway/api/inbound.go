package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/intake"
)

// RecordInbound tells of a message that a contact has sent to a business number over any other connector.
//
//	{
//	  "business_number": "106540352242922",
//	  "contact": {"phone": "+447700900123", "name": "Ada Example"},
//	  "message": {"id": "crm-4711", "occurred_at": "2026-11-20T09:00:00Z", "type": "text", "text": "Is it still there?"}
//	}
type RecordInbound struct {
	Idempotent
	Body struct {
		BusinessNumber string         `json:"business_number" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" example:"106540352242922" doc:"Meta's phone number id. An unknown one is registered with default settings."`
		Contact        ContactRef     `json:"contact"`
		Message        InboundMessage `json:"message"`
	}
}

// InboundMessage is the message itself. It opens or extends the window from occurred_at on (W1), if its type counts (W2).
type InboundMessage struct {
	ID         string    `json:"id" minLength:"1" maxLength:"512" pattern:"^[!-~]+$" example:"crm-4711" doc:"Unique for the business number; the wamid where there is one."`
	OccurredAt time.Time `json:"occurred_at" example:"2026-11-20T09:00:00Z" doc:"When the contact sent it. More than 60 s in the future: the time of receipt is used (W3)."`
	Type       string    `json:"type" minLength:"1" maxLength:"64" pattern:"^[a-z_]+$" example:"text" doc:"As Meta names it: text, image, interactive, button, order, call, ..."`
	Text       string    `json:"text,omitempty" maxLength:"65536"`
	EntryPoint string    `json:"entry_point,omitempty" maxLength:"64" pattern:"^[a-z_]+$" example:"ad" doc:"ad or page if the contact came from there (W8), or another word."`
}

var recordInboundOp = huma.Operation{
	OperationID: "record-inbound", Method: http.MethodPost, Path: "/v1/inbound",
	Summary:     "Record an inbound message",
	Description: "Idempotent by the message's id. A 200 means that the message is stored; the conversation's workflow hears of it next. A 409 means that another message has the id.",
	Errors:      []int{http.StatusConflict},
}

// Execute stores the message. real is the time of receipt on the real clock.
func (r *RecordInbound) Execute(ctx context.Context, a *API, real time.Time) (Receipt, error) {
	m := r.Body.Message
	return a.record(ctx, real, r.Body.Contact, intake.Message{
		Kind: intake.Inbound, PhoneNumberID: r.Body.BusinessNumber, ID: m.ID, OccurredAt: m.OccurredAt, Type: m.Type,
		Text: m.Text, EntryPoint: m.EntryPoint,
	})
}
