package console

import (
	"strings"
	"time"

	"reengage/gateway/api"
	"reengage/tariff"
)

// tariffView is by what a number owes, and the form that assigns another scheme.
type tariffView struct {
	Now      string // what people call the scheme in force
	Form     schemeForm
	Done     string           // what has been assigned
	Problems []api.FieldError // for which it was not
	Refusal  string           // of a problem that no field has
}

// tariffOf has a form that names no beginning: from when on is to be decided.
func tariffOf(n api.BusinessNumber) tariffView {
	form := schemeForm{Scheme: tariff.Meta}
	if n.Scheme != nil {
		form.Scheme = n.Scheme.Name
		if n.Scheme.CardSet != nil {
			form.CardSet = *n.Scheme.CardSet
		}
	}
	return tariffView{Now: schemeName(form.Scheme), Form: form}
}

// refused takes in why it was not assigned, and what was asked for.
func (v *tariffView) refused(p *api.Problem, form schemeForm) {
	v.Form, v.Problems = form, p.Errors
	if len(p.Errors) == 0 {
		v.Refusal = p.Detail
	}
}

// Refused reports whether somebody has tried in vain.
func (v tariffView) Refused() bool { return v.Refusal != "" || len(v.Problems) > 0 }

// Wrong is what keeps the field from being assigned.
func (v tariffView) Wrong(field string) string {
	for _, e := range v.Problems {
		if e.Field == field {
			text := besideField(e)
			if strings.HasPrefix(text, "is ") {
				text = "this " + text
			}
			return capital(text)
		}
	}
	return ""
}

// Schemes are those to choose among.
func (v tariffView) Schemes() []choice { return schemeOptions(v.Form.Scheme) }

// CardSetControl names the prices.
func (v tariffView) CardSetControl() fieldControl {
	return fieldControl{ID: "card_set", Label: "Rate cards", Value: v.Form.CardSet, Wrong: v.Wrong("card_set"), Placeholder: "published ones",
		Hint: "The name of a set that was loaded (starter charges load-cards). Empty: the published prices."}
}

func assignedSentence(n api.BusinessNumber, s api.NumberScheme) string {
	if s.From == nil {
		return "Assigned, always: " + schemeName(s.Name) + "."
	}
	return "Assigned, from " + sinceOf(s.From, n.AccountTimeZone) + " on: " + schemeName(s.Name) + "."
}

// sinceOf says from when on a scheme is in force.
func sinceOf(from *time.Time, account string) string {
	if from == nil {
		return always
	}
	return from.In(zoneOf(account)).Format("2 Jan 2006, 15:04 MST")
}

// Since says from when the scheme is in force.
func (n numberCard) Since() string {
	if n.Scheme == nil {
		return always
	}
	return sinceOf(n.Scheme.From, n.AccountTimeZone)
}
