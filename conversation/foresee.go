package conversation

import "time"

// Example is a contact for whom Foresee says what would happen: it has written, and then nothing more comes of it.
type Example struct {
	LastInboundAt time.Time // nobody has answered this message
	Zone          Zone      // the contact's own, for quiet hours
	Messages      int       // how often it has written, this one included
	Permissions   Permissions
	// Templates says of each attempt of the policy, in order, what is known of its template; what is missing does not stand in
	// its way.
	Templates []KnownTemplate
}

// KnownTemplate is what a forecast is told of a template.
type KnownTemplate struct {
	Known, Found bool
	Category     Category
	Status       string
	Parameters   string // what is wrong with them, a sentence; empty if they fit
}

// ForeseenKind says what would happen.
type ForeseenKind string

// What settings can bring about.
const (
	ForeseenReminder ForeseenKind = "reminder"      // W7
	ForeseenNudge    ForeseenKind = "nudge"         // W7
	ForeseenClose    ForeseenKind = "window_closes" // W5
	ForeseenAttempt  ForeseenKind = "attempt"       // of the re-engagement policy
)

// Foreseen is one thing that would happen, and why then.
type Foreseen struct {
	Kind    ForeseenKind
	At      time.Time
	Planned time.Time       // where its lead or delay alone would have it; At, unless it is moved
	Leads   []time.Duration // of a reminder, longest first
	Attempt int             // of an attempt, from 1
	Verdict Verdict         // of an attempt
	// NotAfter is until when what is sent may wait for its turn; zero if nothing would be sent.
	NotAfter time.Time
	Sentence string
}

// Foresee plays the example's next days through Step, waking where NextWake says, and lists what would happen, in order. What a
// transaction would add, caps over what has been sent and how often the contact has written, is put to Gate as that would; of
// budgets it knows no prices.
func Foresee(s Settings, e Example) []Foreseen {
	f := forecast{example: e, state: NewState(s, time.Minute), now: e.LastInboundAt}
	f.state.Zone, f.state.Permissions = e.Zone, e.Permissions
	f.tell(Inbound{ID: "example", At: f.now, ReceivedAt: f.now, Type: "text"})
	for {
		f.tell(Tick{})
		if f.state.Plan != nil && !f.state.Plan.DueAt.After(f.now) {
			continue // the next attempt follows at once
		}
		wake, ok := NextWake(f.state, f.now)
		if !ok {
			return f.foreseen
		}
		f.now = wake.At
	}
}

// forecast is a Foresee under way.
type forecast struct {
	example  Example
	state    State
	now      time.Time
	sent     []time.Time // templates
	foreseen []Foreseen
}

// tell has Step decide, and plays what comes of it.
func (f *forecast) tell(w What) {
	watched := f.state.WatchedUntil
	after, effects := Step(f.state, Event{Now: f.now, What: w})
	f.state = after
	if !watched.IsZero() && after.WatchedUntil.IsZero() {
		f.foresee(Foreseen{Kind: ForeseenClose, At: watched, Planned: watched,
			Sentence: "24 h after the contact's last message: from now on only a template may be sent"})
	}
	for _, e := range effects {
		switch e := e.(type) {
		case Remind:
			f.reminder(e)
		case Nudge:
			f.foresee(Foreseen{Kind: ForeseenNudge, At: f.now, Planned: f.now, NotAfter: e.Deadline, Sentence: nudgeSentence(e, f.now)})
			f.tell(Outbound{ID: "nudge", At: f.now})
		case Reengage:
			f.attempt(e)
		}
	}
}

func (f *forecast) foresee(x Foreseen) { f.foreseen = append(f.foreseen, x) }

func (f *forecast) reminder(r Remind) {
	lead := r.Leads[0]
	_, placed := placeReminder(f.state.Settings, r.Deadline, lead)
	f.foresee(Foreseen{Kind: ForeseenReminder, At: r.DueAt, Planned: r.Deadline.Add(-lead), Leads: r.Leads,
		Sentence: reminderSentence(f.state.Settings, r.Leads, placed)})
}

// attempt asks the gate about an attempt that has become due, as the transaction does that plans it.
func (f *forecast) attempt(r Reengage) {
	var quiet *Quiet
	if hours := r.Policy.QuietHours; hours != nil {
		quiet = &Quiet{Hours: *hours, Zone: f.example.Zone}
	}
	verdict := Gate(f.state.Circumstances(), f.wish(r, quiet), f.now)
	x := Foreseen{Kind: ForeseenAttempt, At: f.now, Attempt: r.Attempt + 1, Verdict: verdict,
		Planned: r.WindowEnd.Add(time.Duration(r.Policy.Attempts[r.Attempt].Delay))}
	if verdict.Allows() {
		x.NotAfter = quiet.NotAfter(f.now)
		f.sent = append(f.sent, f.now)
	}
	x.Sentence = attemptSentence(r.Policy, x)
	f.foresee(x)
	f.tell(AttemptEnded{WindowEnd: r.WindowEnd, Attempt: r.Attempt, Code: verdict.Code, Until: verdict.Facts.QuietUntil})
}

func (f *forecast) wish(r Reengage, quiet *Quiet) Wish {
	w := Wish{Template: true, Automatic: true, Quiet: quiet, Prior: &PriorInbound{Min: r.Policy.MinInbound(), Messages: f.example.Messages}}
	if r.Attempt < len(f.example.Templates) {
		t := f.example.Templates[r.Attempt]
		w.Known, w.Found, w.Category, w.Status, w.Parameters = t.Known, t.Found, t.Category, t.Status, t.Parameters
	}
	for _, c := range r.Policy.Caps() {
		use := CapUse{Max: c.Max, Per: c.Per}
		for _, at := range f.sent {
			if at.After(f.now.Add(-time.Duration(c.Per))) {
				use.Sent++
			}
		}
		w.Caps = append(w.Caps, use)
	}
	return w
}
