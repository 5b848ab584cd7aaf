package console

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"reengage/conversation"
	"reengage/gateway/api"
)

// numberChange is the body of a PUT, and of a preview.
type numberChange struct {
	Display           string                `json:"display"`
	WABA              string                `json:"waba_id"`
	Portfolio         string                `json:"portfolio"`
	TimeZone          string                `json:"time_zone"`
	AccountTimeZone   string                `json:"account_time_zone"`
	Settings          conversation.Settings `json:"settings"`
	StopWords         map[string][]string   `json:"stop_words"`
	MessagesPerSecond int                   `json:"messages_per_second"`
	ContactsPerDay    int                   `json:"contacts_per_day"`
	Version           string                `json:"version,omitempty"`
	Example           *api.PreviewExample   `json:"example,omitempty"`
}

// formReader makes values of a form's texts, and notes those that cannot be read. Whether a value may be is the API's to say.
type formReader struct{ wrong []api.FieldError }

func (r *formReader) fail(field, detail string) {
	r.wrong = append(r.wrong, api.FieldError{Field: field, Code: "invalid_field", Detail: detail})
}

func (r *formReader) length(field, text string) conversation.Duration {
	d, ok := readLength(text)
	if !ok {
		r.fail(field, "this is not a length of time such as 1 h 30 min or 2 days")
	}
	return d
}

func (r *formReader) count(field, text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		r.fail(field, "this is not a whole number")
	}
	return n
}

func (r *formReader) micros(field, text string) int64 {
	n, ok := readMicros(text)
	if !ok {
		r.fail(field, "this is not an amount such as 12.50")
	}
	return n
}

// change is what the form asks for. What it shows of the current number unchanged is sent back as it was: some of it can be written
// in several ways, of which the form knows one.
func (f numberForm) change(current api.BusinessNumber, listed templateList) (numberChange, []api.FieldError) {
	var r formReader
	shown := formOf(current, listed)
	c := numberChange{Display: f.Display, WABA: f.WABA, Portfolio: f.Portfolio, TimeZone: strings.TrimSpace(f.TimeZone),
		AccountTimeZone: strings.TrimSpace(f.AccountTimeZone), MessagesPerSecond: r.count("messages_per_second", f.MessagesPerSecond), Version: f.Version,
		StopWords: current.StopWords}
	if strings.TrimSpace(f.ContactsPerDay) != "" { // else 0: no limit
		c.ContactsPerDay = r.count("contacts_per_day", f.ContactsPerDay)
	}
	if !reflect.DeepEqual(f.StopWords, shown.StopWords) {
		c.StopWords = f.stopWords(&r)
	}
	if c.StopWords == nil {
		c.StopWords = map[string][]string{} // null would be none at all
	}
	c.Settings = conversation.Settings{Reminders: f.reminders(&r), WorkingHours: f.workingHours(), Reengagement: f.policy(&r, current, shown),
		KeptReplies: conversation.KeptReplies{Mode: conversation.KeptMode(f.KeptMode), KeepFor: r.length("settings.kept_replies.keep_for", f.KeepFor)}}
	return c, r.wrong
}

func (f numberForm) stopWords(r *formReader) map[string][]string {
	words := map[string][]string{}
	for i, row := range f.StopWords {
		language, list := strings.TrimSpace(row.Language), linesOf(row.Words)
		_, twice := words[language]
		switch {
		case language == "" && len(list) == 0: // a row that was added and not filled in
		case language == "":
			r.fail(at("stop_words", i, ".language"), "which language is this?")
		case twice:
			r.fail(at("stop_words", i, ".language"), "this language is here twice")
		default:
			words[language] = list
		}
	}
	return words
}

