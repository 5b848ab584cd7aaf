package campaign

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/ledger"
	"reengage/sending"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// Quoter says what campaigns would come to. It reads at the moment of Queries, writes nothing and asks nobody.
type Quoter struct {
	Queries *db.Queries
	Ledger  *ledger.Ledger
	Clock   clock.Clock // by which virtual time passes while messages go at their real pace
}

// quoting is one quote on its way.
type quoting struct {
	Quoter
	Quote
	campaign Campaign
	number   db.BusinessNumber
	policy   conversation.Policy
	template sending.Candidate
	table    timetable
	now      time.Time
}

// Quote is what the campaign would come to if it were launched at a virtual now: everybody in its segment is looked at, and priced by
// market, so that a hundred thousand take a second. Errors are Postgres's.
func (qr Quoter) Quote(ctx context.Context, c Campaign, now time.Time) (Quote, error) {
	q := quoting{Quoter: qr, campaign: c, now: now, Quote: Quote{AsOf: now, Holes: []Hole{}, Markets: []MarketQuote{}, Totals: []Total{}, Warnings: []Warning{}}}
	for _, step := range []func(context.Context) error{q.read, q.price, q.schedule} {
		if err := step(ctx); err != nil {
			return q.Quote, err
		}
	}
	q.warn()
	return q.Quote, nil
}

// read finds the number and the template.
func (q *quoting) read(ctx context.Context) error {
	row, err := q.Queries.ReadCampaign(ctx, q.campaign.ID)
	if err != nil {
		return fmt.Errorf("quote a campaign: %w", err)
	}
	q.number = row.BusinessNumber
	var settings conversation.Settings
	if err := json.Unmarshal(q.number.Settings, &settings); err != nil {
		return fmt.Errorf("settings of number %s: %w", q.number.PhoneNumberID, err)
	}
	q.policy = settings.Reengagement
	t := contract.Template{Name: q.campaign.Template, Language: q.campaign.Language}
	if q.template, err = sending.FindCandidate(ctx, q.Queries, q.number.WabaID, t); err != nil {
		return fmt.Errorf("quote a campaign: %w", err)
	}
	q.Template = QuotedTemplate{Name: t.Name, Language: t.Language, Found: q.template.Found, Findings: []template.Finding{}}
	if q.template.Found {
		q.Template.Status, q.Template.Quality, q.Template.Category = q.template.Status, q.template.Quality, q.template.Category
		q.Template.Findings = append(q.Template.Findings, template.Lint(q.template.Template)...)
	}
	return nil
}

// category is what consent and price are asked by. Of a template that nobody has found, the one that most is asked of.
func (q *quoting) category() conversation.Category {
	return cmp.Or(q.Template.Category, q.campaign.Category, conversation.Marketing)
}

// price counts who is meant, and prices those who would get a message, by market.
func (q *quoting) price(ctx context.Context) error {
	asked := ledger.NumberQuoteRequest{BusinessNumberID: q.number.ID, Category: string(q.category()), At: q.now}
	tariff, err := q.Ledger.QuoteNumber(ctx, q.Queries, asked)
	var stuck *ledger.StuckError
	if errors.As(err, &stuck) {
		_, err := q.count(ctx, q.now)
		return err
	}
	if err != nil {
		return err
	}
	q.Scheme = tariff.Scheme
	markets, err := q.count(ctx, q.now.Add(-tariff.Memory))
	if err != nil {
		return err
	}
	if tariff.Memory == 0 {
		q.MayCostLess = 0
	}
	q.UpperBound = q.MayCostLess > 0
	for _, m := range markets {
		asked.Markets = append(asked.Markets, m.market)
	}
	if tariff, err = q.Ledger.QuoteNumber(ctx, q.Queries, asked); err != nil {
		return err
	}
	for _, m := range markets {
		q.add(m, tariff.Markets[m.market])
	}
	slices.SortStableFunc(q.Markets, func(a, b MarketQuote) int {
		if (a.AmountMicros == nil) != (b.AmountMicros == nil) {
			return cmp.Compare(len(a.Missing), len(b.Missing))
		}
		return cmp.Compare(orZero(b.AmountMicros), orZero(a.AmountMicros))
	})
	return nil
}

// add prices the contacts of one market.
func (q *quoting) add(m market, tariff ledger.MarketQuote) {
	line := MarketQuote{Market: m.market, Contacts: m.contacts}
	if tariff.Unpriced != nil {
		line.Missing = tariff.Unpriced.Missing.String()
		q.Unpriced += m.contacts
		q.Markets = append(q.Markets, line)
		return
	}
	amount := tariff.AmountMicros * int64(m.contacts)
	line.PriceMicros, line.AmountMicros, line.Currency, line.Rule = &tariff.AmountMicros, &amount, tariff.Currency, tariff.Rule
	q.Markets = append(q.Markets, line)
	i := slices.IndexFunc(q.Totals, func(t Total) bool { return t.Currency == line.Currency })
	if i < 0 {
		i = len(q.Totals)
		q.Totals = append(q.Totals, Total{Currency: line.Currency})
	}
	q.Totals[i].AmountMicros += amount
	q.Totals[i].Contacts += m.contacts
}
