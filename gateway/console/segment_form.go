package console

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/audience"
	"reengage/conversation"
	"reengage/gateway/api"
)

// segmentForm is the form of a segment as it stands on the page: texts, whatever somebody has typed.
type segmentForm struct {
	ID, Key, Version, Name   string
	AllTags, AnyTags, NoTags string // separated by semicolons
	Fields                   string // one a line: city = Lima
	Languages, Markets       string
	Number                   string
	Statuses                 []string
	After, Before            string // days, in UTC: half-open
	OptedIn                  string
	Campaign                 string // its id
	Answered                 string // yes, no; of the campaign
}

// segmentFormOf shows a segment as it is.
func segmentFormOf(s api.Segment) segmentForm {
	f := s.Filter
	form := segmentForm{ID: s.ID.String(), Version: strconv.Itoa(int(s.Version)), Name: s.Name, AllTags: strings.Join(f.AllTags, "; "),
		AnyTags: strings.Join(f.AnyTags, "; "), NoTags: strings.Join(f.NoTags, "; "), Languages: strings.Join(f.Languages, "; "),
		Markets: strings.Join(f.Markets, "; "), Number: f.Number, OptedIn: string(f.OptedIn), After: momentText(f.LastInboundAfter), Before: momentText(f.LastInboundBefore)}
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		form.Fields += name + " = " + f.Fields[name] + "\n"
	}
	for _, status := range f.Statuses {
		form.Statuses = append(form.Statuses, string(status))
	}
	if f.Campaign != nil {
		form.Campaign, form.Answered = f.Campaign.ID.String(), "no"
		if f.Campaign.Answered {
			form.Answered = "yes"
		}
	}
	return form
}

// readSegmentForm reads what was posted.
func readSegmentForm(r *http.Request) segmentForm {
	_ = r.ParseForm() // what cannot be read is not there
	v := r.PostForm
	return segmentForm{ID: r.PathValue("id"), Key: v.Get("key"), Version: v.Get("version"), Name: strings.TrimSpace(v.Get("name")), AllTags: v.Get("all_tags"),
		AnyTags: v.Get("any_tags"), NoTags: v.Get("no_tags"), Fields: unix(v.Get("fields")), Languages: v.Get("languages"), Markets: v.Get("markets"),
		Number: v.Get("number"), Statuses: v["statuses"], After: v.Get("last_inbound_after"), Before: v.Get("last_inbound_before"), OptedIn: v.Get("opted_in"),
		Campaign: v.Get("campaign"), Answered: v.Get("answered")}
}

// filter is what the form means, with what cannot be read.
func (f segmentForm) filter() (audience.Filter, []api.FieldError) {
	filter := audience.Filter{AllTags: splitTexts(f.AllTags), AnyTags: splitTexts(f.AnyTags), NoTags: splitTexts(f.NoTags), Languages: splitTexts(f.Languages),
		Markets: splitTexts(strings.ToUpper(f.Markets)), Number: f.Number, OptedIn: conversation.Category(f.OptedIn)}
	fields, wrong := readFields("filter.fields", f.Fields)
	if len(fields) > 0 {
		filter.Fields = fields
	}
	for _, s := range f.Statuses {
		filter.Statuses = append(filter.Statuses, conversation.StatusName(s))
	}
	var r formReader
	filter.LastInboundAfter = readMoment(&r, "filter.last_inbound_after", f.After)
	filter.LastInboundBefore = readMoment(&r, "filter.last_inbound_before", f.Before)
	if f.Campaign != "" {
		id, err := uuid.Parse(f.Campaign)
		if err != nil {
			r.fail("filter.campaign", "this is no campaign")
		}
		filter.Campaign = &audience.CampaignAnswer{ID: id, Answered: f.Answered != "no"}
	}
	return filter, append(wrong, r.wrong...)
}

// readMoment reads a day and a time in UTC; nothing is none.
func readMoment(r *formReader, field, text string) time.Time {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{localTime, localTime + ":05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	r.fail(field, "this is not a day and a time")
	return time.Time{}
}

// momentText reads back as the same moment.
func momentText(at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case at.Second() != 0:
		return at.UTC().Format(localTime + ":05")
	}
	return at.UTC().Format(localTime)
}

// segmentFieldNames are what people call the fields.
var segmentFieldNames = map[string]string{"name": "Name", "all_tags": "All of these tags", "any_tags": "Any of these tags", "no_tags": "None of these tags",
	"fields": "Custom fields", "languages": "Languages", "markets": "Markets", "number": "Number", "statuses": "States", "last_inbound_after": "Wrote since",
	"last_inbound_before": "Silent since", "opted_in": "Consent", "campaign": "Campaign"}

// segmentLines are what must be put right, each with the control in which.
func segmentLines(problems []api.FieldError) (lines []problemLine) {
	for _, e := range problems {
		field := strings.TrimPrefix(e.Field, "filter.")
		if i := strings.IndexAny(field, "[."); i >= 0 {
			field = field[:i]
		}
		lines = append(lines, problemLine{field, cmp.Or(segmentFieldNames[field], field), besideField(e)})
	}
	return lines
}
