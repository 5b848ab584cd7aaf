package console

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"reengage/conversation"
	"reengage/gateway/api"
)

// numberForm is the form of a business number's settings as it stands on the page: texts, whatever somebody has typed. A
// control's name is the API's name of the field, so that a problem finds its place.
type numberForm struct {
	Version                                      string // from which it was made
	Display, WABA, Portfolio                     string
	TimeZone, AccountTimeZone, MessagesPerSecond string
	ContactsPerDay                               string // empty: no limit
	StopWords                                    []wordsRow
	Leads                                        []string
	Always                                       bool
	BeforeEnd                                    string
	Nudge                                        bool
	NudgeLead, NudgeText                         string
	Works                                        bool
	Week                                         [7][]periodRow
	Holidays                                     string // one a line
	Attempts                                     []attemptRow
	Caps                                         string // capsDefault, capsNone or capsThese
	CapRows                                      []capRow
	Quiet                                        bool
	QuietFrom, QuietTo                           string
	Budget                                       bool
	BudgetDay, BudgetMonth                       string
	StopOnAnswer, StopOnOptOut, StopOnClose      bool
	MinPriorInbound                              string
	KeptMode, KeepFor                            string
	Example                                      exampleForm
}

type (
	wordsRow   struct{ Language, Words string } // one a line
	periodRow  struct{ From, To string }
	capRow     struct{ Max, Per string }
	attemptRow struct {
		Delay, Template string // the template as templateKey writes it
		Parameters      []parameterRow
	}
)

// exampleForm is the contact of the preview; it belongs to no settings.
type exampleForm struct {
	Ago, TimeZone, Messages string
	OptedOut                bool
}

const (
	capsDefault = "default"
	capsNone    = "none"
	capsThese   = "these"
)

// formOf shows a number as it is.
func formOf(n api.BusinessNumber, listed templateList) numberForm {
	s := n.Settings
	f := numberForm{Version: n.Version, Display: n.Display, WABA: n.WABA, Portfolio: n.Portfolio, TimeZone: n.TimeZone, AccountTimeZone: n.AccountTimeZone,
		MessagesPerSecond: strconv.Itoa(int(n.MessagesPerSecond)), Always: s.Reminders.Always, BeforeEnd: writeLength(s.Reminders.BeforeEnd),
		KeptMode: string(s.KeptReplies.Mode), KeepFor: writeLength(s.KeptReplies.KeepFor)}
	if n.ContactsPerDay > 0 {
		f.ContactsPerDay = strconv.Itoa(int(n.ContactsPerDay))
	}
	for _, language := range slices.Sorted(maps.Keys(n.StopWords)) {
		f.StopWords = append(f.StopWords, wordsRow{language, lines(n.StopWords[language])})
	}
	for _, l := range s.Reminders.Leads {
		f.Leads = append(f.Leads, writeLength(l))
	}
	if nudge := s.Reminders.Nudge; nudge != nil {
		f.Nudge, f.NudgeLead, f.NudgeText = true, writeLength(nudge.Lead), unix(nudge.Text)
	}
	if hours := s.WorkingHours; hours != nil {
		f.Works, f.Holidays = true, lines(hours.Holidays)
		for d, periods := range hours.Week {
			for _, p := range periods {
				f.Week[d] = append(f.Week[d], periodRow(p))
			}
		}
	}
	f.showPolicy(s.Reengagement, listed)
	return f
}

func (f *numberForm) showPolicy(p conversation.Policy, listed templateList) {
	for _, a := range p.Attempts {
		f.Attempts = append(f.Attempts, attemptRow{writeDelay(a.Delay), templateKey(a.Template, a.Language),
			parameterRows(a.Parameters, listed.find(a.Template, a.Language))})
	}
	f.Caps = capsThese
	switch {
	case p.MaxPerContact == nil:
		f.Caps = capsDefault
	case len(p.MaxPerContact) == 0:
		f.Caps = capsNone
	}
	for _, c := range p.MaxPerContact {
		f.CapRows = append(f.CapRows, capRow{strconv.Itoa(c.Max), writeLength(c.Per)})
	}
	if q := p.QuietHours; q != nil {
		f.Quiet, f.QuietFrom, f.QuietTo = true, q.From, q.To
	}
	if b := p.Budget; b != nil {
		f.Budget, f.BudgetDay, f.BudgetMonth = true, writeMicros(b.DayMicros), writeMicros(b.MonthMicros)
	}
	f.StopOnAnswer, f.StopOnOptOut, f.StopOnClose = p.Stops(conversation.StopOnAnswer), p.Stops(conversation.StopOnOptOut), p.Stops(conversation.StopOnClose)
	if p.MinPriorInbound != nil {
		f.MinPriorInbound = strconv.Itoa(*p.MinPriorInbound)
	}
}

// writeDelay says that there is none, where an empty text would look forgotten.
func writeDelay(d conversation.Duration) string {
	if d == 0 {
		return "0 min"
	}
	return writeLength(d)
}

// lines has one thing a line.
func lines(all []string) string { return unix(strings.Join(all, "\n")) }