func linesOf(text string) []string {
	all := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func (f numberForm) reminders(r *formReader) conversation.ReminderPolicy {
	p := conversation.ReminderPolicy{Always: f.Always, BeforeEnd: r.length("settings.reminders.before_end", f.BeforeEnd)}
	for i, lead := range f.Leads {
		if strings.TrimSpace(lead) != "" {
			p.Leads = append(p.Leads, r.length(at("settings.reminders.leads", i, ""), lead))
		}
	}
	if f.Nudge {
		p.Nudge = &conversation.NudgePolicy{Lead: r.length("settings.reminders.nudge.lead", f.NudgeLead), Text: f.NudgeText}
	}
	return p
}

func (f numberForm) workingHours() *conversation.WorkingHours {
	if !f.Works {
		return nil
	}
	w := &conversation.WorkingHours{}
	for d, periods := range f.Week {
		for _, p := range periods {
			if p.From != "" || p.To != "" {
				w.Week[d] = append(w.Week[d], conversation.Period{From: strings.TrimSpace(p.From), To: strings.TrimSpace(p.To)})
			}
		}
	}
	if days := linesOf(f.Holidays); len(days) > 0 {
		w.Holidays = days
	}
	return w
}

func (f numberForm) policy(r *formReader, current api.BusinessNumber, shown numberForm) conversation.Policy {
	var p conversation.Policy
	known := current.Settings.Reengagement
	for i, a := range f.Attempts {
		attempt := conversation.AttemptPolicy{Delay: r.length(at("settings.reengagement.attempts", i, ".delay"), a.Delay)}
		attempt.Template, attempt.Language = ofKey(a.Template)
		var kept bool
		if attempt.Parameters, kept = keepParameters(a, known, shown.Attempts); !kept {
			attempt.Parameters = parametersOf(a.Parameters)
		}
		p.Attempts = append(p.Attempts, attempt)
	}
	switch f.Caps {
	case capsNone:
		p.MaxPerContact = []conversation.Cap{}
	case capsThese:
		p.MaxPerContact = []conversation.Cap{}
		for i, c := range f.CapRows {
			cap := at("settings.reengagement.max_per_contact", i, "")
			p.MaxPerContact = append(p.MaxPerContact, conversation.Cap{Max: r.count(cap, c.Max), Per: r.length(cap, c.Per)})
		}
	}
	if f.Quiet {
		p.QuietHours = &conversation.QuietHours{From: strings.TrimSpace(f.QuietFrom), To: strings.TrimSpace(f.QuietTo)}
	}
	if f.Budget {
		p.Budget = &conversation.Budget{DayMicros: r.micros("settings.reengagement.budget.day_micros", f.BudgetDay),
			MonthMicros: r.micros("settings.reengagement.budget.month_micros", f.BudgetMonth)}
	}
	p.StopOn = f.stopOn(known, shown)
	if strings.TrimSpace(f.MinPriorInbound) != "" {
		n := r.count("settings.reengagement.min_prior_inbound", f.MinPriorInbound)
		p.MinPriorInbound = &n
	}
	return p
}

func (f numberForm) stopOn(known conversation.Policy, shown numberForm) []conversation.StopRule {
	now, before := [3]bool{f.StopOnAnswer, f.StopOnOptOut, f.StopOnClose}, [3]bool{shown.StopOnAnswer, shown.StopOnOptOut, shown.StopOnClose}
	switch {
	case now == before:
		return known.StopOn
	case now == [3]bool{true, true, true}:
		return nil
	}
	rules := []conversation.StopRule{}
	for i, rule := range []conversation.StopRule{conversation.StopOnAnswer, conversation.StopOnOptOut, conversation.StopOnClose} {
		if now[i] {
			rules = append(rules, rule)
		}
	}
	return rules
}

// example is the contact of the preview as the API takes it.
func (f exampleForm) example(r *formReader, now time.Time) *api.PreviewExample {
	ago := r.length("example.last_inbound_at", f.Ago)
	optedIn := !f.OptedOut
	e := &api.PreviewExample{TimeZone: strings.TrimSpace(f.TimeZone), OptedIn: &optedIn}
	last := now.Add(-time.Duration(ago)).UTC()
	e.LastInboundAt = &last
	if strings.TrimSpace(f.Messages) != "" {
		n := r.count("example.messages", f.Messages)
		e.Messages = &n
	}
	return e
}
