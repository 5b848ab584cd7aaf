package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
	"reengage/workflows/contract"
)

// reported is a business number in a report: the same period is for each number that of its account's calendar.
type reported struct {
	db.ListReportedNumbersRow
	zone     *time.Location
	from, to time.Time
}

// listReported lists the numbers that a report is about: the one that is named, or all.
func listReported(ctx context.Context, q *db.Queries, number string, p period) (reportedNumbers, error) {
	rows, err := q.ListReportedNumbers(ctx, number)
	if err != nil {
		return nil, err
	}
	if number != "" && len(rows) == 0 {
		return nil, invalid("number", "unknown_number", "there is no business number with this phone number id")
	}
	list := make(reportedNumbers, len(rows))
	for i, row := range rows {
		n := reported{ListReportedNumbersRow: row}
		if n.zone, err = time.LoadLocation(row.AccountTimeZone); err != nil {
			// A zone that only Postgres knows. Such a number is not billed either; its old charges are reported by UTC.
			n.zone, n.Totalled = time.UTC, false
		}
		n.from, n.to = p.in(n.zone)
		list[i] = n
	}
	return list, nil
}

// days is the period in days of the account, if its ends are where days begin.
func (n reported) days() (from, to tariff.Day, whole bool) {
	from, to = tariff.DayOf(n.from, n.zone), tariff.DayOf(n.to, n.zone)
	return from, to, from.Start(n.zone).Equal(n.from) && to.Start(n.zone).Equal(n.to)
}

func (n reported) number() *contract.Number {
	return &contract.Number{ID: n.PhoneNumberID, Display: n.Display}
}

type reportedNumbers []reported

// periods are the numbers and their periods as queries want them, and what spans them all.
type periods struct {
	ids              []uuid.UUID
	zones            []string
	since, until     []time.Time
	earliest, latest time.Time
}

func (list reportedNumbers) periods() periods {
	var p periods
	for i, n := range list {
		if i == 0 || n.from.Before(p.earliest) {
			p.earliest = n.from
		}
		if i == 0 || n.to.After(p.latest) {
			p.latest = n.to
		}
		p.ids, p.zones = append(p.ids, n.ID), append(p.zones, n.zone.String())
		p.since, p.until = append(p.since, n.from), append(p.until, n.to)
	}
	return p
}
