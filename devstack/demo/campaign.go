package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"reengage/audience"
	"reengage/campaign"
	"reengage/conversation"
	"reengage/db"
	"reengage/devstack/people"
)

// importContacts reads the file twice: what it would do, and then it does it; and prepares the campaign.
func (p *player) importContacts(ctx context.Context) error {
	for _, r := range readers {
		for _, c := range crowds {
			if f := c.Fate(r.phone); strings.HasPrefix(r.phone, c.Prefix) && r.does != "" && f.Does != r.does {
				return fmt.Errorf("%s of the crowd would be %s, the script wants %s", r.name, f.Does, r.does)
			}
		}
	}
	checked, err := p.business.Import(ctx, "lamps.csv", lamps, "US", true)
	if err != nil {
		return err
	}
	p.say("    a dry run: %d rows, of which %d are new and %d cannot be used; %d have no opt-in", checked.Counts.Rows, checked.Counts.New,
		checked.Counts.Invalid, checked.Counts.NoOptIn)
	imported, err := p.business.Apply(ctx, checked)
	if err != nil {
		return err
	}
	if checked.Counts != wantImport || imported.Counts != wantImport {
		return fmt.Errorf("the dry run says %+v and the import %+v, the script %+v", checked.Counts, imported.Counts, wantImport)
	}
	segment, err := p.business.Segment(ctx, "Lamps", audience.Filter{AllTags: []string{"lamps"}})
	if err != nil {
		return err
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		return err
	}
	hour := func(since time.Duration) string { return p.begin.Add(since).In(london).Format("15:04") }
	night := conversation.QuietHours{From: hour(londonNightFrom), To: hour(londonNightTo)}
	drafted, err := p.business.Draft(ctx, people.Broadcast{
		Name: "Spring lamps", Segment: segment, StartAt: p.begin.Add(campaignAt),
		Template: people.Template{Name: "come_back", Parameters: []string{"{{contact.first_name|there}}"}},
		// One failure of ten would be many in a campaign of thousands.
		Limits: campaign.Limits{QuietHours: &night, MaxFailuresPercent: 50},
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.campaign = drafted
	return err
}

// launch shows what the campaign would cost, and lets it begin in its time.
func (p *player) launch(ctx context.Context) error {
	q, err := p.business.Quote(ctx, p.campaign.ID)
	if err != nil {
		return err
	}
	p.say("    the quote: %d recipients, %s at most; left out: %d without an opt-in", q.Recipients, totals(q.Totals), q.LeftOut.NoOptIn)
	if want := int64(wantResults.Recipients) * businessMicros; q.Recipients != wantResults.Recipients || len(q.Totals) != 1 || q.Totals[0].AmountMicros != want {
		return fmt.Errorf("%d recipients are quoted for %s, the script wants %d for %s", q.Recipients, totals(q.Totals), wantResults.Recipients, money(want, "USD"))
	}
	return p.business.Tell(ctx, p.campaign, "launch", "")
}

func totals(all []campaign.Total) string {
	var each []string
	for _, t := range all {
		each = append(each, money(t.AmountMicros, t.Currency))
	}
	return strings.Join(each, " and ")
}

// results fails unless the campaign has come to what the script wants.
func (p *player) results(ctx context.Context) error {
	r, err := p.business.Results(ctx, p.campaign.ID)
	if err != nil {
		return fmt.Errorf("read the campaign's results: %w", err)
	}
	stored, err := readResults(ctx, db.New(p.stack.Pool), p.campaignID())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nThe campaign, read back from Postgres: %s\n", funnel(stored))
	cost := "nothing"
	if len(r.Costs) == 1 && r.Costs[0].AnswerMicros != nil {
		cost = fmt.Sprintf("%s, %s for each answer", money(r.Costs[0].AmountMicros, r.Costs[0].Currency), money(*r.Costs[0].AnswerMicros, r.Costs[0].Currency))
	}
	fmt.Fprintf(p.out, "It has cost %s; left out: %d without an opt-in.\n", cost, r.LeftOut.NoOptIn)
	var wrong []error
	if r.State != campaign.Finished {
		wrong = append(wrong, fmt.Errorf("the campaign is %s", r.State))
	}
	for _, got := range []campaign.Results{stored, r} {
		if got, want := funnel(got), funnel(wantResults); got != want {
			wrong = append(wrong, fmt.Errorf("the campaign has come to %s, the script wants %s", got, want))
		}
	}
	if want := int64(wantResults.Accepted) * businessMicros; len(r.Costs) != 1 || r.Costs[0].AmountMicros != want {
		wrong = append(wrong, fmt.Errorf("the campaign has cost %+v, the script wants %s", r.Costs, money(want, "USD")))
	}
	return errors.Join(wrong...)
}

// funnel is what has become of the recipients, in words.
func funnel(r campaign.Results) string {
	text := fmt.Sprintf("%d recipients: %d accepted, of which %d delivered, %d read; %d answered, %d opted out", r.Recipients, r.Accepted, r.Delivered, r.Read, r.Answered, r.OptedOut)
	for _, rest := range []struct {
		count int
		what  string
	}{{r.Pending + r.InProgress, "to go"}, {r.Held, "held back"}, {r.Refused, "refused"}, {r.Failed, "failed"}, {r.Unknown, "unknown"}, {r.NotSent, "not sent"}} {
		if rest.count > 0 {
			text += fmt.Sprintf(", %d %s", rest.count, rest.what)
		}
	}
	return text
}
