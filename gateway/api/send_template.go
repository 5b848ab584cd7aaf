package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/workflows/contract"
)

// SendTemplate asks for an approved template to be sent.
//
//	{"name": "order_shipped", "language": "en_US", "parameters": ["Ada", "4711"]}
type SendTemplate struct {
	Repeatable
	ID   uuid.UUID `path:"id" doc:"The conversation's id."`
	Body struct {
		TemplateRef
		Critical bool `json:"critical,omitempty" doc:"May be sent once more, flagged as a possible duplicate, if nobody learns what became of it."`
	}
}

var sendTemplateOp = huma.Operation{
	OperationID: "send-template", Method: http.MethodPost, Path: "/v1/conversations/{id}/templates",
	Summary: "Send a template",
	Description: "202: it is planned, and GET /v1/sends/{id} says what becomes of it. 409: the gate refuses it, with a stable code. 422 with the " +
		"code template_parameters: the parameters do not fit the template.",
	DefaultStatus: http.StatusAccepted, Errors: refusals,
}

// Execute has the conversation's workflow decide.
func (r *SendTemplate) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	if err := r.Body.check("parameters"); err != nil {
		return Accepted{}, err
	}
	return a.ask(ctx, real, r.ID, r.Repeatable, contract.UpdateSendTemplate, func(q contract.Request) any {
		return contract.SendTemplate{Request: q, Template: r.Body.contract(), Critical: r.Body.Critical}
	})
}
