package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// message stores a message that is not charged.
func (l ledger) message(at time.Time) uuid.UUID {
	l.t.Helper()
	event := uuid.New()
	l.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at)
		VALUES ($1, 'outbound', 'template', 'api', $2, $3, $3)`, event, l.conversation, at)
	l.exec("UPDATE events SET wamid = 'wamid.' || id WHERE id = $1", event)
	return event
}

func (l ledger) differ(at time.Time) uuid.UUID {
	l.t.Helper()
	event := l.message(at)
	l.exec(`INSERT INTO verdict_differences (event_id, scheme, conversation_id, business_number_id, delivered_at, market,
			verdict_type, verdict_category, verdict_micros, own_rule, own_category, own_micros, currency)
		VALUES ($1, 'meta-pmp-2026', $2, $3, $4, 'BR', 'regular', 'marketing', 62500, 'P3', 'utility', 6800, 'USD')`,
		event, l.conversation, l.number, at)
	return event
}

func (l ledger) unpriced(at time.Time, category string) uuid.UUID {
	l.t.Helper()
	event := l.message(at)
	l.exec(`INSERT INTO unpriced_messages (event_id, scheme, category, conversation_id, business_number_id, card, market, charged_at)
		VALUES ($1, 'meta-pmp-2026', $2, $3, $4, 'meta-usd-2026-10-01', 'BR', $5)`, event, category, l.conversation, l.number, at)
	return event
}

func TestDifferencesHaveTheVerdictAndOurOwnReadingSideBySide(t *testing.T) {
	l := newLedger(t)
	l.differ(noon.AddDate(0, -1, 0)) // not this month
	event := l.differ(noon)
	page, err := (&api.ListDifferences{}).Execute(t.Context(), l.api, noon)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	page.Items[0].Number.Display = ""
	wamid := "wamid." + event.String()
	want := api.VerdictDifference{
		EventID: event, WAMID: &wamid, ConversationID: l.conversation, Scheme: "meta-pmp-2026", Market: "BR", DeliveredAt: noon, Currency: "USD",
		Verdict: api.VerdictReading{Rule: "P6", Type: "regular", Category: "marketing", AmountMicros: 62_500},
		Own:     api.OwnReading{Rule: "P3", Category: "utility", AmountMicros: 6_800},
	}
	want.Number.ID = number
	require.Equal(t, want, page.Items[0])

	later := api.Period{From: noon.Add(time.Second).Format(time.RFC3339)}
	page, err = (&api.ListDifferences{Period: later}).Execute(t.Context(), l.api, noon)
	require.NoError(t, err)
	require.Empty(t, page.Items)
	page, err = (&api.ListDifferences{Scheme: "meta-pmp-2025"}).Execute(t.Context(), l.api, noon)
	require.NoError(t, err)
	require.Empty(t, page.Items)
}

func TestUnpricedMessagesNameCardMarketAndCategory(t *testing.T) {
	l := newLedger(t)
	event := l.unpriced(noon, "marketing")
	page, err := (&api.ListUnpriced{Number: number}).Execute(t.Context(), l.api, noon)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	u := page.Items[0]
	require.Equal(t, event, u.EventID)
	require.Equal(t, "wamid."+event.String(), *u.WAMID)
	require.Equal(t, number, u.Number.ID)
	require.Equal(t, []string{"meta-pmp-2026", "meta-usd-2026-10-01", "BR", "marketing"}, []string{u.Scheme, u.Card, u.Market, u.Category})
	require.Equal(t, noon, u.At)
}

func TestFindingsArePagedAndEachComesOnce(t *testing.T) {
	l := newLedger(t)
	differing, unpriced := map[uuid.UUID]int{}, map[uuid.UUID]int{}
	for i := range 7 {
		at := noon.Add(time.Duration(i/3) * time.Hour) // some at one instant
		differing[l.differ(at)], unpriced[l.unpriced(at, "utility")] = 1, 1
	}
	for limit := int32(1); limit <= 8; limit++ {
		seen := map[uuid.UUID]int{}
		for r := (api.ListDifferences{Limit: limit}); ; {
			page, err := r.Execute(t.Context(), l.api, noon)
			require.NoError(t, err)
			for _, d := range page.Items {
				seen[d.EventID]++
			}
			if page.NextCursor == nil {
				break
			}
			r.Cursor = *page.NextCursor
		}
		require.Equal(t, differing, seen, "limit %d", limit)
		seen = map[uuid.UUID]int{}
		for r := (api.ListUnpriced{Limit: limit}); ; {
			page, err := r.Execute(t.Context(), l.api, noon)
			require.NoError(t, err)
			for _, u := range page.Items {
				seen[u.EventID]++
			}
			if page.NextCursor == nil {
				break
			}
			r.Cursor = *page.NextCursor
		}
		require.Equal(t, unpriced, seen, "limit %d", limit)
	}
}
