package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"reengage/gateway/api"
)

// numberView is the page of one business number.
type numberView struct {
	numberCard // as it is; Form is as it stands on the page
	Form       numberForm
	Preview    previewView
	Tariff     tariffView
	Saved      bool
	Problems   []api.FieldError // for which it was not saved
	Refusal    string           // of a problem that no field has
	Changed    []changedPart    // by somebody else, meanwhile
	listed     templateList
}

// changedPart is what somebody else has set, and to what if that is said in a word.
type changedPart struct{ Name, Now string }

func newNumberView(n api.BusinessNumber, listed templateList, form numberForm, preview previewView, may bool) numberView {
	return numberView{numberCard: cardOf(n, may), Form: form, Preview: preview, Tariff: tariffOf(n), listed: listed}
}

// refused takes in why the form was not saved; nil if nobody has tried.
func (v *numberView) refused(p *api.Problem) {
	switch {
	case p == nil:
	case p.Code == "number_changed":
		for _, e := range p.Errors {
			v.Changed = append(v.Changed, changedPart{e.Detail, now(v.BusinessNumber, e.Field)})
		}
	case len(p.Errors) > 0:
		v.Problems = p.Errors
	default:
		v.Refusal = p.Detail
	}
}

func now(n api.BusinessNumber, field string) string {
	switch field {
	case "display":
		return n.Display
	case "waba_id":
		return n.WABA
	case "portfolio":
		return n.Portfolio
	case "time_zone":
		return n.TimeZone
	case "account_time_zone":
		return n.AccountTimeZone
	}
	return ""
}

// Name is how people call the number.
func (n numberCard) Name() string { return cmp.Or(n.Display, n.ID) }

// Wrong is what keeps the field from being saved.
func (v numberView) Wrong(field string) string {
	for _, e := range v.Problems {
		if e.Field == field {
			return besideField(e)
		}
	}
	return ""
}

// WrongIn is what is wrong with parts of the field that have no control of their own.
func (v numberView) WrongIn(field string) string {
	for _, e := range v.Problems {
		if e.Field != field && strings.HasPrefix(e.Field, field) {
			return besideField(e)
		}
	}
	return v.Wrong(field)
}

// WarnOf is what would not work as things stand.
func (v numberView) WarnOf(field string) string {
	for _, w := range v.Preview.Warnings {
		if w.Field == field {
			return w.Sentence
		}
	}
	return ""
}

// besideField leaves out the field's name, beside which it stands.
func besideField(e api.FieldError) string {
	text := strings.TrimPrefix(e.Detail, e.Field)
	return strings.TrimSpace(strings.TrimPrefix(text, ":"))
}

// fieldControl is one text control with what is to be said about it.
type fieldControl struct {
	ID, Label, Value, Hint, Wrong, Placeholder, List string
}

// Text is a control for a field of the form.
func (v numberView) Text(id, label, value, placeholder, hint string) fieldControl {
	return fieldControl{ID: id, Label: label, Value: value, Hint: hint, Wrong: v.Wrong(id), Placeholder: placeholder}
}

// Zone is a control for a time zone.
func (v numberView) Zone(id, label, value, hint string) fieldControl {
	f := v.Text(id, label, value, "Europe/Lisbon", hint)
	f.List = "zones"
	return f
}

// Templates are those to choose among; one that is chosen and not listed is among them.
func (v numberView) Templates(chosen string) (all []choice) {
	for _, t := range v.listed {
		label := t.Name + " · " + t.Language
		if t.Category != "" {
			label += " · " + t.Category
		}
		if t.Status != "approved" {
			label += " · " + t.Status + ", cannot be sent now"
		}
		all = append(all, choiceOf(t, label, chosen))
	}
	if !slices.ContainsFunc(all, func(c choice) bool { return c.Chosen }) {
		label := "Choose a template"
		if name, language := ofKey(chosen); chosen != "" {
			label = name + " · " + language + " · not among the number's templates"
		}
		all = append([]choice{{label, chosen, true}}, all...)
	}
	return all
}

// weekday is one day of the working hours.
type weekday struct {
	Index int
	Name  string
	Rows  []periodRow
}

// Days are the week's, as people count them: from Monday.
func (f numberForm) Days() (days []weekday) {
	for i := range f.Week {
		d := (i + 1) % len(f.Week)
		days = append(days, weekday{d, time.Weekday(d).String(), f.Week[d]})
	}
	return days
}

// Zones are time zones to choose among; every other may be typed.
func (v numberView) Zones() []string {
	return []string{"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
		"America/Chicago", "America/Lima", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Santiago", "America/Sao_Paulo",
		"Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Singapore", "Asia/Tokyo",
		"Australia/Sydney", "Europe/Berlin", "Europe/Istanbul", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome", "Pacific/Auckland"}
}
