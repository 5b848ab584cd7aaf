package api_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/gateway/api"
)

// campaign makes one that has run.
func (f *fixture) campaign(name string) uuid.UUID {
	f.t.Helper()
	id := uuid.New()
	f.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, $2, '{}', now(), 'test', now())`, id, id.String())
	f.exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, state, created_at, created_by, launched_at, finished_at)
		VALUES ($1, $2, $3, 'thanks', 'en_US', $1, 'finished', now(), 'test', now(), now())`, id, name, f.number)
	return id
}

// sent says that the message which caused the charge was a campaign's.
func (l ledger) sent(charge int64, campaign uuid.UUID) {
	l.t.Helper()
	l.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, category, state,
			planned_at, not_after, accepted_at, message_id, campaign_id)
		SELECT gen_random_uuid(), c.id, c.business_number_id, c.contact_id, 'campaign', 'template', '{"name": "thanks", "language": "en_US"}', 'thanks',
			'marketing', 'accepted', h.charged_at, h.charged_at, h.charged_at, h.event_id, $2
		FROM charges h JOIN conversations c ON c.id = h.conversation_id WHERE h.id = $1`, charge, campaign)
}

func TestChargesAreToldApartByTheCampaignWhoseMessageCausedThem(t *testing.T) {
	l := newLedger(t)
	spring, empty := l.campaign("Spring"), l.campaign("Nobody was there")
	l.charge(noon, "sirena", "S3", "USD", 10_000)
	for range 2 {
		l.sent(l.charge(noon, "sirena", "S2", "USD", 26_600), spring)
	}
	fee := l.charge(noon, "sirena", "S2", "USD", 5_000)
	l.sent(fee, spring)
	l.reverse(fee)
	// The other part of a merged conversation (W10).
	part := ledger{l.fixture, l.add(someone{inbound: noon})}
	part.sent(part.charge(noon, "sirena", "S2", "USD", 1), spring)
	l.exec(`UPDATE conversations SET merged_into = $2 WHERE id = $1`, part.conversation, l.conversation)
	l.sent(l.charge(noon.AddDate(0, 1, 0), "sirena", "S2", "USD", 100), spring) // another month
	l.total()

	n := func(i int64) *int64 { return &i }
	name := &api.CampaignName{ID: spring, Name: "Spring"}
	require.Equal(t, []api.Charge{
		{Charges: n(1), AmountMicros: 10_000, Currency: "USD"},
		{Campaign: name, Charges: n(3), AmountMicros: 53_201, Currency: "USD"},
	}, l.read(api.ListCharges{GroupBy: []string{"campaign"}}))
	require.Equal(t, []api.Charge{{Day: "2026-11-20", Rule: "S2", Charges: n(3), AmountMicros: 53_201, Currency: "USD"}},
		l.read(api.ListCharges{GroupBy: []string{"day", "rule"}, Campaign: spring.String()}))
	rows := l.read(api.ListCharges{Campaign: spring.String()})
	require.Len(t, rows, 5)
	for _, row := range rows {
		require.Equal(t, name, row.Campaign)
	}
	require.Len(t, l.read(api.ListCharges{}), 6)
	require.Nil(t, l.read(api.ListCharges{})[0].Campaign)
	require.Empty(t, l.read(api.ListCharges{Campaign: empty.String()}))
	_, err := (&api.ListCharges{Campaign: uuid.NewString()}).Execute(t.Context(), l.api, noon)
	var p *api.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, "unknown_campaign", p.Code)
}

// Whatever happened, each charge is in exactly one campaign or in none, to the micro.
func TestSumsByCampaignAddUpToTheWhole(t *testing.T) {
	l := newLedger(t)
	campaigns := []uuid.UUID{uuid.Nil, l.campaign("One"), l.campaign("Two")}
	zones := rapid.SampledFrom([]string{"UTC", "America/Sao_Paulo", "Asia/Kolkata"})
	rapid.Check(t, func(t *rapid.T) {
		fixture, phone := *l.fixture, uuid.NewString() // a number for each history
		fixture.number = l.addNumber(phone)
		own := ledger{fixture: &fixture}
		l.exec(`UPDATE business_numbers SET account_time_zone = $2 WHERE id = $1`, fixture.number, zones.Draw(t, "zone"))
		talks := []uuid.UUID{fixture.add(someone{inbound: noon}), fixture.add(someone{inbound: noon})}
		want := map[string]int64{}
		for range rapid.IntRange(1, 8).Draw(t, "charges") {
			own.conversation = rapid.SampledFrom(talks).Draw(t, "conversation")
			at := noon.Add(time.Duration(rapid.IntRange(-20*24, 20*24).Draw(t, "hours")) * time.Hour)
			micros, currency := rapid.Int64Range(1, 1_000_000).Draw(t, "micros"), rapid.SampledFrom([]string{"USD", "BRL"}).Draw(t, "currency")
			charge := own.charge(at, "sirena", rapid.SampledFrom([]string{"S2", "S3"}).Draw(t, "rule"), currency, micros)
			campaign := rapid.SampledFrom(campaigns).Draw(t, "campaign")
			if campaign != uuid.Nil {
				own.sent(charge, campaign)
			}
			if rapid.Bool().Draw(t, "reversed") {
				own.reverse(charge)
			} else {
				want[campaign.String()+currency] += micros
			}
			if rapid.IntRange(0, 5).Draw(t, "totalled") == 0 {
				own.total()
			}
		}
		whole := api.Period{From: "2026-10-01", To: "2027-01-01"}
		got := map[string]int64{}
		for _, c := range own.read(api.ListCharges{Period: whole, Filter: api.Filter{Number: phone}, GroupBy: []string{"campaign"}}) {
			campaign := uuid.Nil
			if c.Campaign != nil {
				campaign = c.Campaign.ID
			}
			got[campaign.String()+c.Currency] += c.AmountMicros
		}
		require.Equal(t, want, got)

		by := rapid.SampledFrom([][]string{{"day"}, {"rule"}, {"day", "rule"}, {"number"}, {"contact"}}).Draw(t, "groups")
		period := rapid.SampledFrom([]api.Period{whole, {}, {From: "2026-11-10", To: "2026-11-21"}, {From: "2026-11-10T07:00:00Z"}}).Draw(t, "period")
		r := api.ListCharges{Period: period, Filter: api.Filter{Number: phone}, GroupBy: by}
		sums := addUp(own.read(r), by)
		r.GroupBy = append(slices.Clone(by), "campaign")
		apart := own.read(r)
		require.Equal(t, sums, addUp(apart, by))
		for _, campaign := range campaigns[1:] {
			r.GroupBy, r.Campaign = by, campaign.String()
			of := slices.DeleteFunc(slices.Clone(apart), func(c api.Charge) bool { return c.Campaign == nil || c.Campaign.ID != campaign })
			require.Equal(t, addUp(of, by), addUp(own.read(r), by), "the filter")
		}
	})
}

// addUp has sums by what they are grouped by and currency; what comes to nothing is left out.
func addUp(groups []api.Charge, by []string) map[string][2]int64 {
	sums := map[string][2]int64{}
	for _, g := range groups {
		key := g.Currency
		for _, b := range by {
			key += " " + g.Group(b)
		}
		sums[key] = [2]int64{sums[key][0] + *g.Charges, sums[key][1] + g.AmountMicros}
	}
	maps.DeleteFunc(sums, func(_ string, s [2]int64) bool { return s == [2]int64{} })
	return sums
}
