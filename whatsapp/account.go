package whatsapp

import (
	"encoding/json"
	"time"
)

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
