package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"reengage/conversation"
	"reengage/gateway/api"
)

// previewView is what a number's settings would do over the next days, as a list and as a drawing.
type previewView struct {
	Example  exampleForm
	Items    []previewItem
	Drawing  drawing
	Zone     string // in which times are said
	Problems []api.FieldError
	Warnings []api.NumberWarning
}

// previewItem is one thing that would happen; N is its number in the drawing.
type previewItem struct {
	N          int
	Icon, Name string
	At         time.Time
	When       string // by the people's clock
	Theirs     string // by the contact's, if that shows another time
	Sentence   string
	Sends      bool // a message to the contact
	Refused    bool
	NotAfter   string
}

func newPreviewView(p api.NumberPreview, peopleZone string, example exampleForm) previewView {
	people, contact := zoneOf(peopleZone), zoneOf(p.TimeZone)
	v := previewView{Example: example, Zone: people.String(), Problems: p.Problems, Warnings: p.Warnings}
	if len(p.Items) == 0 {
		return v
	}
	for i, item := range p.Items {
		shown := previewItem{N: i + 1, At: item.At, When: inWeek(item.At, people), Sentence: strings.TrimSuffix(item.Sentence, ".") + ".",
			Refused: item.Attempt > 0 && item.Code != conversation.Allowed}
		if theirs := inWeek(item.At, contact); theirs != shown.When {
			shown.Theirs = theirs
		}
		switch item.Kind {
		case conversation.ForeseenReminder:
			shown.Icon, shown.Name = "reminder", "The team is reminded"
		case conversation.ForeseenNudge:
			shown.Icon, shown.Name, shown.Sends = "send", "The contact is nudged", true
		case conversation.ForeseenClose:
			shown.Icon, shown.Name = "expired", "The window closes"
		case conversation.ForeseenAttempt:
			shown.Icon, shown.Sends = "template", true
			shown.Name = fmt.Sprintf("Attempt %d: %s · %s", item.Attempt, item.Template, item.Language)
		}
		if item.NotAfter != nil && item.Attempt > 0 {
			shown.NotAfter = inWeek(*item.NotAfter, people)
		}
		v.Items = append(v.Items, shown)
	}
	v.Drawing = draw(p, v.Items, people)
	return v
}

// drawing is what would happen over time, in units of which it is drawnWidth wide.
type drawing struct {
	Height int
	Open   bar // the window
	Work   []bar
	Quiet  []bar
	Days   []dayLine
	Marks  []mark
}

type (
	bar     struct{ X, Width float64 }
	dayLine struct {
		X    float64
		Name string
	}
	// mark is a numbered dot; Kind is a class of style.
	mark struct {
		X    float64
		Y, N int
		Kind string
	}
)

// Where things are in the drawing, from above.
const (
	drawnWidth = 480.0
	drawnEdge  = 16.0
	marksTop   = 92
	markApart  = 26
)

func draw(p api.NumberPreview, items []previewItem, people *time.Location) drawing {
	from, length := p.LastInboundAt, p.Until.Sub(p.LastInboundAt)
	x := func(at time.Time) float64 {
		return float64(int(10*(drawnEdge+(drawnWidth-2*drawnEdge)*at.Sub(from).Seconds()/length.Seconds()))) / 10
	}
	stretch := func(s conversation.Stretch) bar { return bar{x(s.From), max(1, x(s.To)-x(s.From))} }
	t := drawing{Open: stretch(conversation.Stretch{From: from, To: from.Add(conversation.WindowLength)}), Days: dayLines(from, p.Until, people, x)}
	for _, s := range p.WorkingHours {
		t.Work = append(t.Work, stretch(s))
	}
	for _, s := range p.QuietHours {
		t.Quiet = append(t.Quiet, stretch(s))
	}
	var rows []float64 // where the last mark of each row is
	for i, item := range items {
		m := mark{X: x(item.At), N: item.N, Kind: string(p.Items[i].Kind)}
		if item.Refused {
			m.Kind = "refused"
		}
		row := slices.IndexFunc(rows, func(last float64) bool { return m.X-last >= markApart })
		if row < 0 {
			row = len(rows)
			rows = append(rows, 0)
		}
		rows[row] = m.X
		m.Y = marksTop + row*markApart
		t.Marks = append(t.Marks, m)
	}
	t.Height = marksTop + len(rows)*markApart
	return t
}

// dayLines are midnights, as many as have room for their names.
func dayLines(from, to time.Time, loc *time.Location, x func(time.Time) float64) (lines []dayLine) {
	year, month, day := from.In(loc).Date()
	days := int(to.Sub(from)/(24*time.Hour)) + 1
	every := (days + 7) / 8
	for d := 1; d <= days; d += every {
		if at := time.Date(year, month, day+d, 0, 0, 0, 0, loc); at.Before(to) {
			lines = append(lines, dayLine{x(at), at.Format("Mon 2")})
		}
	}
	return lines
}
