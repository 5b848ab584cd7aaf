package console

import (
	"encoding/json"
	"slices"
	"time"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

var numberStories = []story{
	{"numbers-none", frame{Title: "Numbers", Here: "numbers", Page: "numbers", View: numbersView{May: true}}},
	{"numbers-all-states", frame{Title: "Numbers", Here: "numbers", Page: "numbers", View: numbersView{May: true, Numbers: storyCards(true)}}},
	{"numbers-viewer", frame{Title: "Numbers", Here: "numbers", Page: "numbers", Who: storyViewer, View: numbersView{Numbers: storyCards(false)}}},
	{"number-set-up", numberStory(storyNumber, nil)},
	{"number-saved", numberStory(storyNumber, func(v *numberView) { v.Saved = true })},
	{"number-not-set-up", numberStory(api.BusinessNumber{ID: "106540000000002", Portfolio: "default", TimeZone: "UTC", AccountTimeZone: "UTC", MessagesPerSecond: 80}, nil)},
	{"number-paused-by-provider", numberStory(storyPaused, nil)},
	{"number-paused-by-hand", numberStory(api.BusinessNumber{ID: "106540000000004", Display: "+44 7700 900104", Configured: true, Portfolio: "default",
		TimeZone: "Europe/London", AccountTimeZone: "UTC", MessagesPerSecond: 80, SenderPaused: &api.SenderPaused{At: storyTime.Add(-time.Hour), Class: "manual"}}, nil)},
	{"number-viewer", numberViewerStory()},
	{"number-with-mistakes", numberStory(storyNumber, withMistakes)},
	{"number-changed-meanwhile", numberStory(storyNumber, func(v *numberView) {
		v.Changed = []changedPart{{"the people's time zone", "Europe/Madrid"}, {"the reminders", ""}}
		v.Form.Leads = append(v.Form.Leads, "4 h")
	})},
	{"number-not-answered", numberStory(storyNumber, func(v *numberView) { v.Refusal = "the database cannot be reached; nothing was stored, try again" })},
	{"number-templates-do-not-work", numberStory(storyNumber, func(v *numberView) {
		v.Form.Attempts = append(v.Form.Attempts, attemptRow{"8 days", "gone/en", []parameterRow{{Place: "body", Name: "1", Value: "blue", Label: "Text, 1"}}})
		v.Preview.Warnings = []api.NumberWarning{
			{Code: "template_not_approved", Field: "settings.reengagement.attempts[1]", Sentence: "the template last_call in en is paused, not approved"},
			{Code: "template_not_found", Field: "settings.reengagement.attempts[2]", Sentence: "there is no template gone in en"},
			{Code: "template_parameters", Field: "settings.reengagement.attempts[0].parameters", Sentence: "Text: 2 values are needed, not 1."},
		}
	})},
	{"number-scheme-assigned", numberStory(storyNumber, func(v *numberView) { v.Tariff.Done = storyAssigned })},
	{"number-scheme-refused", numberStory(storyNumber, schemeRefused)},
	{"number-long-texts", numberStory(storyLong(), nil)},
	{"number-preview-wrong", numberStory(storyNumber, func(v *numberView) { v.Preview = previewView{Problems: storyMistakes} })},
}

var storyAssigned = assignedSentence(storyNumber, api.NumberScheme{Name: "twilio", From: new(storyTime.Truncate(24 * time.Hour))})

func schemeRefused(v *numberView) {
	v.Tariff.refused(&api.Problem{Errors: []api.FieldError{
		{Field: "from", Detail: "from is neither a date like 2026-10-01 nor an RFC 3339 time nor always"},
		{Field: "card_set", Detail: "there is no set of rate cards of that name"},
	}}, schemeForm{Scheme: "twilio", CardSet: "chile"})
}

var storyTemplates = templateList{
	{Name: "last_call", Language: "en", Category: "marketing", Status: "paused"},
	{Name: "we_miss_you", Language: "en", Category: "marketing", Status: "approved",
		Parameters: []template.Variable{{Place: "body.1", Part: "body", Name: "1", Example: "Ada"}, {Place: "buttons.0", Part: "buttons", Name: "0", Example: "spring"}}},
}

func hours(d time.Duration) conversation.Duration { return conversation.Duration(d * time.Hour) }

// storyNumber uses everything that there is to set.
var storyNumber = api.BusinessNumber{
	ID: "106540000000001", Display: "+1 202 555 0100", WABA: "102290129340398", Portfolio: "default", Configured: true,
	TimeZone: "Europe/Lisbon", AccountTimeZone: "UTC", MessagesPerSecond: 80, StopWords: map[string][]string{"pt": {"parar", "sair"}},
	Scheme: &api.NumberScheme{Name: "zenvia-conversion", From: new(storyTime.Truncate(24*time.Hour).AddDate(0, 0, -40))},
	Settings: api.NumberSettings{
		Reminders: conversation.ReminderPolicy{Leads: []conversation.Duration{hours(2), hours(1)}, BeforeEnd: conversation.Duration(45 * time.Minute),
			Nudge: &conversation.NudgePolicy{Lead: conversation.Duration(20 * time.Minute), Text: "Are you still there? We will gladly go on."}},
		WorkingHours: &conversation.WorkingHours{Holidays: []string{"2026-12-25", "2027-01-01"}, Week: [7][]conversation.Period{
			1: {{From: "09:00", To: "13:00"}, {From: "14:00", To: "18:00"}}, 2: {{From: "09:00", To: "18:00"}}, 3: {{From: "09:00", To: "18:00"}},
			4: {{From: "09:00", To: "18:00"}}, 5: {{From: "09:00", To: "18:00"}}}},
		Reengagement: conversation.Policy{
			Attempts: []conversation.AttemptPolicy{
				{Delay: hours(1), Template: "we_miss_you", Language: "en", Parameters: json.RawMessage(`{"body":["{{contact.first_name}}"],"buttons":{"0":"spring"}}`)},
				{Delay: hours(20), Template: "we_miss_you", Language: "en", Parameters: json.RawMessage(`{"body":["{{contact.first_name}}"],"buttons":{"0":"spring"}}`)}},
			QuietHours: &conversation.QuietHours{From: "21:00", To: "08:00"}, Budget: &conversation.Budget{DayMicros: 5_000_000, MonthMicros: 100_000_000}},
		KeptReplies: conversation.KeptReplies{Mode: conversation.AutoKept, KeepFor: hours(72)},
	},
}

var storyPaused = api.BusinessNumber{ID: "106540000000003", Display: "+44 7700 900103", Configured: true, Portfolio: "default", TimeZone: "Europe/London",
	AccountTimeZone: "Europe/London", MessagesPerSecond: 80, SenderPaused: &api.SenderPaused{At: storyTime.Add(-3 * time.Hour), Class: "sender_paused", Code: new(int32(131048))}}

func storyCards(may bool) []numberCard {
	warned := storyNumber
	warned.Warnings = []api.NumberWarning{{Code: "template_not_approved", Field: "settings.reengagement.attempts[1]", Sentence: "the template last_call in en is paused, not approved"}}
	return []numberCard{cardOf(warned, may), cardOf(api.BusinessNumber{ID: "106540000000002", TimeZone: "UTC", AccountTimeZone: "UTC"}, may), cardOf(storyPaused, may)}
}

// numberStory is the page of a number, of which something may be otherwise.
func numberStory(n api.BusinessNumber, otherwise func(*numberView)) frame {
	v := newNumberView(n, storyTemplates, formOf(n, storyTemplates), storyPreview(n), true)
	if otherwise != nil {
		otherwise(&v)
	}
	return frame{Title: "Number " + v.Name(), Here: "numbers", Page: "number", View: v}
}

func numberViewerStory() frame {
	f := numberStory(storyNumber, func(v *numberView) { v.May = false })
	f.Who = storyViewer
	return f
}

// storyPreview is what the API says of a contact that has written on a Friday noon, told by the functions that it asks as well.
func storyPreview(n api.BusinessNumber) previewView {
	s := conversation.Settings(n.Settings)
	people := conversation.ResolveZone(zoneOf(n.TimeZone), storyTime)
	contact := conversation.ResolveZone(zoneOf("America/Sao_Paulo"), storyTime)
	if s.WorkingHours != nil {
		week := *s.WorkingHours
		week.Zone = people
		s.WorkingHours = &week
	}
	e := conversation.Example{LastInboundAt: storyTime, Zone: contact, Messages: 1}
	p := api.NumberPreview{LastInboundAt: storyTime, TimeZone: "America/Sao_Paulo"}
	for _, f := range conversation.Foresee(s, e) {
		item := api.PreviewItem{Kind: f.Kind, At: f.At, PlannedAt: f.Planned, Attempt: f.Attempt, Code: f.Verdict.Code, Sentence: f.Sentence}
		if f.Attempt > 0 {
			item.Template, item.Language = s.Reengagement.Attempts[f.Attempt-1].Template, s.Reengagement.Attempts[f.Attempt-1].Language
		}
		if !f.NotAfter.IsZero() {
			item.NotAfter = &f.NotAfter
		}
		p.Items = append(p.Items, item)
	}
	p.Until = p.Items[len(p.Items)-1].At.Add(4 * time.Hour)
	if s.WorkingHours != nil {
		p.WorkingHours = s.WorkingHours.Stretches(storyTime, p.Until)
	}
	if q := s.Reengagement.QuietHours; q != nil {
		p.QuietHours = (&conversation.Quiet{Hours: *q, Zone: contact}).Stretches(storyTime, p.Until)
	}
	return newPreviewView(p, n.TimeZone, exampleForm{TimeZone: "America/Sao_Paulo"})
}

var storyMistakes = []api.FieldError{
	{Field: "time_zone", Detail: "time_zone is not a time zone such as America/Sao_Paulo"},
	{Field: "settings.reminders.leads[1]", Detail: "settings.reminders.leads[1]: 30h0m0s must be whole seconds between 1s and 24h"},
	{Field: "settings.working_hours.week[2][0]", Detail: "settings.working_hours.week[2][0]: 18:00-09:00 is not a period of one day"},
	{Field: "settings.reengagement.attempts[0].parameters", Detail: "settings.reengagement.attempts[0].parameters: the contact has no field nme; there are name, first_name, language and phone, and with a fallback the contact's other fields"},
	{Field: "settings.reengagement.attempts[1].delay", Detail: "this is not a length of time such as 1 h 30 min or 2 days"},
	{Field: "settings.reengagement.quiet_hours", Detail: `settings.reengagement.quiet_hours: "nine" to "08:00" are not two different times of day as HH:MM`},
	{Field: "stop_words.pt[0]", Detail: "stop_words.pt[0] is not a word of 1 to 64 characters"},
}

func withMistakes(v *numberView) {
	v.Problems = storyMistakes
	v.Form.TimeZone, v.Form.Leads[1], v.Form.QuietFrom = "Mars/Olympus", "30 h", "nine"
	v.Form.Week[2] = []periodRow{{"18:00", "09:00"}}
	v.Form.Attempts = slices.Clone(v.Form.Attempts)
	v.Form.Attempts[1].Delay = "soon"
	v.Preview = previewView{Problems: storyMistakes}
}

// storyLong has texts that nobody should write, and markup in them.
func storyLong() api.BusinessNumber {
	long := `<script>alert(1)</script>`
	for len(long) < 2000 {
		long += "Donaudampfschifffahrtsgesellschaft"
	}
	n := storyNumber
	n.Display = long[:64]
	n.StopWords = map[string][]string{"de": {long}}
	n.Settings.Reminders.Nudge = &conversation.NudgePolicy{Lead: conversation.Duration(time.Minute), Text: long}
	n.Settings.Reengagement.Attempts = []conversation.AttemptPolicy{{Delay: hours(1), Template: long[:500], Language: "en", Parameters: json.RawMessage(`["` + long[30:] + `"]`)}}
	return n
}
