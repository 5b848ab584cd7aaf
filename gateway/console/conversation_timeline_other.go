package console

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"reengage/gateway/api"
)

// reminderView is a warning to the team.
type reminderView struct {
	Word, Sentence string
	Deadline       zoned
}

// reminderWords are what became of it.
var reminderWords = map[string]string{"sent": "Reminder", "late": "Late reminder", "missed": "Missed reminder"}

func reminderOf(r api.TimelineReminder, zone *time.Location) *reminderView {
	return &reminderView{reminderWords[r.Outcome], capital(r.Sentence), zonedOf(r.Deadline, zone)}
}

// chargeView is an amount in the ledger, with the rule that it comes from.
type chargeView struct {
	Amount, Rule string
	Detail       string
	Note         string // it was cancelled, or cancels
}

func chargeOf(c api.TimelineCharge) *chargeView {
	v := &chargeView{Amount: money(c.AmountMicros, c.Currency), Rule: c.Rule}
	parts := []string{strings.ReplaceAll(c.Kind, "_", " ")}
	for _, part := range []*string{c.Category, c.Market, &c.Scheme} {
		if part != nil && *part != "" {
			parts = append(parts, *part)
		}
	}
	v.Detail = strings.Join(parts, " · ")
	switch {
	case c.Reverses != nil:
		v.Note = "cancels an earlier charge"
	case c.Reversed:
		v.Note = "cancelled later"
	}
	return v
}

// decisionView is one thing that was considered.
type decisionView struct {
	At       zoned
	Clock    *zoned // in the timeline, where the day is known
	Subject  string
	Sentence string
	Rule     string
	Code     string
	Refused  bool
	Facts    []factView
	Send     *decidedView // the message that it is about, if it is about one
}

// decidedView says which message it is.
type decidedView struct {
	Words   string
	Planned zoned
}

func decidedOf(s api.DecidedSend, zone *time.Location) *decidedView {
	words := "Free-form message"
	if s.Template != nil {
		words = "Template " + *s.Template
	}
	if origin := origins[s.Origin]; origin != "" {
		words += " · " + origin
	}
	return &decidedView{words, zonedOf(s.PlannedAt, zone)}
}

// factView is a fact that a decision rests on.
type factView struct{ Name, Value string }

func decisionViewOf(d api.Decision, zone *time.Location) *decisionView {
	v := &decisionView{At: zonedOf(d.At, zone), Subject: capital(strings.ReplaceAll(d.Subject, "_", " ")), Sentence: capital(d.Sentence), Rule: d.Rule,
		Code: d.Code, Refused: d.Allowed != nil && !*d.Allowed}
	if d.Send != nil {
		v.Send = decidedOf(*d.Send, zone)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Facts)) {
		v.Facts = append(v.Facts, factView{strings.ReplaceAll(name, "_", " "), factValue(d.Facts[name], zone)})
	}
	return v
}

// factValue writes a fact: an instant in the page's zone, anything that has parts as JSON.
func factValue(value any, zone *time.Location) string {
	switch value := value.(type) {
	case string:
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			return at.In(zone).Format("2006-01-02 15:04:05 MST")
		}
		return value
	case nil:
		return "none"
	}
	b, _ := json.Marshal(value) // it came as JSON
	return string(b)
}
