package console

import (
	"fmt"
	"net/url"
)

// readNumberForm takes over what has been posted, as it is.
func readNumberForm(v url.Values) numberForm {
	text := func(name string) string { return unix(v.Get(name)) }
	on := func(name string) bool { return v.Get(name) != "" }
	f := numberForm{
		Version: v.Get("version"), Display: text("display"), WABA: text("waba_id"), Portfolio: text("portfolio"),
		TimeZone: text("time_zone"), AccountTimeZone: text("account_time_zone"), MessagesPerSecond: text("messages_per_second"), ContactsPerDay: text("contacts_per_day"),
		Always: on("settings.reminders.always"), BeforeEnd: text("settings.reminders.before_end"),
		Nudge: on("settings.reminders.nudge"), NudgeLead: text("settings.reminders.nudge.lead"), NudgeText: text("settings.reminders.nudge.text"),
		Works: on("settings.working_hours"), Holidays: text("settings.working_hours.holidays"),
		Caps:  v.Get("settings.reengagement.max_per_contact"),
		Quiet: on("settings.reengagement.quiet_hours"), QuietFrom: text("settings.reengagement.quiet_hours.from"), QuietTo: text("settings.reengagement.quiet_hours.to"),
		Budget: on("settings.reengagement.budget"), BudgetDay: text("settings.reengagement.budget.day_micros"), BudgetMonth: text("settings.reengagement.budget.month_micros"),
		StopOnAnswer: on("settings.reengagement.stop_on.answer"), StopOnOptOut: on("settings.reengagement.stop_on.opt_out"), StopOnClose: on("settings.reengagement.stop_on.close"),
		MinPriorInbound: text("settings.reengagement.min_prior_inbound"),
		KeptMode:        text("settings.kept_replies.mode"), KeepFor: text("settings.kept_replies.keep_for"),
		Example: exampleForm{Ago: text("example.ago"), TimeZone: text("example.time_zone"), Messages: text("example.messages"), OptedOut: on("example.opted_out")},
	}
	for row := range rowsOf(v, "stop_words[%d].language") {
		f.StopWords = append(f.StopWords, wordsRow{text(at("stop_words", row, ".language")), text(at("stop_words", row, ".words"))})
	}
	for row := range rowsOf(v, "settings.reminders.leads[%d]") {
		f.Leads = append(f.Leads, text(at("settings.reminders.leads", row, "")))
	}
	for d := range f.Week {
		day := at("settings.working_hours.week", d, "")
		for row := range rowsOf(v, day+"[%d].from") {
			f.Week[d] = append(f.Week[d], periodRow{text(at(day, row, ".from")), text(at(day, row, ".to"))})
		}
	}
	for row := range rowsOf(v, "settings.reengagement.attempts[%d].delay") {
		f.Attempts = append(f.Attempts, readAttempt(v, at("settings.reengagement.attempts", row, "")))
	}
	for row := range rowsOf(v, "settings.reengagement.max_per_contact[%d].max") {
		cap := at("settings.reengagement.max_per_contact", row, "")
		f.CapRows = append(f.CapRows, capRow{text(cap + ".max"), text(cap + ".per")})
	}
	return f
}

func readAttempt(v url.Values, attempt string) attemptRow {
	a := attemptRow{Delay: v.Get(attempt + ".delay"), Template: v.Get(attempt + ".template")}
	for row := range rowsOf(v, attempt+".parameters[%d].value") {
		p := at(attempt+".parameters", row, "")
		a.Parameters = append(a.Parameters, parameterRow{Place: v.Get(p + ".place"), Name: v.Get(p + ".name"), Named: v.Get(p+".named") != "", Value: unix(v.Get(p + ".value"))})
	}
	return a
}

// mostRows bounds a form; the API takes fewer.
const mostRows = 200

// rowsOf is how many rows have been posted, numbered from 0 without a gap.
func rowsOf(v url.Values, control string) (n int) {
	for n < mostRows && v.Has(fmt.Sprintf(control, n)) {
		n++
	}
	return n
}

func at(list string, i int, rest string) string { return fmt.Sprintf("%s[%d]%s", list, i, rest) }
