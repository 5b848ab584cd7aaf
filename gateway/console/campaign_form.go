package console

import (
	"net/url"
	"strings"
	"time"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/gateway/api"
)

// campaignForm is the form of a draft as it stands on the page: texts, whatever somebody has typed.
type campaignForm struct {
	Key, Version string // Key: of one that is not saved yet, so that it is made once
	Name         string
	Number       string // Meta's phone number id
	Template     string // name/language
	Values       []valueRow
	Segment      string // its id

	AtOnce       bool // begins when it is launched; else at Start
	Start, End   string
	Pace         string
	Budget       string
	Quiet        bool // quiet hours of its own; else the number's
	QuietFrom    string
	QuietTo      string
	HoldBack     bool
	AnswerWithin string
	MaxFailures  string
	MaxOptOuts   string
	Contact      int // which of the contacts the preview shows, from 0
}

// localTime is how a browser writes a time that has no zone.
const localTime = "2006-01-02T15:04"

// emptyCampaignForm begins a campaign.
func emptyCampaignForm(number, key string) campaignForm {
	return campaignForm{Key: key, Number: number, AtOnce: true, HoldBack: true}
}

// readCampaignForm reads what was posted.
func readCampaignForm(v url.Values) campaignForm {
	f := campaignForm{Key: v.Get("key"), Version: v.Get("version"), Name: strings.TrimSpace(v.Get("name")), Number: v.Get("number"),
		Template: v.Get("template"), Segment: v.Get("segment"), AtOnce: v.Get("begin") != "at", Start: v.Get("start_at"), End: v.Get("end_at"),
		Pace: v.Get("limits.pace_percent"), Budget: v.Get("limits.budget_micros"), Quiet: v.Get("limits.quiet_hours") == "on",
		QuietFrom: v.Get("limits.quiet_hours.from"), QuietTo: v.Get("limits.quiet_hours.to"), HoldBack: v.Get("limits.hold_back") == "on",
		AnswerWithin: v.Get("limits.answer_within"), MaxFailures: v.Get("limits.max_failures_percent"), MaxOptOuts: v.Get("limits.max_opt_outs_percent"),
		Contact: wholeNumber(v.Get("contact"))}
	f.Values = readValueRows(v)
	return f
}

// limitsOf writes limits into the form; a default is an empty field.
func (f *campaignForm) limitsOf(l campaign.Limits) {
	f.Pace, f.MaxFailures, f.MaxOptOuts = percentText(l.PacePercent), percentText(l.MaxFailuresPercent), percentText(l.MaxOptOutsPercent)
	if l.BudgetMicros != nil {
		f.Budget = writeMicros(*l.BudgetMicros)
	}
	if l.QuietHours != nil {
		f.Quiet, f.QuietFrom, f.QuietTo = true, l.QuietHours.From, l.QuietHours.To
	}
	f.HoldBack, f.AnswerWithin = !l.TalkOver, writeLength(l.AnswerWithin)
}

// limits reads them back; what cannot be read is noted.
func (f campaignForm) limits(r *formReader) campaign.Limits {
	l := campaign.Limits{PacePercent: f.percent(r, "limits.pace_percent", f.Pace), TalkOver: !f.HoldBack,
		AnswerWithin:       r.length("limits.answer_within", f.AnswerWithin),
		MaxFailuresPercent: f.percent(r, "limits.max_failures_percent", f.MaxFailures),
		MaxOptOutsPercent:  f.percent(r, "limits.max_opt_outs_percent", f.MaxOptOuts)}
	if strings.TrimSpace(f.Budget) != "" {
		l.BudgetMicros = new(r.micros("limits.budget_micros", f.Budget))
	}
	if f.Quiet {
		l.QuietHours = &conversation.QuietHours{From: strings.TrimSpace(f.QuietFrom), To: strings.TrimSpace(f.QuietTo)}
	}
	return l
}

func (f campaignForm) percent(r *formReader, field, text string) int {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	if text == "" {
		return 0
	}
	return r.count(field, text)
}

// instant reads a time of the number's zone; empty is none.
func (f campaignForm) instant(r *formReader, field, text string, zone *time.Location) *time.Time {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	at, err := time.ParseInLocation(localTime, text, zone)
	if err != nil {
		r.fail(field, "this is not a day and a time")
		return nil
	}
	return new(at.UTC())
}

// campaignFieldNames are what people call the fields.
var campaignFieldNames = map[string]string{
	"name": "Name", "number": "Number", "template": "Template", "template.name": "Template", "template.language": "Template", "parameters": "Values",
	"segment": "Segment", "segment_id": "Segment", "start_at": "Start", "end_at": "End", "limits.pace_percent": "Pace", "limits.budget_micros": "Budget",
	"limits.quiet_hours": "Quiet hours", "limits.answer_within": "Answers", "limits.max_failures_percent": "Failures", "limits.max_opt_outs_percent": "Opt-outs",
}

// campaignLines are what must be put right, each with the control in which.
func campaignLines(problems []api.FieldError) (lines []problemLine) {
	for _, e := range problems {
		name, known := campaignFieldNames[e.Field]
		if !known && strings.HasPrefix(e.Field, "parameters") {
			name = "Values"
		}
		lines = append(lines, problemLine{e.Field, name, besideField(e)})
	}
	return lines
}
