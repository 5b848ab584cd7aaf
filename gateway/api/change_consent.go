package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/intake"
)

// ChangeConsent records a contact's opt-in or opt-out.
//
//	{"category": "marketing", "opted_in": true, "source": "order form", "occurred_at": "2026-11-20T09:00:00Z"}
type ChangeConsent struct {
	ID   uuid.UUID `path:"id" doc:"The contact's id."`
	Body struct {
		Category   conversation.Category `json:"category,omitempty" enum:"marketing,utility,authentication" doc:"Missing: all of them."`
		OptedIn    bool                  `json:"opted_in"`
		Source     string                `json:"source" minLength:"1" maxLength:"64" pattern:"[^\\s]" example:"order form" doc:"How the contact said so: this is the record that has to stand up."`
		OccurredAt *time.Time            `json:"occurred_at,omitempty" doc:"When. By default now. What holds for a category is the latest word; of two at one instant the opt-out."`
	}
}

var changeConsentOp = huma.Operation{
	OperationID: "change-consent", Method: http.MethodPut, Path: "/v1/contacts/{id}/consent",
	Summary: "Opt a contact in or out",
	Description: "Recorded for good, and told to every open conversation of the contact, whatever the business number. An earlier word than the latest " +
		"known is recorded and changes nothing. The answer is the contact as it stands then.",
	Errors: []int{http.StatusNotFound},
}

// Execute records it.
func (r *ChangeConsent) Execute(ctx context.Context, a *API, real time.Time) (KnownContact, error) {
	now := a.clock.At(real)
	at := now
	if r.Body.OccurredAt != nil {
		at = *r.Body.OccurredAt
	}
	switch {
	case at.Year() < 1970:
		return KnownContact{}, invalid("occurred_at", "invalid_field", "occurred_at lies before 1970")
	case at.After(now.Add(conversation.FutureLimit)):
		return KnownContact{}, invalid("occurred_at", "invalid_field", "occurred_at lies in the future")
	}
	_, err := a.store.RecordConsent(ctx, real, []intake.ConsentChange{{
		ContactID: r.ID, Category: r.Body.Category, OptedIn: r.Body.OptedIn, Source: r.Body.Source, OccurredAt: at,
	}})
	if err != nil {
		return KnownContact{}, unknownContact(err)
	}
	return (&GetContact{ID: r.ID}).Execute(ctx, a, real)
}

func unknownContact(err error) error {
	if errors.Is(err, intake.ErrUnknownContact) {
		return noContact()
	}
	return refused(err)
}
