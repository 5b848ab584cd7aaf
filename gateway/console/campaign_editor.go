package console

import (
	"time"

	"reengage/campaign"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// editorView is the page of a draft, or of a campaign that is yet to be made.
type editorView struct {
	ID, Here string // empty ID: it is not saved yet
	Form     campaignForm
	Numbers  []choice
	Listed   []choice // templates of the number
	Segments []choice
	Zone     string // of the number, in which times are written
	Defaults limitDefaults
	Saved    bool
	Changed  bool // by somebody else, meanwhile; nothing was saved
	Refusal  string
	Problems []api.FieldError // for which it was not saved
	Shown    template.Preview // of the template as it is, where nobody can be shown yet
	Preview  *customerView    // nil: there is nobody yet
	Quote    *quoteView       // nil: not known yet
	Try      tryView
	May      bool // change it
	MayStart bool // launch it
}

// Begins is when it does, as people say it: a browser's own way of writing times is for browsers.
func (v editorView) Begins() string {
	at, err := time.Parse(localTime, v.Form.Start)
	if err != nil {
		return v.Form.Start
	}
	return inWeek(at, time.UTC) // the number's clock already
}

// limitDefaults are what holds where the form says nothing, as placeholders.
type limitDefaults struct{ Pace, AnswerWithin, MaxFailures, MaxOptOuts, Quiet string }

// customerView is the template as one of the segment's contacts would get it.
type customerView struct {
	Name, Detail string // of the contact
	Shown        template.Preview
	Problem      string // why this contact would get nothing
	N, Of        int
	Before, Next string // where the others are; empty: there is none
	Contact      int
}

// quoteView is what a launch would do and cost, as things stand (K5).
type quoteView struct {
	Recipients int64
	Contacts   string // of whom they are
	LeftOut    []leftOutLine
	Markets    []marketLine
	Totals     []string // one for each currency
	Unpriced   string   // how many have no price
	Duration   string
	Findings   []findingLine
	Warnings   []string
	Blocked    []string // why it cannot be launched
}

// leftOutLine is why contacts of the segment are no recipients (K1).
type leftOutLine struct{ Why, Count string }

// marketLine is what a market's recipients cost.
type marketLine struct{ Market, Recipients, Price, Total, Rule string }

// findingLine is what the linter says of the template.
type findingLine struct {
	Bad           bool
	Place, Reason string
}

// tryView is the test send: one message to somebody who is looked for by phone or name.
type tryView struct {
	Key     string // so that pressing twice sends once
	Fresh   bool   // what stands here is the answer to what was pressed, and takes its place
	Q       string
	Sent    string // to whom it went
	Refused string
	Several []choice // contacts to choose among
	Nobody  bool
}

// State is that of all that can be edited.
func (v editorView) State() campaign.State { return campaign.Draft }

// Wrong is what keeps the field from being saved.
func (v editorView) Wrong(field string) string {
	for _, e := range v.Problems {
		if e.Field == field {
			return capital(besideField(e))
		}
	}
	return ""
}

// Text is a control for a field of the form.
func (v editorView) Text(id, label, value, placeholder, hint string) fieldControl {
	return fieldControl{ID: id, Label: label, Value: value, Placeholder: placeholder, Hint: hint, Wrong: v.Wrong(id)}
}

// Lines are what has to be put right.
func (v editorView) Lines() []problemLine { return campaignLines(v.Problems) }

// LimitsWrong reports whether something among the folded limits has to be put right.
func (v editorView) LimitsWrong() bool {
	for _, e := range v.Problems {
		if len(e.Field) > 7 && e.Field[:7] == "limits." {
			return true
		}
	}
	return false
}

// Ready reports whether it could be launched as it stands.
func (v editorView) Ready() bool {
	return v.ID != "" && v.Quote != nil && len(v.Quote.Blocked) == 0 && v.Quote.Recipients > 0 && len(v.Problems) == 0 && !v.Changed && v.Refusal == ""
}

// Cost is the total in words.
func (q quoteView) Cost() string {
	text := ""
	for i, t := range q.Totals {
		if i > 0 {
			text += " and "
		}
		text += t
	}
	return text
}
