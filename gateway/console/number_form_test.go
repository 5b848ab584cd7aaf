package console

import (
	"bytes"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// What the form shows, posted as a browser posts it, asks for nothing else than what there is.
func TestWhatTheFormShowsChangesNothingWhenItIsPosted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNumber(t)
		listed := rapid.SampledFrom([]templateList{nil, {needs(n)}}).Draw(t, "templates")
		form := readNumberForm(posted(t, n, listed))
		for name, current := range map[string]api.BusinessNumber{"of the number": n, "read anew": {}} {
			change, wrong := form.change(current, listed)
			require.Empty(t, wrong)
			require.JSONEq(t, written(t, n.Settings), written(t, change.Settings), name)
			require.Equal(t, n.StopWords, change.StopWords)
			require.Equal(t, []any{n.Display, n.WABA, n.Portfolio, n.TimeZone, n.AccountTimeZone, int(n.MessagesPerSecond), int(n.ContactsPerDay), n.Version},
				[]any{change.Display, change.WABA, change.Portfolio, change.TimeZone, change.AccountTimeZone, change.MessagesPerSecond, change.ContactsPerDay, change.Version})
		}
	})
}

func TestALengthOfTimeReadsBackAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := conversation.Duration(rapid.OneOf(rapid.Int64Range(0, int64(100*24*time.Hour)),
			rapid.Map(rapid.Int64Range(0, 100*24*60), func(m int64) int64 { return m * int64(time.Minute) })).Draw(t, "length"))
		got, ok := readLength(writeLength(d))
		require.True(t, ok)
		require.Equal(t, d, got)
		micros := rapid.Int64Range(0, 1e15).Draw(t, "micros")
		back, ok := readMicros(writeMicros(micros))
		require.True(t, ok)
		require.Equal(t, micros, back)
	})
	for text, want := range map[string]time.Duration{"1h30m": 90 * time.Minute, "1 H 30 Min": 90 * time.Minute, "2days": 48 * time.Hour, "": 0, "90 minutes": 90 * time.Minute,
		"0 min": 0, "1 d": 24 * time.Hour} {
		got, ok := readLength(text)
		require.True(t, ok, text)
		require.Equal(t, want, time.Duration(got), text)
	}
	for _, text := range []string{"soon", "1", "1 h and a bit", "h", "99999999999 days"} {
		_, ok := readLength(text)
		require.False(t, ok, text)
	}
	for _, text := range []string{"-1", "1.2345678", "a", "1e3", "9999999999999"} {
		_, ok := readMicros(text)
		require.False(t, ok, text)
	}
}

