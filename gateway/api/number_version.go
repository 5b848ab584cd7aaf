package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// numberPart is one thing about a number that somebody sets, with what people call it.
type numberPart struct {
	field, name string
	of          func(BusinessNumber) any
}

var numberParts = []numberPart{
	{"display", "the display name", func(n BusinessNumber) any { return n.Display }},
	{"waba_id", "the WhatsApp business account", func(n BusinessNumber) any { return n.WABA }},
	{"portfolio", "the portfolio", func(n BusinessNumber) any { return n.Portfolio }},
	{"time_zone", "the people's time zone", func(n BusinessNumber) any { return n.TimeZone }},
	{"account_time_zone", "the account's time zone", func(n BusinessNumber) any { return n.AccountTimeZone }},
	{"settings.reminders", "the reminders", func(n BusinessNumber) any { return n.Settings.Reminders }},
	{"settings.working_hours", "the working hours", func(n BusinessNumber) any { return n.Settings.WorkingHours }},
	{"settings.reengagement", "the re-engagement policy", func(n BusinessNumber) any { return n.Settings.Reengagement }},
	{"settings.kept_replies", "what becomes of kept replies", func(n BusinessNumber) any { return n.Settings.KeptReplies }},
	{"stop_words", "the stop words", func(n BusinessNumber) any { return n.StopWords }},
	{"messages_per_second", "the messages per second", func(n BusinessNumber) any { return n.MessagesPerSecond }},
	{"contacts_per_day", "the contacts of any 24 hours", func(n BusinessNumber) any { return n.ContactsPerDay }},
}

// versionOf has a few letters of a hash for each part, so that whoever brings it back can be told which have changed since.
func versionOf(n BusinessNumber) string {
	parts := make([]string, len(numberParts))
	for i, p := range numberParts {
		raw, err := json.Marshal(p.of(n))
		if err != nil {
			panic("api: " + err.Error()) // it has come from JSON
		}
		sum := sha256.Sum256(raw)
		parts[i] = hex.EncodeToString(sum[:4])
	}
	return strings.Join(parts, "-")
}

// changedSince names what is not as it was at version.
func changedSince(version string, n BusinessNumber) (changed []FieldError) {
	before, now := strings.Split(version, "-"), strings.Split(versionOf(n), "-")
	for i, p := range numberParts {
		if len(before) != len(now) || before[i] != now[i] {
			changed = append(changed, FieldError{p.field, "changed", p.name})
		}
	}
	return changed
}

// fieldsSince names the fields of changedSince, without what they say: settings hold texts.
func fieldsSince(version string, n BusinessNumber) []string {
	fields := []string{}
	for _, c := range changedSince(version, n) {
		fields = append(fields, c.Field)
	}
	return fields
}

// checkVersion refuses to write over what somebody else has set since the version.
func checkVersion(version *string, n BusinessNumber) error {
	if version == nil {
		return nil
	}
	changed := changedSince(*version, n)
	if len(changed) == 0 {
		return nil
	}
	names := make([]string, len(changed))
	for i, c := range changed {
		names[i] = c.Detail
	}
	p := newProblem(http.StatusConflict, "number_changed", "the number has been changed since this version of it, so nothing was set: "+strings.Join(names, ", "))
	p.Field, p.Errors = changed[0].Field, changed
	return p
}
