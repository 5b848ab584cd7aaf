package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
)

// PreviewNumber asks what settings would do over the next days of one contact who writes no more. It changes nothing.
//
//	{
//	  "time_zone": "Europe/Lisbon",
//	  "account_time_zone": "UTC",
//	  "settings": {"reengagement": {"attempts": [{"delay": "1h0m0s", "template": "we_miss_you", "language": "pt_PT"}]}},
//	  "example": {"last_inbound_at": "2026-11-20T17:00:00Z", "time_zone": "America/Sao_Paulo"}
//	}
type PreviewNumber struct {
	Idempotent
	ID   string `path:"id" maxLength:"64" doc:"Meta's phone number id."`
	Body struct {
		NumberBody
		Example PreviewExample `json:"example,omitempty"`
	}
}

// PreviewExample is the contact for whom settings are previewed.
type PreviewExample struct {
	LastInboundAt *time.Time `json:"last_inbound_at,omitempty" doc:"Of its last message, which nobody has answered. Missing: now."`
	TimeZone      string     `json:"time_zone,omitempty" maxLength:"64" doc:"Where it lives, for quiet hours. Missing: where the number's people do."`
	Messages      *int       `json:"messages,omitempty" minimum:"1" maximum:"1000" doc:"How often it has written. Missing: as often as the policy asks for."`
	OptedIn       *bool      `json:"opted_in,omitempty" doc:"Whether it has opted in to templates. Missing: it has."`
}

// NumberPreview is what settings would do.
type NumberPreview struct {
	LastInboundAt time.Time              `json:"last_inbound_at" doc:"Of the example."`
	TimeZone      string                 `json:"time_zone" doc:"Of the example."`
	Items         []PreviewItem          `json:"items" nullable:"false" doc:"In order."`
	Until         time.Time              `json:"until" doc:"How far working_hours and quiet_hours go: a while beyond the last item."`
	WorkingHours  []conversation.Stretch `json:"working_hours" nullable:"false" doc:"Stretches of work from the example's message on; empty as well if the settings have none."`
	QuietHours    []conversation.Stretch `json:"quiet_hours" nullable:"false" doc:"The same of the contact's quiet hours."`
	Problems      []FieldError           `json:"problems" nullable:"false" doc:"For which a PUT of this would be refused; then there are no items."`
	Warnings      []NumberWarning        `json:"warnings" nullable:"false" doc:"As a PUT of this would answer."`
}

// PreviewItem is one thing that would happen.
type PreviewItem struct {
	Kind      conversation.ForeseenKind `json:"kind" enum:"reminder,nudge,window_closes,attempt"`
	At        time.Time                 `json:"at"`
	PlannedAt time.Time                 `json:"planned_at" doc:"By its lead or delay alone. It is another than at if working hours or quiet hours move it."`
	Leads     []conversation.Duration   `json:"leads,omitempty" doc:"Of a reminder: all that fall together on it."`
	Attempt   int                       `json:"attempt,omitempty" doc:"Counted from 1."`
	Template  string                    `json:"template,omitempty"`
	Language  string                    `json:"language,omitempty"`
	Code      conversation.Code         `json:"code,omitempty" doc:"Of an attempt: allowed, or why it would not be sent."`
	Rule      string                    `json:"rule,omitempty" doc:"What would refuse it."`
	NotAfter  *time.Time                `json:"not_after,omitempty" doc:"Until when what is sent may wait for its turn."`
	Sentence  string                    `json:"sentence" doc:"Why it is when it is."`
}

var previewNumberOp = huma.Operation{
	OperationID: "preview-number", Method: http.MethodPost, Path: "/v1/numbers/{id}/preview",
	Summary: "Preview settings of a business number",
	Description: "Takes what a PUT takes and says what it would do for a contact that writes no more: reminders, the window's end, attempts to win it back, " +
		"and why each is when it is. Everybody asks the same functions, so this is what would happen, as far as is known now: nobody answers, the sender is " +
		"not paused, nothing else is sent to the contact, the budget reaches. Nothing is changed. Settings that a PUT would refuse are no error here but problems.",
	Errors: []int{http.StatusNotFound},
}

