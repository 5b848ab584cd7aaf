package console

import (
	"time"

	"reengage/gateway/api"
	"reengage/sending"
)

// messageView is a message: the contact's on the left, the business's on the right.
type messageView struct {
	Outbound bool
	Text     string
	Missing  string // what stands in a text's place
	Label    string // which kind of message, where that is not plain
	Tick     *tickView
	Why      string // it was refused or has failed
	Notes    []string
}

// tickView is how far a message has got, as icon and word.
type tickView struct {
	Icon, Word string
	At         *zoned
}

// ticks are the states of a message of the business.
var ticks = map[string]tickView{
	"planned":   {Icon: "waiting", Word: "Planned"},
	"inflight":  {Icon: "waiting", Word: "On its way"},
	"unknown":   {Icon: "question", Word: "May have arrived"},
	"accepted":  {Icon: "tick", Word: "Accepted"},
	"sent":      {Icon: "tick", Word: "Sent"},
	"delivered": {Icon: "ticks", Word: "Delivered"},
	"read":      {Icon: "read", Word: "Read"},
	"refused":   {Icon: "failed", Word: "Not sent"},
	"failed":    {Icon: "failed", Word: "Failed"},
}

func messageOf(m api.TimelineMessage, zone *time.Location) *messageView {
	v := &messageView{Outbound: m.Direction == "outbound", Text: m.Text, Label: labelOf(m), Notes: notesOf(m)}
	if t := m.Template; t != nil && t.Text != nil {
		v.Text = *t.Text
	}
	if v.Text == "" {
		v.Missing = missingText(m)
	}
	if v.Outbound {
		v.Tick = tickOf(m, zone)
	}
	if m.Reason != nil {
		v.Why = m.Reason.Sentence
	}
	return v
}

func tickOf(m api.TimelineMessage, zone *time.Location) *tickView {
	t, known := ticks[m.State]
	if !known {
		t = tickView{Icon: "tick", Word: "Sent"}
	}
	since := map[string]*time.Time{"planned": m.PlannedAt, "accepted": m.AcceptedAt, "sent": m.SentAt, "delivered": m.DeliveredAt, "read": m.ReadAt}
	if at := since[m.State]; at != nil {
		t.At = new(zonedOf(*at, zone))
	}
	return &t
}

// origins say by what a message of the business came about, where no person asked for it.
var origins = map[sending.Origin]string{
	"fallback":     "in place of a message that came too late",
	"reengagement": "to win the contact back",
	"kept_reply":   "kept reply",
	"nudge":        "nudge",
	"campaign":     "campaign",
	"elsewhere":    "sent by other means",
}

func labelOf(m api.TimelineMessage) string {
	label := ""
	switch {
	case m.Template != nil:
		label = "Template " + m.Template.Name + " · " + m.Template.Language
	case m.Type == "template":
		label = "Template"
	case m.Type != "text" && m.Type != "freeform":
		label = m.Type
	}
	if m.Category != "" && (m.Template != nil || m.Type == "template") {
		label += " · " + m.Category
	}
	if origin := origins[m.Origin]; origin != "" {
		if label != "" {
			label += " · "
		}
		label += origin
	}
	return label
}

func missingText(m api.TimelineMessage) string {
	switch {
	case m.Inferred:
		return "Its text is not known: only its delivery was reported."
	case m.Template != nil || m.Type == "template":
		return "The template's text is not known here."
	case m.Direction == "inbound" && m.Type != "text":
		return "A message of the kind “" + m.Type + "”, without text."
	}
	return "Its text is not known here."
}

func notesOf(m api.TimelineMessage) []string {
	var notes []string
	if m.MayHaveArrived && !m.Final {
		notes = append(notes, "The request left and no answer came back; a delivery status may still tell.")
	}
	if m.MayHaveArrived && m.Final {
		notes = append(notes, "No status has come in time, so it is no longer waited for.")
	}
	if m.PossibleDuplicate {
		notes = append(notes, "Possible duplicate: the same message may have arrived twice.")
	}
	if m.ReplacedBy != nil {
		notes = append(notes, "A template went instead.")
	}
	if m.Direction == "inbound" && !m.OpensWindow {
		notes = append(notes, "Does not open the window (W2).")
	}
	if m.ClockClamped {
		notes = append(notes, "Its time lay in the future, so the time of its receipt counts (W3).")
	}
	if m.EntryPoint != "" {
		notes = append(notes, "Came by an advertisement or page ("+m.EntryPoint+").")
	}
	return notes
}
