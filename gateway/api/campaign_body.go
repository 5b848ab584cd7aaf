package api

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/whatsapp/template"
)

// CampaignBody is what is set of a campaign.
type CampaignBody struct {
	Name     string `json:"name" minLength:"1" maxLength:"200" example:"Spring sale"`
	Number   string `json:"number" minLength:"1" maxLength:"64" example:"106540352242922" doc:"Phone number id of the business number that sends."`
	Template struct {
		Name     string `json:"name" minLength:"1" maxLength:"512" pattern:"^[a-z0-9_]+$" example:"spring_sale"`
		Language string `json:"language" minLength:"2" maxLength:"16" pattern:"^[A-Za-z_]+$" example:"en_US" doc:"As in sends: en_US."`
	} `json:"template"`
	Parameters json.RawMessage `json:"parameters,omitempty" doc:"As of a send. Texts may name the contact's fields, with a fallback or without: {{contact.first_name|there}}. Filled for each recipient when they are chosen; one with an empty field and no fallback is refused as template_parameters." example:"[\"{{contact.first_name|there}}\"]"`
	Segment    uuid.UUID       `json:"segment" doc:"The segment's id. Who is in it is decided when the campaign begins (K2)."`
	Limits     CampaignLimits  `json:"limits,omitempty"`
	StartAt    *time.Time      `json:"start_at,omitempty" doc:"When it begins once it is launched; missing: at once."`
	EndAt      *time.Time      `json:"end_at,omitempty" doc:"Nothing new is sent from then on; missing: no end."`
}

// definition reads the body. What is wrong with a value is said by campaign, all at once.
func (b CampaignBody) definition() (campaign.Definition, error) {
	d := campaign.Definition{Name: b.Name, Number: b.Number, Template: b.Template.Name, Language: b.Template.Language, SegmentID: b.Segment,
		Limits: campaign.Limits(b.Limits)}
	if b.StartAt != nil {
		d.StartAt = b.StartAt.UTC()
	}
	if b.EndAt != nil {
		d.EndAt = b.EndAt.UTC()
	}
	if !utf8.Valid(b.Parameters) {
		return d, invalid("parameters", "invalid_field", "parameters is not valid UTF-8")
	}
	if raw := bytes.TrimSpace(b.Parameters); len(raw) > 0 {
		var p template.Parameters
		if err := json.Unmarshal(raw, &p); err != nil {
			return d, invalid("parameters", "invalid_field", "parameters: %s", err)
		}
		d.Parameters = p
	}
	return d, nil
}

// CampaignLimits are campaign.Limits as the API describes them.
type CampaignLimits campaign.Limits

// Schema describes the limits; durations are texts.
func (CampaignLimits) Schema(huma.Registry) *huma.Schema {
	percent := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeInteger, Minimum: bound(0), Maximum: bound(100), Description: doc}
	}
	return &huma.Schema{
		Type:        huma.TypeObject,
		Description: "What bounds the campaign; what is missing has its default. The number's own caps and budget hold as well.",
		Properties: map[string]*huma.Schema{
			"pace_percent": percent("Its share of the number's rate; 0 or missing: 80."),
			"quiet_hours": {Type: huma.TypeObject, Description: "In the contact's own zone; missing: those of the number's re-engagement policy.",
				Properties: map[string]*huma.Schema{"from": {Type: huma.TypeString, Examples: []any{"21:00"}}, "to": {Type: huma.TypeString, Examples: []any{"09:00"}}},
				Required:   []string{"from", "to"}, AdditionalProperties: false},
			"budget_micros": {Type: huma.TypeInteger, Format: "int64", Minimum: bound(1),
				Description: "What its sends may cost by their quotes, in the currency of the number's scheme; missing: no bound of its own."},
			"talk_over": {Type: huma.TypeBoolean, Description: "Send also to those whose window is open and who wait for an answer; else they are held back (K4)."},
			"answer_within": {Type: huma.TypeString, Examples: []any{"72h0m0s"},
				Description: "How long after its delivery an inbound message counts as an answer; missing: 72h0m0s, at most 30 days."},
			"max_failures_percent": percent("Of the last 200: more pause it (K6); 0 or missing: 10."),
			"max_opt_outs_percent": percent("Of those who got it: more pause it (K6); 0 or missing: 3."),
		},
		AdditionalProperties: false,
	}
}

func bound(v float64) *float64 { return &v }
