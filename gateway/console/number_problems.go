package console

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"reengage/gateway/api"
)

// problemLine is one thing that must be put right, for a list; Field is the control's id.
type problemLine struct{ Field, Name, Text string }

// Lines are the problems of the preview.
func (v previewView) Lines() []problemLine { return problemLines(v.Problems) }

// Lines are the problems for which the form was not saved.
func (v numberView) Lines() []problemLine { return problemLines(v.Problems) }

func problemLines(problems []api.FieldError) (lines []problemLine) {
	for _, e := range problems {
		lines = append(lines, problemLine{controlOf(e.Field), fieldName(e.Field), besideField(e)})
	}
	return lines
}

var indexed = regexp.MustCompile(`^([a-z_]+)\[(\d+)\]`)

// names of fields as the form has them.
var fieldNames = map[string]string{
	"display": "Display name", "waba_id": "WhatsApp business account", "portfolio": "Portfolio", "time_zone": "People's time zone",
	"account_time_zone": "Account's time zone", "messages_per_second": "Messages per second", "contacts_per_day": "Contacts in any 24 hours", "stop_words": "Stop words",
	"reminders.leads": "Reminder", "reminders.before_end": "Before people go home", "reminders.nudge.lead": "Nudge", "reminders.nudge.text": "Text of the nudge",
	"working_hours": "Working hours", "working_hours.week": "Working hours", "working_hours.holidays": "Holidays",
	"reengagement.attempts": "Attempt", "reengagement.max_per_contact": "Limit", "reengagement.quiet_hours": "Quiet hours", "reengagement.budget": "Budget",
	"reengagement.budget.day_micros": "Budget of a day", "reengagement.budget.month_micros": "Budget of a month", "reengagement.stop_on": "Stop rules",
	"reengagement.min_prior_inbound": "Least messages", "kept_replies.mode": "Kept replies", "kept_replies.keep_for": "Keep replies for",
	"example.last_inbound_at": "Example's last message", "example.time_zone": "Example's time zone", "example.messages": "Example's messages",
}

// fieldName is what people call a field of the API: Attempt 2, delay.
func fieldName(field string) string {
	field = strings.TrimPrefix(field, "settings.")
	list, rest, isRow := strings.Cut(field, "[")
	name, known := fieldNames[list]
	switch {
	case !isRow && known:
		return name
	case !isRow && strings.HasPrefix(list, "stop_words"):
		return "Stop words"
	case !known:
		return field
	}
	number, rest, _ := strings.Cut(rest, "]")
	i, _ := strconv.Atoi(number)
	if list == "working_hours.week" {
		return name + ", " + time.Weekday(i%7).String()
	}
	name += " " + strconv.Itoa(i+1)
	if part := strings.TrimPrefix(rest, "."); part != "" && !strings.ContainsAny(part, "[]") {
		name += ", " + strings.ReplaceAll(part, "_", " ")
	}
	return name
}

// controlOf is the id of the control beside which a field's problem stands.
func controlOf(field string) string {
	if m := indexed.FindString(strings.TrimPrefix(field, "settings.working_hours.")); m != "" && strings.HasPrefix(m, "holidays") {
		return "settings.working_hours.holidays"
	}
	if strings.HasPrefix(field, "stop_words.") {
		return "stop_words"
	}
	return field
}
