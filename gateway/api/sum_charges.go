package api

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"reengage/db"
)

// mostGroups is how many groups one answer has at most; a report that is longer is one that nobody reads.
const mostGroups = 20_000

// group is what a sum is of: one value for each thing that is grouped by, the others empty; and always one currency.
type group struct {
	day                                            string
	number, contact, campaign                      uuid.UUID
	scheme, kind, category, market, rule, currency string
}

type sum struct{ charges, micros int64 }

// sums adds up by groups. Numbers whose period is one of whole days are read from the totals, which are made for that
// (ledger.Total); the others, and whatever is by contact or by campaign, from the charges themselves. It must all be of one moment.
func (r *ListCharges) sums(ctx context.Context, q *db.Queries, numbers reportedNumbers, of only) (Page[Charge], error) {
	var totalled, others reportedNumbers
	charges := r.Contact != "" || r.by("contact") || r.Campaign != "" || r.by("campaign") // of which totals know nothing
	for _, n := range numbers {
		if _, _, whole := n.days(); whole && n.Totalled && !charges {
			totalled = append(totalled, n)
		} else {
			others = append(others, n)
		}
	}
	sums := map[group]sum{}
	if err := r.addTotals(ctx, q, totalled, sums); err != nil {
		return Page[Charge]{}, err
	}
	if err := r.addCharges(ctx, q, others, of, sums); err != nil {
		return Page[Charge]{}, err
	}
	if len(sums) > mostGroups {
		return Page[Charge]{}, invalid("group_by", "too_many_groups", "there are more than %d groups; ask for a shorter period or for fewer things at once", mostGroups)
	}
	page := r.page(sums, numbers)
	return page, nameCampaigns(ctx, q, page.Items)
}

func (r *ListCharges) by(what string) bool { return slices.Contains(r.GroupBy, what) }

func (r *ListCharges) addTotals(ctx context.Context, q *db.Queries, numbers reportedNumbers, sums map[group]sum) error {
	if len(numbers) == 0 {
		return nil
	}
	p := db.SumTotalsParams{
		Horizon: numbers[0].Horizon, ByDay: r.by("day"), ByNumber: r.by("number"), ByScheme: r.by("scheme"), ByKind: r.by("kind"),
		ByCategory: r.by("category"), ByMarket: r.by("market"), ByRule: r.by("rule"), Scheme: r.Scheme, Kind: r.Kind,
		Category: r.Category, Market: r.Market, Rule: r.Rule, Currency: r.Currency, MaxRows: mostGroups + 1,
	}
	for _, n := range numbers {
		from, to, _ := n.days()
		p.NumberIds = append(p.NumberIds, n.ID)
		p.FromDays, p.ToDays = append(p.FromDays, from.String()), append(p.ToDays, to.String())
	}
	rows, err := q.SumTotals(ctx, p)
	for _, row := range rows {
		add(sums, group{day: row.Day, number: row.NumberID, scheme: row.Scheme, kind: row.Kind, category: row.Category,
			market: row.Market, rule: row.Rule, currency: row.Currency}, row.Charges, row.AmountMicros)
	}
	return err
}

func (r *ListCharges) addCharges(ctx context.Context, q *db.Queries, numbers reportedNumbers, of only, sums map[group]sum) error {
	if len(numbers) == 0 {
		return nil
	}
	in := numbers.periods()
	rows, err := q.SumCharges(ctx, db.SumChargesParams{
		ByDay: r.by("day"), ByNumber: r.by("number"), ByScheme: r.by("scheme"), ByKind: r.by("kind"), ByCategory: r.by("category"),
		ByMarket: r.by("market"), ByRule: r.by("rule"), ByContact: r.by("contact"), ByCampaign: r.by("campaign"), Earliest: in.earliest, Latest: in.latest,
		OneContact: r.Contact != "", ConversationIds: of.conversations, WithCampaigns: r.by("campaign") || r.Campaign != "",
		OneCampaign: r.Campaign != "", CampaignID: of.campaign, Scheme: r.Scheme, Kind: r.Kind, Category: r.Category,
		Market: r.Market, Rule: r.Rule, Currency: r.Currency, MaxRows: mostGroups + 1,
		NumberIds: in.ids, AccountTimeZones: in.zones, Since: in.since, Until: in.until,
	})
	for _, row := range rows {
		add(sums, group{day: row.Day, number: row.NumberID, contact: row.ContactID, campaign: row.CampaignID, scheme: row.Scheme, kind: row.Kind,
			category: row.Category, market: row.Market, rule: row.Rule, currency: row.Currency}, row.Charges, row.AmountMicros)
	}
	return err
}

func add(sums map[group]sum, g group, charges, micros int64) {
	s := sums[g]
	sums[g] = sum{s.charges + charges, s.micros + micros}
}

// page lists the groups in order of what they are grouped by, the first first, then of currency.
func (r *ListCharges) page(sums map[group]sum, numbers reportedNumbers) Page[Charge] {
	names := map[uuid.UUID]reported{}
	for _, n := range numbers {
		names[n.ID] = n
	}
	page := Page[Charge]{Items: make([]Charge, 0, len(sums))}
	for g, s := range sums {
		c := Charge{Day: g.day, Scheme: g.scheme, Kind: g.kind, Rule: g.rule, Category: textOrNil(g.category), Market: textOrNil(g.market),
			Charges: &s.charges, AmountMicros: s.micros, Currency: g.currency}
		if r.by("number") {
			c.Number = names[g.number].number()
		}
		if r.by("contact") {
			c.ContactID = &g.contact
		}
		if g.campaign != uuid.Nil {
			c.Campaign = &CampaignName{ID: g.campaign}
		}
		page.Items = append(page.Items, c)
	}
	slices.SortFunc(page.Items, func(x, y Charge) int {
		for _, what := range r.GroupBy {
			if c := cmp.Compare(x.Group(what), y.Group(what)); c != 0 {
				return c
			}
		}
		return cmp.Compare(x.Currency, y.Currency)
	})
	return page
}

// nameCampaigns adds to groups what people call their campaigns.
func nameCampaigns(ctx context.Context, q *db.Queries, groups []Charge) error {
	named := map[uuid.UUID][]*CampaignName{}
	for _, g := range groups {
		if g.Campaign != nil {
			named[g.Campaign.ID] = append(named[g.Campaign.ID], g.Campaign)
		}
	}
	if len(named) == 0 {
		return nil
	}
	rows, err := q.ListCampaignNames(ctx, slices.Collect(maps.Keys(named)))
	for _, row := range rows {
		for _, c := range named[row.ID] {
			c.Name = row.Name
		}
	}
	return err
}

// Group is the value of what charges are grouped by, as text; empty if it does not apply.
func (c Charge) Group(by string) string {
	switch {
	case by == "day":
		return c.Day
	case by == "scheme":
		return c.Scheme
	case by == "kind":
		return c.Kind
	case by == "rule":
		return c.Rule
	case by == "number" && c.Number != nil:
		return c.Number.ID
	case by == "contact" && c.ContactID != nil:
		return c.ContactID.String()
	case by == "campaign" && c.Campaign != nil:
		return c.Campaign.ID.String()
	case by == "category" && c.Category != nil:
		return *c.Category
	case by == "market" && c.Market != nil:
		return *c.Market
	}
	return ""
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
