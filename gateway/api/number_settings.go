package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"reengage/conversation"
)

// NumberSettings is what a business number decides: reminders, working hours, winning back, kept replies.
type NumberSettings conversation.Settings

// Schema describes the settings roughly; docs/schemas/settings_changed.schema.json does so in full.
func (NumberSettings) Schema(huma.Registry) *huma.Schema {
	part := func(doc string, example any) *huma.Schema {
		return &huma.Schema{Type: huma.TypeObject, Description: doc, Examples: []any{example}, AdditionalProperties: true}
	}
	return &huma.Schema{
		Type:        huma.TypeObject,
		Description: "What is missing has its default. Durations are texts such as 1h30m. In full: docs/schemas/settings_changed.schema.json.",
		Properties: map[string]*huma.Schema{
			"reminders": part("W7.", map[string]any{"leads": []string{"2h0m0s", "30m0s"}}),
			"working_hours": part("Missing: always at work.", map[string]any{
				"week": []any{nil, []any{map[string]any{"from": "09:00", "to": "18:00"}}, nil, nil, nil, nil, nil}}),
			"reengagement": part("How contacts are won back once their windows have closed. Without attempts nobody is written to.",
				map[string]any{"attempts": []any{map[string]any{"delay": "1h0m0s", "template": "we_miss_you", "language": "en_US"}}}),
			"kept_replies": part("What becomes of a kept reply when the contact answers.", map[string]any{"mode": "offer", "keep_for": "168h0m0s"}),
		},
		AdditionalProperties: false,
	}
}

// RawSettings are settings as they came, to be read strictly.
type RawSettings json.RawMessage

// Schema is that of the settings.
func (RawSettings) Schema(r huma.Registry) *huma.Schema { return NumberSettings{}.Schema(r) }

// UnmarshalJSON keeps the text.
func (s *RawSettings) UnmarshalJSON(b []byte) error {
	*s = append((*s)[:0], b...)
	return nil
}

// readSettings reads settings strictly: a misspelt field would silently have its default.
func readSettings(raw RawSettings) (conversation.Settings, error) {
	var s conversation.Settings
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, unreadable(err)
	}
	if s.WorkingHours != nil {
		s.WorkingHours.Zone = nil // follows from time_zone
	}
	tidy(&s)
	if err := s.Validate(); err != nil {
		return s, severally(settingsErrors(err))
	}
	if wrong := checkParameters(s.Reengagement); len(wrong) > 0 {
		return s, severally(wrong)
	}
	return s, nil
}

// tidy writes what means nothing in one way, so that a version does not change with it.
func tidy(s *conversation.Settings) {
	for i, r := range s.Reengagement.Attempts {
		if bytes.Equal(bytes.TrimSpace(r.Parameters), []byte("null")) {
			s.Reengagement.Attempts[i].Parameters = nil
		}
	}
	if s.WorkingHours == nil {
		return
	}
	for i, periods := range s.WorkingHours.Week {
		if len(periods) == 0 {
			s.WorkingHours.Week[i] = nil
		}
	}
}

// settingsErrors are the lines of what Validate has found.
func settingsErrors(err error) (wrong []FieldError) {
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSuffix(line, "\n")
		wrong = append(wrong, FieldError{"settings." + fieldIn(line), "invalid_field", "settings." + line})
	}
	return wrong
}

// fieldIn is the field with which a sentence of Validate begins.
func fieldIn(sentence string) string {
	field, _, _ := strings.Cut(sentence, " ")
	return strings.TrimSuffix(field, ":")
}

// unreadable names the field, if the decoder does.
func unreadable(err error) *Problem {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return invalid("settings."+kind.Field, "invalid_field", "settings.%s is not of the right type", kind.Field)
	}
	if name, unknown := strings.CutPrefix(err.Error(), `json: unknown field "`); unknown {
		name = strings.TrimSuffix(name, `"`) // the decoder does not say where it stands
		return invalid("settings", "unknown_field", "settings: no part of them has the field %s where it stands", name)
	}
	return invalid("settings", "invalid_field", "settings cannot be read: %s", err)
}
