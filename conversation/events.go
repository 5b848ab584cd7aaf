package conversation

import "time"

// Event is one thing that happened and the moment at which it is decided on, both on the virtual clock.
type Event struct {
	Now  time.Time
	What What
}

// What is one of the types below.
type What interface{ what() }

// Inbound is a message of the contact. It has been stored before it is decided on.
type Inbound struct {
	ID         string    // the event's id
	At         time.Time // when it occurred, clamped by W3
	ReceivedAt time.Time // when we first heard of it
	Type       string    // the provider's message type (W2)
}

// Outbound is a message of the business that the provider accepted, whoever sent it.
type Outbound struct {
	ID       string
	At       time.Time
	Template bool // else free-form
}

// Failed is the news that an outbound message did not arrive. Facts are the row's, computed again without it.
type Failed struct {
	ID    string // the status's event id
	Facts Facts
}

// FactsKnown hands over what the conversation's row knows: at the start of a run and with every request.
type FactsKnown struct{ Facts Facts }

// SettingsChanged replaces the number's settings.
type SettingsChanged struct{ Settings Settings }

// Tick is the clock: it comes after whatever has arrived, and at the moments that NextWake names.
type Tick struct{}

func (Inbound) what()         {}
func (Outbound) what()        {}
func (Failed) what()          {}
func (FactsKnown) what()      {}
func (SettingsChanged) what() {}
func (Tick) what()            {}

// Effect is something to be done because of a decision.
type Effect interface{ effect() }

// Bill asks for the conversation's charges to be brought up to date: a message may have opened a billing session. It is
// for promptness; settlement bills what this misses.
type Bill struct{}

// Remind asks for one reminder to be recorded and, unless it was missed, sent (W7).
type Remind struct {
	Deadline time.Time       `json:"deadline"`
	Leads    []time.Duration `json:"leads"` // longest first; the first is the reminder's key
	DueAt    time.Time       `json:"due_at"`
	At       time.Time       `json:"at"`
	Outcome  Outcome         `json:"outcome"`
	Always   bool            `json:"always"` // send it although the business has answered
}

// Outcome says what became of a reminder.
type Outcome string

// A reminder is sent when due, sent late while the window is still open, or missed.
const (
	Sent   Outcome = "sent"
	Late   Outcome = "late"
	Missed Outcome = "missed"
)

// Decided is a line for people: what was decided and by which rule.
type Decided struct {
	Rule string
	Text string
}

func (Bill) effect()    {}
func (Remind) effect()  {}
func (Decided) effect() {}