func written(t require.TestingT, v any) string {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// posted is what a browser posts of the number's page if nobody has touched the form.
func posted(t require.TestingT, n api.BusinessNumber, listed templateList) url.Values {
	var page bytes.Buffer
	require.NoError(t, templates.ExecuteTemplate(&page, "number", newNumberView(n, listed, formOf(n, listed), previewView{}, true)))
	return FormOf(page.String())
}

// FormOf is what a browser posts of the settings' form on a page.
func FormOf(page string) url.Values {
	_, form, _ := strings.Cut(page, `id="number" class="settings"`)
	form, _, _ = strings.Cut(form, `</form>`)
	return controls(form)
}

// What tests of the whole package ask.
var (
	Controls   = controls
	SchemeName = schemeName
)

var attribute = regexp.MustCompile(`([a-z]+)="([^"]*)"`)

// controls are a form's values by name, as a browser posts them. All "<" within texts and values are escaped.
func controls(form string) url.Values {
	v := url.Values{}
	within := "" // which select
	for _, part := range strings.Split(form, "<") {
		tag, text, _ := strings.Cut(part, ">")
		kind, rest, _ := strings.Cut(tag, " ")
		if kind != "input" && kind != "textarea" && kind != "select" && kind != "option" {
			continue
		}
		attributes := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(rest, -1) {
			attributes[a[1]] = html.UnescapeString(a[2])
		}
		name, value := attributes["name"], attributes["value"]
		box := attributes["type"] == "checkbox" || attributes["type"] == "radio"
		switch {
		case kind == "select":
			within = name
		case kind == "option" && strings.HasSuffix(rest, " selected"):
			v.Add(within, value)
		case kind == "textarea":
			v.Add(name, strings.ReplaceAll(html.UnescapeString(strings.TrimPrefix(text, "\n")), "\n", "\r\n"))
		case kind == "input" && (!box || strings.HasSuffix(rest, " checked")):
			v.Add(name, value)
		}
	}
	return v
}

// aText has what markup is made of; line is on one line, with something in it.
var (
	aText = rapid.StringOfN(rapid.RuneFrom([]rune("ab <>&\"'{}[]=/漢é\U0001F600,.\n")), 0, 12, -1)
	aLine = rapid.Map(aText, func(s string) string { return strings.Join(strings.Fields("x"+s), " ") })
	aTime = rapid.SampledFrom([]string{"00:00", "08:30", "17:59", "24:00"})
)

func drawNumber(t *rapid.T) api.BusinessNumber {
	length := rapid.Map(rapid.Int64Range(1, 90*24*60*60), func(s int64) conversation.Duration { return conversation.Duration(s * int64(time.Second)) })
	n := api.BusinessNumber{ID: "106540000000001", Display: aLine.Draw(t, "display"), WABA: aLine.Draw(t, "waba"), Portfolio: aLine.Draw(t, "portfolio"),
		TimeZone: "Europe/Lisbon", AccountTimeZone: "UTC", MessagesPerSecond: rapid.Int32Range(1, 10000).Draw(t, "rate"), ContactsPerDay: rapid.SampledFrom([]int32{0, 250, 100000}).Draw(t, "contacts"), Version: "v",
		StopWords: rapid.MapOfN(aLine, rapid.SliceOfN(aLine, 0, 2), 0, 2).Draw(t, "words")}
	s := conversation.Settings{}
	s.Reminders = conversation.ReminderPolicy{Leads: rapid.SliceOfN(length, 0, 3).Draw(t, "leads"), Always: rapid.Bool().Draw(t, "always"),
		BeforeEnd: rapid.OneOf(rapid.Just(conversation.Duration(0)), length).Draw(t, "before end")}
	if rapid.Bool().Draw(t, "nudge") {
		s.Reminders.Nudge = &conversation.NudgePolicy{Lead: length.Draw(t, "nudge lead"), Text: aText.Draw(t, "nudge text")}
	}
	if rapid.Bool().Draw(t, "works") {
		s.WorkingHours = &conversation.WorkingHours{Holidays: rapid.SliceOfN(rapid.SampledFrom([]string{"2026-12-25", "2027-01-01"}), 0, 2).Draw(t, "holidays")}
		for d := range s.WorkingHours.Week {
			for range rapid.IntRange(0, 2).Draw(t, "periods") {
				s.WorkingHours.Week[d] = append(s.WorkingHours.Week[d], conversation.Period{From: aTime.Draw(t, "from"), To: aTime.Draw(t, "to")})
			}
		}
	}
	s.KeptReplies = conversation.KeptReplies{Mode: rapid.SampledFrom([]conversation.KeptMode{"", "offer", "auto"}).Draw(t, "mode"),
		KeepFor: rapid.OneOf(rapid.Just(conversation.Duration(0)), length).Draw(t, "keep for")}
	s.Reengagement = drawPolicy(t, length)
	require.NoError(t, json.Unmarshal([]byte(written(t, s)), &n.Settings)) // as the API answers
	return n
}

func drawPolicy(t *rapid.T, length *rapid.Generator[conversation.Duration]) (p conversation.Policy) {
	for range rapid.IntRange(0, 3).Draw(t, "attempts") {
		p.Attempts = append(p.Attempts, conversation.AttemptPolicy{Delay: rapid.OneOf(rapid.Just(conversation.Duration(0)), length).Draw(t, "delay"),
			Template: rapid.SampledFrom([]string{"we_miss_you", "a/b", "last_call"}).Draw(t, "template"), Language: "en_US", Parameters: drawParameters(t)})
	}
	p.MaxPerContact = rapid.SampledFrom([][]conversation.Cap{nil, {}, {{Max: 3, Per: conversation.Duration(36 * time.Hour)}}}).Draw(t, "caps")
	if rapid.Bool().Draw(t, "quiet") {
		p.QuietHours = &conversation.QuietHours{From: aTime.Draw(t, "quiet from"), To: aTime.Draw(t, "quiet to")}
	}
	if rapid.Bool().Draw(t, "budget") {
		p.Budget = &conversation.Budget{DayMicros: rapid.Int64Range(0, 1e13).Draw(t, "day"), MonthMicros: rapid.Int64Range(0, 1e13).Draw(t, "month")}
	}
	p.StopOn = rapid.SampledFrom([][]conversation.StopRule{nil, {}, {"answer"}, {"answer", "close"}, {"opt_out"}}).Draw(t, "stop on")
	if rapid.Bool().Draw(t, "prior") {
		p.MinPriorInbound = new(rapid.IntRange(0, 9).Draw(t, "least"))
	}
	return p
}

func drawParameters(t *rapid.T) json.RawMessage {
	values := func(place string) template.Values {
		switch rapid.IntRange(0, 2).Draw(t, place) {
		case 1:
			return template.Values{Positional: rapid.SliceOfN(aLine, 1, 3).Draw(t, "by position")}
		case 2:
			return template.Values{Named: rapid.MapOfN(rapid.SampledFrom([]string{"city", "day", "1"}), aLine, 1, 2).Draw(t, "by name")}
		}
		return template.Values{}
	}
	p := template.Parameters{Body: values("body"), Header: values("header")}
	if rapid.Bool().Draw(t, "button") {
		p.Buttons = map[int]string{rapid.IntRange(0, 9).Draw(t, "index"): aLine.Draw(t, "button's")}
	}
	if p.Body.Empty() && p.Header.Empty() && p.Buttons == nil {
		return nil
	}
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	return raw
}

// needs is a template of which the number's policy gives some values, none, and others that it does not need.
func needs(n api.BusinessNumber) api.Template {
	return api.Template{Name: "we_miss_you", Language: "en_US", Status: "approved", Parameters: []template.Variable{
		{Place: "header.1", Part: "header", Name: "1"}, {Place: "body.city", Part: "body", Name: "city", Named: true}, {Place: "buttons.1", Part: "buttons", Name: "1"}}}
}
