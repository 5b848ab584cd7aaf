package whatsapp

import (
	"strings"
	"time"
)

// TemplateKind says what changed about a template.
type TemplateKind string

// A template's review or life, its quality score or its category changed.
const (
	TemplateStatusChanged   TemplateKind = "status"
	TemplateQualityChanged  TemplateKind = "quality"
	TemplateCategoryChanged TemplateKind = "category"
)

// TemplateUpdate is a change that the provider made to a template.
type TemplateUpdate struct {
	// Kind follows from what the change holds, not from its field: Meta's own
	// example of a quality update carries it under the status update's field.
	Kind TemplateKind
	ID   string
	Name string
	// Language is written as in sends, with an underscore: en_US.
	Language string
	// Status is the new one, as the provider writes it: APPROVED, REJECTED,
	// PAUSED, DISABLED, ...; Reason its reason, often NONE.
	Status string
	Reason string
	// Previous and New are quality scores (GREEN, YELLOW, RED, UNKNOWN) or
	// categories, by Kind.
	Previous string
	New      string
	// At is the entry's time; the zero time if not stated.
	At time.Time
}

func readTemplateUpdate(value *node, entryAt time.Time) *TemplateUpdate {
	t := &TemplateUpdate{
		ID:       value.label("message_template_id"),
		Language: strings.ReplaceAll(value.text("message_template_language"), "-", "_"),
		At:       entryAt,
	}
	switch {
	case value.get("new_quality_score") != nil:
		t.Kind = TemplateQualityChanged
		t.Previous, t.New = value.text("previous_quality_score"), value.text("new_quality_score")
	case value.get("new_category") != nil:
		t.Kind = TemplateCategoryChanged
		t.Previous, t.New = value.text("previous_category"), value.text("new_category")
	case value.get("event") != nil:
		t.Kind = TemplateStatusChanged
		t.Status, t.Reason = value.text("event"), value.text("reason")
	default:
		return nil
	}
	name, ok := value.key("message_template_name")
	if !ok {
		return nil
	}
	t.Name = name
	return t
}
