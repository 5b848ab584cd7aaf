package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"reengage/db"
	"reengage/sending"
)

// The story of the cast has these parts, of which none may be missing: who was won back, who was not and why, what was kept.
var notWonBack = []struct {
	reason  string
	because string
}{
	{"opt_in_required", "have never opted in to it"},
	{"frequency_capped", "had been sent a template within the day"},
}

// sending prints why contacts were not won back, and fails unless every send has ended and each part of the story has
// happened.
func (p *player) sending(ctx context.Context, total outcome) error {
	q := db.New(p.stack.Pool)
	sends, err := q.SummarizeSends(ctx)
	if err != nil {
		return fmt.Errorf("read the sends: %w", err)
	}
	replies, err := q.SummarizeKeptReplies(ctx)
	if err != nil {
		return fmt.Errorf("read the kept replies: %w", err)
	}
	stopped, err := q.CountPlansNotMade(ctx, "opted_out")
	if err != nil {
		return fmt.Errorf("read the decisions: %w", err)
	}
	var wrong []error
	refused := map[string]int64{}
	var quoted int64
	for _, s := range sends {
		switch origin := sending.Origin(s.Origin); {
		case s.State == string(sending.Refused) && origin == sending.FromReengagement:
			refused[s.Reason] += s.Sends
		case s.State == string(sending.Refused):
		case s.State != string(sending.Accepted):
			wrong = append(wrong, fmt.Errorf("%d sends (%s) are %s", s.Sends, s.Origin, s.State))
		case origin == sending.FromReengagement:
			quoted += s.QuotedMicros
		}
	}
	var reasons []string
	for _, r := range notWonBack {
		if refused[r.reason] == 0 {
			wrong = append(wrong, fmt.Errorf("nobody was refused as %s", r.reason))
		}
		reasons = append(reasons, fmt.Sprintf("%d %s (%s)", refused[r.reason], r.because, r.reason))
	}
	reasons = append(reasons, fmt.Sprintf("%d said STOP (opted_out)", stopped))
	fmt.Fprintf(p.out, "\n%d contacts were won back, for which %s was quoted before; others were not, each time a window closed: %s.\n",
		total.reengagements, money(quoted, "USD"), strings.Join(reasons, ", "))
	if want := total.reengagements * businessMicros; quoted != want {
		wrong = append(wrong, fmt.Errorf("%s was quoted for what costs %s", money(quoted, "USD"), money(want, "USD")))
	}
	if stopped != 1 {
		wrong = append(wrong, fmt.Errorf("%d contacts were not won back because they said STOP, the script wants 1", stopped))
	}
	if len(replies) != 1 || replies[0].State != string(sending.KeptSent) || replies[0].Replies != 1 {
		wrong = append(wrong, fmt.Errorf("of kept replies Postgres says %+v, the script wants one that was sent", replies))
	}
	return errors.Join(wrong...)
}
