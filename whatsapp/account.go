package whatsapp

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Preference is a contact's wish about a category of messages, expressed in the
// app. It concerns the business, whichever of its numbers carried it.
type Preference struct {
	Contact Contact
	// Category is marketing_messages so far.
	Category string
	// Value is stop or resume; others are passed on.
	Value  string
	Detail string
	// At is the provider's clock, in UTC, to the second.
	At time.Time
}

func readPreferences(value *node, b book, entryAt time.Time, add func(*node, Content)) {
	for _, n := range value.objects("user_preferences", true) {
		if p := readPreference(n, b, entryAt); p != nil {
			add(n, p)
		}
	}
}

func readPreference(n *node, b book, entryAt time.Time) *Preference {
	contact, ok := n.sender(b, "wa_id", "user_id")
	if !ok {
		return nil
	}
	value, ok := n.key("value")
	if !ok {
		return nil
	}
	at := entryAt
	if n.get("timestamp") != nil || entryAt.IsZero() {
		if at, ok = n.instant("timestamp"); !ok {
			return nil
		}
	}
	return &Preference{
		Contact:  contact,
		Category: n.text("category"),
		Value:    value,
		Detail:   n.text("detail"),
		At:       at,
	}
}

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

// accountFields are those that speak of the account or its numbers, and that
// nothing here depends on.
var accountFields = map[string]bool{
	"account_alerts":                     true,
	"account_review_update":              true,
	"account_settings_update":            true,
	"account_update":                     true,
	"business_capability_update":         true,
	"business_status_update":             true,
	"flows":                              true,
	"history":                            true,
	"message_template_components_update": true,
	"payment_configuration_update":       true,
	"phone_number_name_update":           true,
	"phone_number_quality_update":        true,
	"security":                           true,
	"smb_app_state_sync":                 true,
}

// AccountUpdate is a change of a known field that is shown to operators and
// decides nothing.
type AccountUpdate struct {
	// Event is what happened, where the provider gives it a name.
	Event string
	// At is the entry's time; the zero time if not stated.
	At time.Time
	// Raw is the change's value as it came, NUL and invalid UTF-8 included.
	Raw json.RawMessage
}

// Unknown is a change of a field, or with items, that nobody has heard of: kept
// and counted, because it may be the provider's next feature.
type Unknown struct {
	// Raw is the change's value as it came, NUL and invalid UTF-8 included.
	Raw json.RawMessage
}

// code reads an optional error code, written as a number or as a string.
func (n *node) code(name string) int {
	s := n.label(name)
	if s == "" {
		return 0
	}
	code, err := strconv.Atoi(s)
	if err != nil {
		n.note(name, ReasonWrongType, false)
	}
	return code
}
