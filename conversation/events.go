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
	Keyword    Keyword   // what its text asks for
}

// Keyword is what the text of an inbound message asks for, if it is one of the words that we know.
type Keyword string

// The contact wants no more marketing, or wants it again.
const (
	KeywordStop  Keyword = "stop"
	KeywordStart Keyword = "start"
)

// Outbound is a message of the business that the provider accepted, whoever sent it.
type Outbound struct {
	ID       string
	At       time.Time
	Template bool // else free-form
}

// Failed is the news that an outbound message did not arrive. Facts are the row's, computed again without it.
type Failed struct {
	ID      string // the status's event id
	Message string // the message's event id
	Code    int    // the provider's error
	Facts   Facts
}

// FactsKnown hands over what the conversation's row knows: at the start of a run and with every request.
type FactsKnown struct{ Facts Facts }

// PermissionsKnown hands over what holds for the contact and the business number: with every request.
type PermissionsKnown struct{ Permissions Permissions }

// ConsentChanged is the contact's word on one category of templates.
type ConsentChanged struct {
	Category Category
	OptedIn  bool
	Source   string
}

// AttemptEnded is what came of an attempt to win the contact back: Allowed if the template was sent, else why not. Until is
// the end of the quiet hours that it met.
type AttemptEnded struct {
	WindowEnd time.Time // of the plan
	Attempt   int
	Code      Code
	Until     time.Time
}

// ReplyKept is an agent's reply that waits for the contact's answer from now on; nil: none does any more.
type ReplyKept struct{ Kept *Kept }

// Closed is somebody's wish that this window be left alone: no more reminders and, unless the policy's stop_on leaves it out, no
// plan after it.
type Closed struct{}

// Merged is the news that the contact has become part of another, whose conversation goes on with all of it (W10).
type Merged struct{}

// SettingsChanged replaces the number's settings.
type SettingsChanged struct{ Settings Settings }

// Tick is the clock: it comes after whatever has arrived, and at the moments that NextWake names.
type Tick struct{}

func (Inbound) what()          {}
func (Outbound) what()         {}
func (Failed) what()           {}
func (FactsKnown) what()       {}
func (SettingsChanged) what()  {}
func (PermissionsKnown) what() {}
func (ConsentChanged) what()   {}
func (AttemptEnded) what()     {}
func (ReplyKept) what()        {}
func (Closed) what()           {}
func (Merged) what()           {}
func (Tick) what()             {}

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

// Reengage asks for one attempt to win the contact back: to plan its template, by the policy of when the window closed.
type Reengage struct {
	WindowEnd time.Time
	Attempt   int
	DueAt     time.Time
	Policy    Policy
}

// Nudge asks for a free-form message to the contact before its window closes (W7).
type Nudge struct {
	Deadline time.Time
	Text     string
}

// ReleaseKept asks for a kept reply to be sent (auto), or to be offered to the agent.
type ReleaseKept struct {
	ID   string
	Auto bool
}

// ExpireKept asks for a kept reply to be recorded as expired.
type ExpireKept struct{ ID string }

// Explain asks for a decision about a plan to be recorded, with the plan as it is from then on; nil: there is none any
// more. Key names the decision within the conversation.
type Explain struct {
	Key      string
	Subject  string
	Rule     string
	Code     string
	Sentence string
	Plan     *Plan
}

// Decided is a line for people: what was decided and by which rule.
type Decided struct {
	Rule string
	Text string
}

func (Bill) effect()        {}
func (Reengage) effect()    {}
func (Nudge) effect()       {}
func (ReleaseKept) effect() {}
func (ExpireKept) effect()  {}
func (Explain) effect()     {}
func (Remind) effect()      {}
func (Decided) effect()     {}
