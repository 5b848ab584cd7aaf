package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/workflows/contract"
)

// SendMessage asks for a free-form message to be sent.
//
//	{
//	  "text": "Yes, it is still there. Shall I keep it for you?",
//	  "fallback_template": {"name": "we_have_an_answer", "language": "en_US", "parameters": ["Ada"]}
//	}
type SendMessage struct {
	Repeatable
	ID   uuid.UUID `path:"id" doc:"The conversation's id."`
	Body struct {
		Text     string       `json:"text" minLength:"1" maxLength:"4096" example:"Yes, it is still there."`
		Critical bool         `json:"critical,omitempty" doc:"May be sent once more, flagged as a possible duplicate, if nobody learns what became of it."`
		Fallback *TemplateRef `json:"fallback_template,omitempty" doc:"Goes instead if the window closes first, or has closed."`
	}
	RawBody []byte
}

var sendMessageOp = huma.Operation{
	OperationID: "send-message", Method: http.MethodPost, Path: "/v1/conversations/{id}/messages",
	Summary: "Send a free-form message",
	Description: "202: it is planned, and GET /v1/sends/{id} says what becomes of it. 409: the gate refuses it, with a stable code; of " +
		"window_closed with expired_at and the templates that could be sent instead. With a fallback_template that may be sent, a closed window " +
		"is no refusal: send_id is the free-form send's, whose replaced_by is the template's.",
	DefaultStatus: http.StatusAccepted, Errors: refusals,
}

// Execute has the conversation's workflow decide.
func (r *SendMessage) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	if err := checkText(r.Body.Text, r.RawBody); err != nil {
		return Accepted{}, err
	}
	return a.ask(ctx, real, r.ID, r.Repeatable, contract.UpdateSendMessage, func(q contract.Request) any {
		m := contract.SendMessage{Request: q, Text: r.Body.Text, Critical: r.Body.Critical}
		if f := r.Body.Fallback; f != nil {
			t := f.contract()
			m.Fallback = &t
		}
		return m
	})
}
