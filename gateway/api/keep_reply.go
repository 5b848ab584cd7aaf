package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/workflows/contract"
)

// KeepReply asks for a template to be sent now and a text to be kept until the contact answers it.
//
//	{
//	  "text": "Yes, it is still there. Shall I keep it for you?",
//	  "template": {"name": "we_have_an_answer", "language": "en_US", "parameters": ["Ada"]}
//	}
type KeepReply struct {
	Repeatable
	ID   uuid.UUID `path:"id" doc:"The conversation's id."`
	Body struct {
		Text     string      `json:"text" minLength:"1" maxLength:"4096" example:"Yes, it is still there."`
		Template TemplateRef `json:"template"`
	}
	RawBody []byte
}

var keepReplyOp = huma.Operation{
	OperationID: "keep-reply", Method: http.MethodPost, Path: "/v1/conversations/{id}/kept-replies",
	Summary: "Send a template and keep a reply",
	Description: "When the contact answers within the keep period, the kept text is sent, or offered to the agent, as the number's settings say. " +
		"A conversation has one kept reply: a new one supersedes it. 409: the gate refuses the template, and nothing is kept.",
	DefaultStatus: http.StatusAccepted, Errors: refusals,
}

// Execute has the conversation's workflow decide about the template.
func (r *KeepReply) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	if err := checkText(r.Body.Text, r.RawBody); err != nil {
		return Accepted{}, err
	}
	return a.ask(ctx, real, r.ID, r.Repeatable, contract.UpdateKeepReply, func(q contract.Request) any {
		return contract.KeepReply{Request: q, Text: r.Body.Text, Template: r.Body.Template.contract()}
	})
}
