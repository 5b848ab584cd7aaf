package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// What campaigns say of themselves is what the API answers.
type (
	CampaignResults   = campaign.Results
	CampaignCodeCount = campaign.CodeCount
	CampaignCost      = campaign.Cost
	CampaignProgress  = campaign.Progress
	CampaignSeries    = campaign.Series
	CampaignPoint     = campaign.Point
	CampaignLeftOut   = campaign.LeftOut
	CampaignQuote     = campaign.Quote
	CampaignMarket    = campaign.MarketQuote
	CampaignTotal     = campaign.Total
	CampaignHole      = campaign.Hole
	CampaignPace      = campaign.Pace
	CampaignWarning   = campaign.Warning
	QuotedTemplate    = campaign.QuotedTemplate
	CampaignSample    = campaign.Sample
	Recipient         = campaign.Recipient
	CampaignState     = campaign.State
	CampaignReason    = campaign.Reason
)

// Campaign is a broadcast of an approved template to a segment (campaigns.md).
type Campaign struct {
	ID          uuid.UUID        `json:"id"`
	Name        string           `json:"name"`
	Number      contract.Number  `json:"number" doc:"The business number: Meta's phone number id, and the number as people write it."`
	Template    CampaignTemplate `json:"template"`
	Parameters  json.RawMessage  `json:"parameters" doc:"As they were given; texts may name the contact's fields: {{contact.first_name|there}}."`
	Segment     SegmentRef       `json:"segment"`
	Limits      CampaignLimits   `json:"limits"`
	StartAt     *time.Time       `json:"start_at" doc:"null: as soon as it is launched."`
	EndAt       *time.Time       `json:"end_at" doc:"Nothing new is sent from then on; null: no end."`
	State       campaign.State   `json:"state" enum:"draft,scheduled,running,paused,finished,cancelled"`
	Reason      *campaign.Reason `json:"reason" enum:"by_hand,template_unavailable,template_recategorised,sender_paused,too_many_failures,too_many_opt_outs,budget_used_up" doc:"Why it is paused (K6)."`
	ReasonFacts json.RawMessage  `json:"reason_facts,omitempty" doc:"What the reason rests on."`
	Version     int              `json:"version" doc:"Counts the changes of a draft."`
	Recipients  *int             `json:"recipients" doc:"null until they are chosen (K2)."`
	LeftOut     *CampaignLeftOut `json:"left_out" doc:"Contacts of the segment who are none, by the first reason that holds (K1); null until they are chosen."`
	CreatedAt   time.Time        `json:"created_at"`
	CreatedBy   string           `json:"created_by" doc:"user/ID or key/ID."`
	LaunchedAt  *time.Time       `json:"launched_at"`
	LaunchedBy  string           `json:"launched_by,omitempty"`
	FinishedAt  *time.Time       `json:"finished_at" doc:"Or cancelled."`
}

// CampaignTemplate names what a campaign sends.
type CampaignTemplate struct {
	Name     string                `json:"name"`
	Language string                `json:"language" doc:"As in sends: en_US."`
	Category conversation.Category `json:"category" doc:"Of a draft as it is listed now, then as it stood at the launch; empty: not known."`
}

// SegmentRef names a segment.
type SegmentRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// TransformSchema says what may be null, which huma cannot tell of a struct.
func (Campaign) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	orNothing(s, "left_out")
	return s
}

// orNothing lets properties be null that are structs.
func orNothing(s *huma.Schema, names ...string) {
	for _, name := range names {
		p := s.Properties[name]
		s.Properties[name] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
	}
}

func campaignOf(c campaign.Campaign) (Campaign, error) {
	parameters, err := json.Marshal(c.Parameters)
	if err != nil {
		return Campaign{}, err
	}
	out := Campaign{ID: c.ID, Name: c.Name, Number: contract.Number{ID: c.Number, Display: c.Display},
		Template: CampaignTemplate{c.Template, c.Language, c.Category}, Parameters: parameters, Segment: SegmentRef{c.SegmentID, c.SegmentName},
		Limits: CampaignLimits(c.Limits), StartAt: orNull(c.StartAt), EndAt: orNull(c.EndAt), State: c.State, ReasonFacts: c.ReasonFacts,
		Version: c.Version, CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, LaunchedAt: orNull(c.LaunchedAt), LaunchedBy: c.LaunchedBy,
		FinishedAt: orNull(c.FinishedAt)}
	if c.Reason != "" {
		out.Reason = &c.Reason
	}
	if !c.MaterialisedAt.IsZero() {
		out.Recipients, out.LeftOut = &c.Recipients, &c.LeftOut
	}
	return out, nil
}

// answerCampaign is for whoever has changed or read one.
func answerCampaign(c campaign.Campaign, err error) (Campaign, error) {
	if err != nil {
		return Campaign{}, campaignProblem(err)
	}
	return campaignOf(c)
}

func noCampaign() *Problem {
	return newProblem(http.StatusNotFound, "campaign_not_found", campaign.ErrUnknown.Error())
}

// campaignCodes are those of a definition's problems, by their codes in campaign.
var campaignCodes = map[string]string{
	"invalid":               "invalid_field",
	"ended":                 "invalid_field",
	"number_not_found":      "unknown_number",
	"segment_not_found":     "segment_not_found",
	"template_unreadable":   "template_parameters",
	"number_not_configured": "number_not_configured",
}

// standing are the codes of what is not wrong with the request, but with how things stand.
var standing = map[string]bool{"number_not_configured": true, "sender_paused": true, "template_not_found": true, "template_not_approved": true}

// campaignProblem turns what campaign refuses into a Problem.
func campaignProblem(err error) error {
	var state *campaign.StateError
	var wrong *campaign.InvalidError
	switch {
	case errors.Is(err, campaign.ErrUnknown):
		return noCampaign()
	case errors.Is(err, campaign.ErrVersion):
		return newProblem(http.StatusConflict, "campaign_changed", err.Error())
	case errors.As(err, &state):
		p := newProblem(http.StatusConflict, "campaign_state", err.Error())
		p.CampaignState = &state.State
		return p
	case errors.As(err, &wrong):
		return wrongCampaign(wrong)
	}
	return err
}

func wrongCampaign(wrong *campaign.InvalidError) *Problem {
	fields := make([]FieldError, len(wrong.Problems))
	status := http.StatusUnprocessableEntity
	for i, w := range wrong.Problems {
		code := w.Code
		if ours, known := campaignCodes[code]; known {
			code = ours
		}
		fields[i] = FieldError{w.Field, code, w.Field + ": " + w.Sentence}
		if standing[code] {
			status = http.StatusConflict
		}
	}
	p := severally(fields)
	p.Status, p.Title = status, http.StatusText(status)
	return p
}

// readCampaign finds one as it stands in q's moment.
func readCampaign(ctx context.Context, q *db.Queries, id uuid.UUID) (campaign.Campaign, error) {
	c, err := campaign.Read(ctx, q, id)
	if err != nil {
		return c, campaignProblem(err)
	}
	return c, nil
}
