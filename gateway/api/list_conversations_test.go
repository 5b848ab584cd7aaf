package api_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// list reads all pages at the moment and returns the ids in order.
func (f *fixture) list(at time.Time, r api.ListConversations) []uuid.UUID {
	f.t.Helper()
	var ids []uuid.UUID
	for {
		page, err := r.Execute(f.t.Context(), f.api, at)
		require.NoError(f.t, err)
		require.LessOrEqual(f.t, len(page.Items), max(int(r.Limit), 50))
		for _, c := range page.Items {
			ids = append(ids, c.ID)
		}
		if page.NextCursor == nil {
			return ids
		}
		require.Len(f.t, page.Items, int(r.Limit), "only the last page may be short")
		r.Cursor = *page.NextCursor
	}
}

func TestListHasOpenWindowsByDeadlineThenTheRestByActivity(t *testing.T) {
	f := newFixture(t)
	closesLast := f.add(someone{inbound: noon.Add(-time.Hour)})
	closesFirst := f.add(someone{inbound: noon.Add(-24*time.Hour + time.Second)})
	closesNext := f.add(someone{inbound: noon.Add(-20 * time.Hour), outbound: noon})
	closedNow := f.add(someone{inbound: noon.Add(-24 * time.Hour)})
	disputed := f.add(someone{inbound: noon.Add(-2 * time.Hour), disputed: noon.Add(-time.Hour)})
	// Accepted by the provider a little ahead of our clock (W3).
	aheadOfUs := f.add(someone{inbound: noon.Add(-48 * time.Hour), outbound: noon.Add(30 * time.Second)})
	answeredLate := f.add(someone{inbound: noon.Add(-48 * time.Hour), outbound: noon.Add(-time.Minute)})
	nothingYet := f.add(someone{})

	want := []uuid.UUID{closesFirst, closesNext, closesLast, aheadOfUs, answeredLate, disputed, closedNow, nothingYet}
	for limit := int32(1); limit <= 9; limit++ {
		require.Equal(t, want, f.list(noon, api.ListConversations{Limit: limit}), "limit %d", limit)
	}
}

func TestListComesOnceEachWithEqualTimesAndAnyLimit(t *testing.T) {
	f := newFixture(t)
	var want []uuid.UUID
	for range 40 {
		inbound := noon.Add(-time.Duration(rand.IntN(4)) * 12 * time.Hour)
		want = append(want, f.add(someone{inbound: inbound}))
	}
	sort := func(ids []uuid.UUID) []uuid.UUID {
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		return ids
	}
	sort(want)
	for _, limit := range []int32{1, 7, 20, 39, 40, 41} {
		require.Equal(t, want, sort(f.list(noon, api.ListConversations{Limit: limit})), "limit %d", limit)
	}
}

func TestListKeepsItsOrderWhileWindowsCloseBetweenPages(t *testing.T) {
	f := newFixture(t)
	var want []uuid.UUID
	for i := range 6 { // closing a minute apart
		want = append(want, f.add(someone{inbound: noon.Add(-24*time.Hour + time.Duration(i+1)*time.Minute)}))
	}
	old := f.add(someone{inbound: noon.Add(-72 * time.Hour)})
	want = append(want, old)

	var ids []uuid.UUID
	r := api.ListConversations{Limit: 1}
	for i := range want {
		at := noon.Add(time.Duration(i) * 90 * time.Second) // faster than the pages are read
		page, err := r.Execute(t.Context(), f.api, at)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		ids = append(ids, page.Items[0].ID)
		if i == 3 {
			require.EqualValues(t, "expired", page.Items[0].Status, "what is said of each is true now")
			require.Nil(t, page.Items[0].Window)
		}
		if page.NextCursor != nil {
			r.Cursor = *page.NextCursor
		}
	}
	require.Equal(t, want, ids)
}

