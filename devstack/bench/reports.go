package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/clock"
	"reengage/gateway/api"
	"reengage/intake"
)

// measureReports asks for what finance asks for, of a year of charges.
func measureReports(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "Reports on a year of charges",
		How: fmt.Sprintf("%d charges of 2026, evenly over the year, %d numbers in three zones, three schemes, 20 markets, four categories and %d contacts, and %d %% of them "+
			"reversed, have been posted by SQL; Postgres has vacuumed and analyzed its tables. Totals: Ledger.Total, once. Reports: GET /v1/charges with a key at "+
			"the real API on 127.0.0.1, one after the other, until the answer is read, median of up to %d in %s.",
			n.charges, reportedNumbers, n.chargeContacts, reversedPercent, n.reportCalls, timeForReport),
		Baseline: fmt.Sprintf("one plain statement on the charges of the same period, all rows read: reports: SUM ... GROUP BY of the same, median of up to %d; it has to say the "+
			"same to the micro; single charges: the same rows without names; totals: all charges by all that totals are kept by, into a table, once", n.repetitions),
	}
	b, err := g.newBooks(ctx)
	if err != nil {
		return group, err
	}
	defer closing(b.close, &err)
	made, err := timed(func() error { return b.year(ctx, n) })
	if err != nil {
		return group, err
	}
	first, plain, err := b.total(ctx)
	if err != nil {
		return group, err
	}
	group.add("totalled for the first time", "s", first.Seconds(), plain.Seconds())
	desk, err := b.openDesk()
	if err != nil {
		return group, err
	}
	defer closing(desk.close, &err)
	for _, r := range []report{
		{what: "this month by rule", by: []string{"rule"}},
		{what: "the year by day", from: yearFrom, to: yearTo, by: []string{"day"}},
		{what: "a month by market and category", from: "2026-06-01", to: "2026-07-01", by: []string{"market", "category"}},
		{what: "this month by contact", by: []string{"contact"}},
	} {
		if err := desk.sums(ctx, &group, n, r); err != nil {
			return group, err
		}
	}
	if err := desk.page(ctx, &group, n); err != nil {
		return group, err
	}
	// What comes later is of this month, which is the last twelfth of the year.
	if err := b.post(ctx, n, 2*n.charges-n.charges/24, 2*n.charges-n.charges/24+n.chargedAgain); err != nil {
		return group, err
	}
	untotalled := fmt.Sprintf("%d not totalled", n.chargedAgain)
	if err := desk.sums(ctx, &group, n, report{what: "this month by rule, " + untotalled, by: []string{"rule"}}); err != nil {
		return group, err
	}
	again, plain, err := b.total(ctx)
	if err != nil {
		return group, err
	}
	group.add("totalled, "+untotalled, "s", again.Seconds(), plain.Seconds())
	var charges, reversals, totals int
	err = b.pool.QueryRow(ctx, "SELECT count(*), count(reverses), (SELECT count(*) FROM charge_totals) FROM charges").Scan(&charges, &reversals, &totals)
	group.note("%d rows, of which %d reversals, made in %s; %d totals", charges, reversals, made.Round(time.Second), totals)
	return group, err
}

// timeForReport bounds the calls of one report.
const timeForReport = 5 * time.Second

