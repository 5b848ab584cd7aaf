package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// mostChoices is how many templates a refusal offers.
const mostChoices = 20

// TemplateChoice is a template that could be sent now.
type TemplateChoice struct {
	Name     string                `json:"name"`
	Language string                `json:"language"`
	Category conversation.Category `json:"category" enum:"marketing,utility,authentication"`
}

// refusal is the gate's no, with what the caller could do instead.
func (a *API) refusal(ctx context.Context, real time.Time, id uuid.UUID, requestID string, answer contract.Answer) error {
	v := answer.Verdict
	p := newProblem(http.StatusConflict, string(v.Code), v.Sentence)
	p.Rule, p.Facts, p.SendID, p.RequestID = v.Rule, &v.Facts, answer.SendID, requestID
	switch v.Code {
	case conversation.TemplateParameters:
		p.Status, p.Title, p.Field = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity), "parameters"
		p.Errors = []FieldError{{Field: p.Field, Code: p.Code, Detail: p.Detail}}
	case conversation.WindowClosed:
		p.ExpiredAt = orNull(v.Facts.ExpiredAt)
		var err error
		if p.Templates, err = a.templateChoices(ctx, a.clock.At(real), id); err != nil {
			return err
		}
	}
	return p
}

// templateChoices lists what the gate would let through to the contact now.
func (a *API) templateChoices(ctx context.Context, now time.Time, id uuid.UUID) ([]TemplateChoice, error) {
	row, err := a.queries.GetConversation(ctx, id)
	if err != nil {
		return nil, err
	}
	permissions, err := db.PermissionsOf(row.BusinessNumber, row.Permissions)
	if err != nil {
		return nil, err
	}
	var permitted []string
	for _, category := range conversation.Categories {
		wish := conversation.Wish{Template: true, Category: category}
		if conversation.Gate(conversation.Circumstances{Facts: row.Conversation.Facts(), Permissions: permissions}, wish, now).Allows() {
			permitted = append(permitted, string(category))
		}
	}
	rows, err := a.queries.ListApprovedTemplates(ctx, row.BusinessNumber.ID, permitted, mostChoices)
	if err != nil {
		return nil, err
	}
	choices := make([]TemplateChoice, len(rows))
	for i, t := range rows {
		choices[i] = TemplateChoice{t.Name, t.Language, conversation.Category(t.Category)}
	}
	return choices, nil
}
