package demo

import (
	"context"
	"errors"
	"fmt"

	"reengage/db"
	"reengage/sending"
)

// afterWindows says how often the script wants nobody to be written to after a window, by reason. Of the first two the gate
// refuses the template, of the others no plan is made.
var afterWindows = []struct {
	reason string
	want   int64
}{
	{"opt_in_required", 11}, {"frequency_capped", 1}, {"opted_out", 1}, {"close", 6},
}

// sending prints who was won back and who was not, and fails unless every send has ended and each part of the story has
// happened.
func (p *player) sending(ctx context.Context, total outcome) error {
	q := db.New(p.stack.Pool)
	sends, err := q.SummarizeSends(ctx)
	if err != nil {
		return fmt.Errorf("read the sends: %w", err)
	}
	plans, err := q.SummarizePlansNotMade(ctx)
	if err != nil {
		return fmt.Errorf("read the decisions: %w", err)
	}
	var wrong []error
	var quoted int64
	reasons := map[string]int64{}
	for _, s := range sends {
		won := s.Origin == string(sending.FromReengagement)
		switch sending.State(s.State) {
		case sending.Accepted:
			if won {
				quoted += s.QuotedMicros
			}
		case sending.Refused:
			if won {
				reasons[s.Reason] += s.Sends
			}
		default:
			wrong = append(wrong, fmt.Errorf("%d sends (%s) are %s", s.Sends, s.Origin, s.State))
		}
	}
	for _, d := range plans {
		reasons[d.Code] += d.Plans
	}
	fmt.Fprintf(p.out, "\n%d contacts were won back, for which %s was quoted before. After the other windows nobody was written to:", total.reengagements, money(quoted, "USD"))
	for i, r := range afterWindows {
		if i > 0 {
			fmt.Fprint(p.out, ",")
		}
		fmt.Fprintf(p.out, " %s %s", r.reason, cell(reasons[r.reason], r.want))
		if reasons[r.reason] != r.want {
			wrong = append(wrong, fmt.Errorf("nobody was written to because of %s %d times, the script wants %d", r.reason, reasons[r.reason], r.want))
		}
	}
	fmt.Fprintln(p.out)
	if want := total.reengagements * businessMicros; quoted != want {
		wrong = append(wrong, fmt.Errorf("%s was quoted for what costs %s", money(quoted, "USD"), money(want, "USD")))
	}
	return errors.Join(append(wrong, p.keptReply(ctx, q))...)
}

// keptReply fails unless the one that was kept was sent.
func (p *player) keptReply(ctx context.Context, q *db.Queries) error {
	replies, err := q.SummarizeKeptReplies(ctx)
	if err != nil {
		return fmt.Errorf("read the kept replies: %w", err)
	}
	if len(replies) != 1 || replies[0].State != string(sending.KeptSent) || replies[0].Replies != 1 {
		return fmt.Errorf("of kept replies Postgres says %+v, the script wants one that was sent", replies)
	}
	fmt.Fprintln(p.out, "1 reply was kept, and sent when the contact answered.")
	return nil
}
