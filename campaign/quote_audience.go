package campaign

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"reengage/db"
	"reengage/sending"
)

// market is how many recipients of one would get a message.
type market struct {
	market   string
	contacts int
}

// count looks at everybody in the segment. Since is from when on something with a contact may make a message cheaper.
func (q *quoting) count(ctx context.Context, since time.Time) ([]market, error) {
	filter, err := q.Queries.FindCampaignFilter(ctx, q.campaign.ID)
	if err != nil {
		return nil, fmt.Errorf("quote a campaign: %w", err)
	}
	rows, err := q.Queries.QuoteAudience(ctx, db.QuoteAudienceParams{Filter: filter, At: q.now, Since: since, Portfolio: q.number.Portfolio,
		Category: string(q.category()), Needed: sending.NeededFields(q.campaign.Parameters), BusinessNumberID: q.number.ID})
	if err != nil {
		return nil, fmt.Errorf("quote a campaign: %w", err)
	}
	var markets []market
	for _, row := range rows {
		n := int(row.Contacts)
		q.Contacts += n
		if row.LeftOut != "" {
			q.LeftOut.add(row.LeftOut, n)
			continue
		}
		q.Recipients += n
		if len(row.Missing) > 0 {
			q.lacking(row.Missing, n)
			continue
		}
		q.WithWindow += int(row.Open)
		q.MayCostLess += int(row.Recent)
		if i := slices.IndexFunc(markets, func(m market) bool { return m.market == row.Market }); i >= 0 {
			markets[i].contacts += n
		} else {
			markets = append(markets, market{row.Market, n})
		}
	}
	slices.SortFunc(q.Holes, func(a, b Hole) int {
		return cmp.Or(cmp.Compare(b.Contacts, a.Contacts), strings.Compare(a.Field, b.Field))
	})
	return markets, nil
}

// lacking notes recipients who lack the same fields.
func (q *quoting) lacking(fields []string, contacts int) {
	q.Incomplete += contacts
	for _, f := range fields {
		i := slices.IndexFunc(q.Holes, func(h Hole) bool { return h.Field == f })
		if i < 0 {
			i = len(q.Holes)
			q.Holes = append(q.Holes, Hole{Field: f})
		}
		q.Holes[i].Contacts += contacts
	}
}

// add counts contacts by the reason for which they are no recipients; empty: they are.
func (l *LeftOut) add(reason string, n int) {
	switch reason {
	case "unreachable":
		l.Unreachable += n
	case "suppressed":
		l.Suppressed += n
	case "opted_out":
		l.OptedOut += n
	case "no_opt_in":
		l.NoOptIn += n
	}
}
