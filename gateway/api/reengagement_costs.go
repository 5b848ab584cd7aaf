package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/db"
	"reengage/workflows/contract"
)

// ReengagementCosts asks how many windows closed in a period, and how; and what it took to win contacts back.
//
//	GET /v1/costs/reengagement?from=2026-11-01&to=2026-12-01&number=106540352242922
//
// A window belongs to the day on which it closed, an attempt with all that follows from it, answer and charges, to the day for which
// it was planned. So every count adds up over days, numbers and periods, and one of a past period still grows when a contact answers late.
type ReengagementCosts struct {
	Period
	Number string `query:"number" maxLength:"64" doc:"Only of this business number (phone number id)."`
}

// ReengagementReport is the same in total, by number and by account day, and the attempts by whose they were.
type ReengagementReport struct {
	Total    ReengagementCounts   `json:"total"`
	ByNumber []ReengagementCounts `json:"by_number" nullable:"false" doc:"By phone number id; only numbers with anything to count."`
	ByDay    []ReengagementCounts `json:"by_day" nullable:"false" doc:"By day of each number's account; only days with anything to count."`
	Policy   AttemptCounts        `json:"policy" doc:"The attempts of the numbers' policies."`
	Agents   AttemptCounts        `json:"agents" doc:"The attempts of agents and of other systems through the API."`
}

// ReengagementCounts is one line of the report.
type ReengagementCounts struct {
	Number   *contract.Number `json:"number,omitempty"`
	Day      string           `json:"day,omitempty" example:"2026-11-20"`
	Windows  WindowCounts     `json:"windows"`
	Attempts AttemptCounts    `json:"attempts"`
}

// WindowCounts says how windows closed: closed = answered + saved + lost. Windows that are still open are not in it.
type WindowCounts struct {
	Closed       int64 `json:"closed"`
	Answered     int64 `json:"answered" doc:"The business answered the contact's last message in time, and no reminder had a part in it."`
	Saved        int64 `json:"saved" doc:"Likewise answered, and at least once a reminder had been sent while the contact was waiting, and then, before the deadline that it warned of, the business answered or the contact wrote again (W7)."`
	Lost         int64 `json:"lost" doc:"They closed with the contact's last message unanswered."`
	LostReminded int64 `json:"lost_reminded" doc:"Of the lost: a reminder of that deadline had been sent."`
	LostMissed   int64 `json:"lost_missed" doc:"Of the lost: the reminder was missed, recorded after the window had closed (W7)."`
}

// AttemptCounts says what came of templates that were to re-open closed windows: attempts = sent + refused + failed + undecided.
type AttemptCounts struct {
	Attempts  int64       `json:"attempts" doc:"Templates that our policy or an agent wanted to send to a contact whose window had closed; not those of campaigns."`
	Sent      int64       `json:"sent" doc:"Accepted by the provider, and not failed since."`
	Refused   []CodeCount `json:"refused" nullable:"false" doc:"Not sent, by the gate's code."`
	Failed    []CodeCount `json:"failed" nullable:"false" doc:"Refused by the provider, at once or later, by the class of its error."`
	Undecided int64       `json:"undecided" doc:"Planned, in flight, or with an unknown outcome."`
	Answered  int64       `json:"answered" doc:"Of the sent: the contact wrote after the acceptance (W6), and before that of a later template."`
	Reengaged int64       `json:"reengaged" doc:"Of the answered: the answer opened a window, because it was heard of in time (W4). A conversation counts as often as it was re-engaged."`
	Costs     []CostEach  `json:"costs" nullable:"false" doc:"What is posted for the attempts' messages, by currency."`
}

// CodeCount is how often something was refused or failed for one reason.
type CodeCount struct {
	Code     string `json:"code" example:"quiet_hours"`
	Attempts int64  `json:"attempts"`
}

// CostEach is what re-engagements cost in one currency.
type CostEach struct {
	Currency     string `json:"currency"`
	AmountMicros int64  `json:"amount_micros"`
	Reengaged    int64  `json:"reengaged" doc:"Re-engaged conversations of the numbers whose attempts were charged in this currency in the period."`
	EachMicros   *int64 `json:"each_micros" doc:"The amount by these, rounded to the nearest millionth; null without any."`
}

var reengagementCostsOp = huma.Operation{
	OperationID: "get-reengagement-costs", Method: http.MethodGet, Path: "/v1/costs/reengagement",
	Summary: "Count windows saved and lost, and what winning contacts back cost",
	Description: "Of the windows that closed in a half-open period: answered in time, saved by a reminder, lost. Of the templates that were sent " +
		"to re-open closed windows: what came of them, how many contacts answered, and what a re-engaged conversation cost. Of one moment.",
}

// reengagementTimeout bounds the report, in real time: it reads every message by which contacts opened windows in the period.
const reengagementTimeout = time.Minute

// Execute counts what is known at real.
func (r *ReengagementCosts) Execute(ctx context.Context, a *API, real time.Time) (report ReengagementReport, err error) {
	now := a.clock.At(real)
	p, err := r.Period.read(now)
	if err != nil {
		return report, err
	}
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		numbers, err := listReported(ctx, q, r.Number, p)
		if err != nil {
			return err
		}
		in := numbers.periods()
		windows, err := q.SumWindows(ctx, db.SumWindowsParams{NumberIds: in.ids, AccountTimeZones: in.zones, Since: in.since, Until: in.until,
			DayBefore: in.earliest.Add(-24 * time.Hour), Earliest: in.earliest, Latest: in.latest, Now: now})
		if err != nil {
			return err
		}
		attempts, err := q.SumAttempts(ctx, db.SumAttemptsParams{NumberIds: in.ids, AccountTimeZones: in.zones, Since: in.since, Until: in.until})
		if err != nil {
			return err
		}
		charges, err := q.SumAttemptCharges(ctx, db.SumAttemptChargesParams{NumberIds: in.ids, AccountTimeZones: in.zones, Since: in.since, Until: in.until})
		if err != nil {
			return err
		}
		report = countReengagement(numbers, windows, attempts, charges)
		return nil
	})
	return report, err
}
