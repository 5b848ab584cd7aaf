package api_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/db"
	"reengage/gateway/api"
)

// The lists filter by columns of which the status is made, so that an index can; the status itself is conversation.Status (W6).
func TestEveryConversationIsListedUnderItsStatusAndCountedThere(t *testing.T) {
	f := newFixture(t)
	numbers := []uuid.UUID{f.number, f.addNumber("999")}
	// Moments around the ones that matter, often equal to one another.
	moment := func() *time.Time {
		if rand.IntN(3) == 0 {
			return nil
		}
		at := noon.Add(time.Duration(rand.IntN(5)-2) * 24 * time.Hour).
			Add([]time.Duration{-time.Hour, 0, time.Hour}[rand.IntN(3)] + time.Duration(rand.IntN(3)-1)*time.Microsecond)
		return &at
	}
	for range 600 {
		contact := uuid.New()
		f.exec(`INSERT INTO contacts (id, bsuid, created_at) VALUES ($1, $2, now())`, contact, "US."+contact.String())
		inbound, claim := moment(), moment()
		var by *string
		if claim != nil {
			by = new(string)
		}
		f.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at,
				last_outbound_at, disputed_at, template_accepted_at, template_pending, resume_claimed_until, resume_claimed_by)
			VALUES ($1, $2, $3, '2026-01-01', $4, $4, $4::timestamptz + interval '24 hours', $5, $6, $7, $8, $9, $10)`,
			uuid.New(), numbers[rand.IntN(2)], contact, inbound, moment(), moment(), moment(),
			[]*string{nil, nil, nil, pointer("planned")}[rand.IntN(4)], claim, by)
	}

	for _, number := range []string{"", "999"} {
		all := f.list(noon, api.ListConversations{Limit: 200, Number: number})
		want := map[conversation.StatusName][]uuid.UUID{}
		for _, id := range all {
			row, err := db.New(f.pool).GetConversation(t.Context(), id)
			require.NoError(t, err)
			status := conversation.Status(row.Conversation.Facts(), noon)
			want[status] = append(want[status], id)
		}
		require.Len(t, want, 5, "of %d", len(all))
		if number == "" {
			require.Len(t, all, 600)
		}
		counts, err := (&api.CountConversations{Number: number}).Execute(t.Context(), f.api, noon)
		require.NoError(t, err)
		for status, ids := range want {
			require.Equal(t, ids, f.list(noon, api.ListConversations{Limit: 20, Status: string(status), Number: number}), status)
			require.EqualValues(t, len(ids), counts.Counts[status], status)
		}
	}
}

func TestCountsOfAnUnknownNumberAreZero(t *testing.T) {
	f := newFixture(t)
	f.add(someone{inbound: noon})
	counts, err := (&api.CountConversations{Number: "1"}).Execute(t.Context(), f.api, noon)
	require.NoError(t, err)
	require.Len(t, counts.Counts, 5)
	for status, n := range counts.Counts {
		require.Zero(t, n, status)
	}
}

// What a search finds, whichever way it goes about it, is what the texts say.
func TestASearchFindsEveryPartOfEveryName(t *testing.T) {
	f := newFixture(t)
	names := []string{"Ada", "Åsa Ödegård", "O'Neil \\ Sons", "李小龍", "a", "", "İlker", "tab\tand\nline", "🙂🙃 Joy", "aaaa", "Straße 'n''x'", "x=y & !z | (w)", strings.Repeat("Long Åname ", 40) + "end"}
	for i, name := range names {
		f.add(someone{name: name, phone: []string{"", "447700900123", "12025550199"}[i%3], inbound: noon.Add(-time.Duration(i) * time.Minute)})
	}
	var parts []string
	for _, name := range names {
		runes := []rune(name)
		for range 12 {
			if len(runes) > 0 {
				from := rand.IntN(len(runes))
				parts = append(parts, string(runes[from:from+1+rand.IntN(len(runes)-from)]))
			}
		}
	}
	parts = append(parts, "7700", "99", "5", "nobody", "'", "\\", "&", ":*", "ADA", "ÖDE", "STRA")
	for _, part := range parts {
		var want []uuid.UUID
		rows, err := f.pool.Query(t.Context(), `SELECT c.id FROM conversations c JOIN contacts p ON p.id = c.contact_id
			WHERE position(lower(btrim($1, E' \t\n')) IN lower(p.name)) > 0 OR (btrim($1) ~ '^[0-9]+$' AND position(btrim($1) IN p.phone) > 0)
			ORDER BY c.expires_at, c.id`, part)
		require.NoError(t, err)
		for rows.Next() {
			var id uuid.UUID
			require.NoError(t, rows.Scan(&id))
			want = append(want, id)
		}
		require.NoError(t, rows.Err())
		if btrimmed := slices.Contains([]string{" ", "\t", "\n"}, part); btrimmed {
			continue // is no part of anything
		}
		require.Equal(t, want, f.list(noon, api.ListConversations{Q: part}), "%q", part)
	}
}

func TestASearchFollowsAChangedName(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{name: "Ada", phone: "12025550199", inbound: noon})
	f.exec(`UPDATE contacts SET name = 'Grace', phone = '447700900123'`)
	for part, want := range map[string][]uuid.UUID{"Ada": nil, "12025550199": nil, "gra": {id}, "7700 900": {id}} {
		require.Equal(t, want, f.list(noon, api.ListConversations{Q: part}), part)
	}
}

func pointer[T any](v T) *T { return &v }
