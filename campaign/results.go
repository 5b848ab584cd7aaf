package campaign

import (
	"time"
)

// Results says what has become of a campaign so far. Pending, Held, InProgress, Refused, NotSent, Unknown, Failed and Accepted add up
// to Recipients; Accepted ≥ Delivered ≥ Read.
type Results struct {
	AsOf           time.Time   `json:"as_of"`
	State          State       `json:"state" enum:"draft,scheduled,running,paused,finished,cancelled"`
	Reason         *Reason     `json:"reason" doc:"Of paused."`
	LaunchedAt     *time.Time  `json:"launched_at"`
	FinishedAt     *time.Time  `json:"finished_at"`
	Recipients     int         `json:"recipients" doc:"Chosen so far; all of them once chosen is true."`
	Chosen         bool        `json:"chosen" doc:"Who is in the campaign does not change any more (K2)."`
	LeftOut        *LeftOut    `json:"left_out" doc:"Contacts of the segment who are no recipients (K1); null until chosen."`
	Pending        int         `json:"pending" doc:"Their turn has not come."`
	Held           int         `json:"held" doc:"Refused for now, and asked again."`
	InProgress     int         `json:"in_progress" doc:"Asked, planned or on the way to the provider."`
	Refused        int         `json:"refused" doc:"By the gate, for good."`
	NotSent        int         `json:"not_sent" doc:"The campaign ended before."`
	Unknown        int         `json:"unknown" doc:"Nobody has learnt what became of them."`
	Failed         int         `json:"failed" doc:"Refused by the provider, at once or later."`
	Accepted       int         `json:"accepted" doc:"By the provider, and not failed since."`
	Delivered      int         `json:"delivered" doc:"Of the accepted, those that arrived."`
	Read           int         `json:"read" doc:"Of the delivered."`
	Answered       int         `json:"answered" doc:"Recipients who have answered: an inbound message in time, or one that quotes the message."`
	OptedOut       int         `json:"opted_out" doc:"Recipients who have opted out in time after it."`
	HeldBy         []CodeCount `json:"held_by" nullable:"false" doc:"By the gate's code, the most first."`
	RefusedBy      []CodeCount `json:"refused_by" nullable:"false" doc:"By the gate's code."`
	NotSentBy      []CodeCount `json:"not_sent_by" nullable:"false"`
	FailedBy       []CodeCount `json:"failed_by" nullable:"false" doc:"By the class of the provider's error."`
	Costs          []Cost      `json:"costs" nullable:"false" doc:"What is posted for the campaign's messages, by currency."`
	BudgetMicros   *int64      `json:"budget_micros" doc:"The campaign's own; null: none."`
	ReservedMicros int64       `json:"reserved_micros" doc:"What of it is taken, by the quotes of what is planned, under way or done."`
	Progress       Progress    `json:"progress"`
	Series         Series      `json:"series"`
}

// CodeCount is how many recipients have a code.
type CodeCount struct {
	Code       string `json:"code" example:"opted_out"`
	Recipients int    `json:"recipients"`
}

// Cost is what a campaign cost in one currency.
type Cost struct {
	Currency     string `json:"currency"`
	AmountMicros int64  `json:"amount_micros" doc:"Charges and reversals."`
	AnswerMicros *int64 `json:"answer_micros" doc:"By the answered, rounded to the nearest millionth; null without any."`
}

// Progress says how far a campaign is through its recipients, and how fast.
type Progress struct {
	Done      int        `json:"done" doc:"Recipients of whom nothing more is to come: accepted, refused, failed, not sent."`
	PerSecond float64    `json:"per_second" doc:"Sends and refusals that were settled in the last minute of real time, by its seconds."`
	EndsAt    *time.Time `json:"ends_at" doc:"Virtual: about when the last is done at this pace; null: nothing goes on, or nobody can say."`
}

// Series says when things happened, for a chart.
type Series struct {
	BucketSeconds int64   `json:"bucket_seconds" doc:"How long each point is: from its at, half-open."`
	Points        []Point `json:"points" nullable:"false" doc:"In order of time; a stretch in which nothing happened has none."`
}

// Point is what happened within a bucket.
type Point struct {
	At        time.Time `json:"at"`
	Accepted  int       `json:"accepted"`
	Delivered int       `json:"delivered"`
	Read      int       `json:"read"`
	Answered  int       `json:"answered"`
}