func TestListWithADeadlineThatMovesLosesNobodyElse(t *testing.T) {
	f := newFixture(t)
	var want []uuid.UUID
	for i := range 5 {
		want = append(want, f.add(someone{inbound: noon.Add(-23 * time.Hour).Add(time.Duration(i) * time.Hour)}))
	}
	r := api.ListConversations{Limit: 2}
	first, err := r.Execute(t.Context(), f.api, noon)
	require.NoError(t, err)
	// One already listed and one not yet listed write again: both deadlines move to the end.
	f.exec(`UPDATE conversations SET last_inbound_at = $2, expires_at = $2::timestamptz + interval '24 hours' WHERE id = ANY($1)`,
		[]uuid.UUID{want[0], want[2]}, noon)
	r.Cursor, r.Limit = *first.NextCursor, 50
	rest, err := r.Execute(t.Context(), f.api, noon.Add(time.Second))
	require.NoError(t, err)
	var seen []uuid.UUID
	for _, c := range append(first.Items, rest.Items...) {
		seen = append(seen, c.ID)
	}
	require.Subset(t, seen, want)
	require.Nil(t, rest.NextCursor)
}

func TestListFilters(t *testing.T) {
	f := newFixture(t)
	other := f.addNumber("999")
	ids := map[string]uuid.UUID{
		"active":   f.add(someone{name: "Ada Example", phone: "447700900123", inbound: noon.Add(-time.Hour)}),
		"expiring": f.add(someone{name: "Bo 100% Real", phone: "12025550101", inbound: noon.Add(-23*time.Hour - time.Second)}),
		"expired":  f.add(someone{name: `C_C\C`, bsuid: "US.13491208655302741918", inbound: noon.Add(-25 * time.Hour)}),
		"awaiting": f.add(someone{name: "Adam", phone: "551155500101", number: other, template: noon.Add(-time.Minute), outbound: noon.Add(-time.Minute)}),
		"resuming": f.add(someone{name: "Eve", inbound: noon.Add(-26 * time.Hour), pending: "planned"}),
	}
	tests := []struct {
		name   string
		filter api.ListConversations
		want   []string
	}{
		{"nothing", api.ListConversations{}, []string{"expiring", "active", "awaiting", "expired", "resuming"}},
		{"active", api.ListConversations{Status: "active"}, []string{"active"}},
		{"expiring", api.ListConversations{Status: "expiring"}, []string{"expiring"}},
		{"expired", api.ListConversations{Status: "expired"}, []string{"expired"}},
		{"awaiting reply", api.ListConversations{Status: "awaiting_reply"}, []string{"awaiting"}},
		{"resuming", api.ListConversations{Status: "resuming"}, []string{"resuming"}},
		{"number", api.ListConversations{Number: "999"}, []string{"awaiting"}},
		{"unknown number", api.ListConversations{Number: "1"}, nil},
		{"part of a name, in any case", api.ListConversations{Q: " aDA "}, []string{"active", "awaiting"}},
		{"percent sign", api.ListConversations{Q: "0%"}, []string{"expiring"}},
		{"a percent sign alone is not everything", api.ListConversations{Q: "%"}, []string{"expiring"}},
		{"underscore", api.ListConversations{Q: "C_C"}, []string{"expired"}},
		{"an underscore is not any character", api.ListConversations{Q: "A_a"}, nil},
		{"backslash", api.ListConversations{Q: `C\`}, []string{"expired"}},
		{"part of a phone", api.ListConversations{Q: "5550101"}, []string{"expiring"}},
		{"phone as people write it", api.ListConversations{Q: "+44 (7700) 900-123"}, []string{"active"}},
		{"digits within a name search", api.ListConversations{Q: "Ada 2"}, nil},
		{"whole bsuid", api.ListConversations{Q: "US.13491208655302741918"}, []string{"expired"}},
		{"part of a bsuid", api.ListConversations{Q: "US.1349"}, nil},
		{"all together", api.ListConversations{Q: "Ada", Status: "active", Number: number}, []string{"active"}},
		{"a NUL cannot be looked for", api.ListConversations{Q: "A\x00da E"}, []string{"active"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []uuid.UUID
			for _, name := range tt.want {
				want = append(want, ids[name])
			}
			require.Equal(t, want, f.list(noon, tt.filter))
		})
	}
}