// total brings the totals up to date, and makes the same plainly and from scratch.
func (b *books) total(ctx context.Context) (took, plain time.Duration, err error) {
	if took, err = timed(func() error { return b.ledger.Total(ctx) }); err != nil {
		return 0, 0, err
	}
	plain, err = timed(func() error {
		return b.exec(ctx, `CREATE TABLE plain AS
			SELECT h.business_number_id, (h.charged_at AT TIME ZONE n.account_time_zone)::date AS day, h.scheme, h.kind, coalesce(h.category, '') AS category,
			       coalesce(h.market, '') AS market, h.rule, h.currency, sum(`+counted+`)::bigint AS charges, sum(h.amount_micros)::bigint AS amount_micros
			FROM charges h JOIN business_numbers n ON n.id = h.business_number_id
			GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`)
	})
	if err != nil {
		return 0, 0, err
	}
	var all, wrong int
	err = b.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM plain),
		(SELECT count(*) FROM ((TABLE plain EXCEPT TABLE charge_totals) UNION ALL (TABLE charge_totals EXCEPT TABLE plain)) d)`).Scan(&all, &wrong)
	if err == nil && (all == 0 || wrong > 0) {
		err = fmt.Errorf("the totals are not those of the charges: of %d rows %d differ (does a long transaction elsewhere on the server keep them back?)", all, wrong)
	}
	if err != nil {
		return 0, 0, err
	}
	return took, plain, errors.Join(b.exec(ctx, "DROP TABLE plain"), b.exec(ctx, "ANALYZE charge_totals"))
}

// counted is what a row adds to the number of charges.
const counted = "CASE WHEN h.reverses IS NULL THEN 1 ELSE -1 END"

const apiKey = "a throw-away key of the bench"

// desk is the API with somebody who asks it, and the charges to compare with.
type desk struct {
	*server
	books *books
}

func (b *books) openDesk() (*desk, error) {
	at := clock.Clock{Anchor: reportedAt, Wall: time.Now(), Scale: 1}
	mux := http.NewServeMux()
	api.New(api.Deps{Pool: b.pool, Store: intake.New(b.pool, at, b.scratch.ground.log), Ledger: b.ledger, Clock: at,
		Keys: []string{apiKey}, Log: b.scratch.ground.log}).Register(mux)
	server, err := startServer(mux, 1)
	return &desk{server, b}, err
}

// report is one question.
type report struct {
	what     string
	from, to string // empty: this month, as the API understands it
	by       []string
}

func (r report) query() url.Values {
	q := url.Values{}
	if r.from != "" {
		q.Set("from", r.from)
		q.Set("to", r.to)
	}
	if len(r.by) > 0 {
		q.Set("group_by", strings.Join(r.by, ","))
	}
	return q
}

// period is the one that is meant.
func (r report) period() (from, to string) {
	if r.from == "" {
		return monthFrom, monthTo
	}
	return r.from, r.to
}

// sums are the number of charges and their micros, by group and currency.
type sums map[string][2]int64

func keyOf(values []string) string { return strings.Join(values, "\x00") }

// sums asks for the report, and for the plain sums of the same.
func (d *desk) sums(ctx context.Context, g *Group, n size, r report) error {
	var said, plain sums
	took, err := n.reports().latencies(func() (err error) {
		said, err = d.ask(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	baseline, err := n.latencies(func() (err error) {
		plain, err = d.plainSums(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	if len(plain) == 0 || !maps.Equal(said, plain) {
		return fmt.Errorf("%s: the report's %d groups are not the %d of the charges", r.what, len(said), len(plain))
	}
	addLatencies(g, r.what, took, baseline)
	return nil
}

// reports is how often a report is asked for.
func (n size) reports() size {
	n.repetitions, n.timeForRepetitions = n.reportCalls, timeForReport
	return n
}

// latencies are how long it took each time.
func (n size) latencies(do func() error) (took []time.Duration, err error) {
	err = repeat(n, func() error {
		t, err := timed(do)
		took = append(took, t)
		return err
	})
	return took, err
}

func addLatencies(g *Group, what string, took, baseline []time.Duration) {
	g.add(what, "ms", milliseconds(quantile(took, 0.5)), milliseconds(quantile(baseline, 0.5)))
	g.note("%s: the slowest of %d took %s ms, plainly of %d %s", what, len(took), number(milliseconds(quantile(took, 1))),
		len(baseline), number(milliseconds(quantile(baseline, 1))))
}

func (d *desk) ask(ctx context.Context, r report) (sums, error) {
	page, err := d.get(ctx, r.query())
	if err != nil {
		return nil, err
	}
	said := sums{}
	for _, c := range page.Items {
		if c.Charges == nil {
			return nil, errors.New("a sum does not say of how many charges it is")
		}
		var of []string
		for _, by := range r.by {
			of = append(of, c.Group(by))
		}
		said[keyOf(append(of, c.Currency))] = [2]int64{*c.Charges, c.AmountMicros}
	}
	return said, nil
}

func (d *desk) get(ctx context.Context, query url.Values) (page api.Page[api.Charge], err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url+"/v1/charges?"+query.Encode(), nil)
	if err != nil {
		return page, err
	}
	request.Header.Set("Authorization", "Bearer "+apiKey)
	answer, err := d.client.Do(request)
	if err != nil {
		return page, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return page, fmt.Errorf("/v1/charges?%s answered %s", query.Encode(), answer.Status)
	}
	return page, json.NewDecoder(answer.Body).Decode(&page)
}

// columns are what can be grouped by.
var columns = map[string]string{
	"day":      "(h.charged_at AT TIME ZONE n.account_time_zone)::date",
	"market":   "coalesce(h.market, '')",
	"category": "coalesce(h.category, '')",
	"rule":     "h.rule",
	"contact":  "c.contact_id",
}

// reportedCharges are the charges of a period of days, $1 to $2. The first two conditions are for the index.
const reportedCharges = ` FROM charges h JOIN business_numbers n ON n.id = h.business_number_id LEFT JOIN conversations c ON c.id = h.conversation_id
	WHERE h.charged_at >= $1::text::date - 1 AND h.charged_at < $2::text::date + 1
	  AND (h.charged_at AT TIME ZONE n.account_time_zone)::date >= $1::text::date AND (h.charged_at AT TIME ZONE n.account_time_zone)::date < $2::text::date`

func (d *desk) plainSums(ctx context.Context, r report) (sums, error) {
	var of, texts []string
	for _, by := range r.by {
		of, texts = append(of, columns[by]), append(texts, columns[by]+"::text")
	}
	from, to := r.period()
	rows, err := d.books.pool.Query(ctx, "SELECT "+strings.Join(texts, ", ")+", h.currency::text, sum("+counted+")::bigint, sum(h.amount_micros)::bigint"+
		reportedCharges+" GROUP BY "+strings.Join(of, ", ")+", h.currency", from, to)
	if err != nil {
		return nil, err
	}
	plain := sums{}
	values, sum := make([]string, len(r.by)+1), [2]int64{}
	var into []any
	for i := range values {
		into = append(into, &values[i])
	}
	_, err = pgx.ForEachRow(rows, append(into, &sum[0], &sum[1]), func() error {
		if sum != [2]int64{} { // a group of which everything is reversed is none
			plain[keyOf(values)] = sum
		}
		return nil
	})
	return plain, err
}

// pageLimit is the API's most.
const pageLimit = 200

// page asks for the first single charges of the month.
func (d *desk) page(ctx context.Context, g *Group, n size) error {
	const what = "a page of single charges"
	var said, plain [][2]int64 // ids and micros
	query := report{}.query()
	query.Set("limit", strconv.Itoa(pageLimit))
	took, err := n.reports().latencies(func() error {
		page, err := d.get(ctx, query)
		said = nil
		for _, c := range page.Items {
			said = append(said, [2]int64{c.ID, c.AmountMicros})
		}
		return err
	})
	if err != nil {
		return err
	}
	baseline, err := n.reports().latencies(func() error {
		rows, err := d.books.pool.Query(ctx, "SELECT h.id, h.amount_micros"+reportedCharges+" ORDER BY h.charged_at, h.id LIMIT $3", monthFrom, monthTo, pageLimit)
		if err != nil {
			return err
		}
		plain = nil
		var row [2]int64
		_, err = pgx.ForEachRow(rows, []any{&row[0], &row[1]}, func() error {
			plain = append(plain, row)
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	if len(plain) == 0 || !slices.Equal(said, plain) {
		return fmt.Errorf("%s: the %d rows that were listed are not the %d of the table", what, len(said), len(plain))
	}
	addLatencies(g, what, took, baseline)
	return nil
}