// Execute plays the example.
func (r *PreviewNumber) Execute(ctx context.Context, a *API, real time.Time) (NumberPreview, error) {
	now := a.clock.At(real)
	number, err := readNumber(ctx, a.queries, now, r.ID)
	if err != nil {
		return NumberPreview{}, err
	}
	preview := NumberPreview{LastInboundAt: orBefore(r.Body.Example.LastInboundAt, now).UTC(), TimeZone: r.Body.Example.TimeZone,
		Items: []PreviewItem{}, WorkingHours: []conversation.Stretch{}, QuietHours: []conversation.Stretch{}, Problems: []FieldError{}, Warnings: []NumberWarning{}}
	preview.Until = preview.LastInboundAt
	settings, err := r.Body.check(ctx, a)
	if err == nil {
		err = r.checkExample(ctx, a, now, &preview)
	}
	var p *Problem
	switch {
	case errors.As(err, &p):
		preview.Problems = p.Errors
		return preview, nil
	case err != nil:
		return preview, err
	}
	return preview, r.foresee(ctx, a.queries, orBefore(r.Body.WABA, number.WABA), settings, &preview)
}

// How far from now an example may have written: time zones are looked up for about two years around it.
const exampleWithin = 366 * 24 * time.Hour

func (r *PreviewNumber) checkExample(ctx context.Context, a *API, now time.Time, p *NumberPreview) error {
	if away := p.LastInboundAt.Sub(now).Abs(); away > exampleWithin {
		return invalid("example.last_inbound_at", "invalid_field", "example.last_inbound_at: it must be within a year of now")
	}
	if p.TimeZone == "" {
		p.TimeZone = r.Body.TimeZone
	}
	return a.checkZone(ctx, "example.time_zone", p.TimeZone)
}

func (r *PreviewNumber) foresee(ctx context.Context, q *db.Queries, waba string, s conversation.Settings, p *NumberPreview) error {
	people, err := time.LoadLocation(r.Body.TimeZone)
	if err != nil {
		return err
	}
	contacts, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return err
	}
	rehearsed, err := sending.Rehearse(ctx, q, sending.AccountPolicy{WABA: waba, Policy: s.Reengagement})
	if err != nil {
		return err
	}
	known := rehearsed[0]
	p.Warnings = warnings(waba, s.Reengagement, known)
	if s.WorkingHours != nil {
		s.WorkingHours.Zone = conversation.ResolveZone(people, p.LastInboundAt)
	}
	e := conversation.Example{LastInboundAt: p.LastInboundAt, Zone: conversation.ResolveZone(contacts, p.LastInboundAt),
		Messages: orBefore(r.Body.Example.Messages, max(1, s.Reengagement.MinInbound())), Templates: known}
	if orBefore(r.Body.Example.OptedIn, true) {
		e.Permissions = conversation.Permissions{Marketing: conversation.OptedIn, Utility: conversation.OptedIn, Authentication: conversation.OptedIn}
	}
	for _, f := range conversation.Foresee(s, e) {
		p.Items = append(p.Items, previewItem(f, s.Reengagement))
	}
	p.around(s, e.Zone)
	return nil
}

func previewItem(f conversation.Foreseen, policy conversation.Policy) PreviewItem {
	item := PreviewItem{Kind: f.Kind, At: f.At, PlannedAt: f.Planned, Attempt: f.Attempt, Code: f.Verdict.Code, NotAfter: orNull(f.NotAfter), Sentence: f.Sentence}
	for _, l := range f.Leads {
		item.Leads = append(item.Leads, conversation.Duration(l))
	}
	if f.Attempt > 0 {
		a := policy.Attempts[f.Attempt-1]
		item.Template, item.Language = a.Template, a.Language
		if !f.Verdict.Allows() {
			item.Rule = f.Verdict.Rule
		}
	}
	return item
}

// around adds the hours of work and of quiet, for a drawing.
func (p *NumberPreview) around(s conversation.Settings, contact conversation.Zone) {
	length := p.Items[len(p.Items)-1].At.Sub(p.LastInboundAt) // there is always the window's end
	p.Until = p.LastInboundAt.Add(length + max(length/12, time.Hour)).Truncate(time.Minute)
	if s.WorkingHours != nil {
		p.WorkingHours = append(p.WorkingHours, s.WorkingHours.Stretches(p.LastInboundAt, p.Until)...)
	}
	if hours := s.Reengagement.QuietHours; hours != nil {
		p.QuietHours = append(p.QuietHours, (&conversation.Quiet{Hours: *hours, Zone: contact}).Stretches(p.LastInboundAt, p.Until)...)
	}
}
