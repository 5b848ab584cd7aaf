package audience_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/audience"
	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
)

// drawFilter draws a filter of few parts, because one of many means nobody.
func drawFilter(t *rapid.T, w world) (f audience.Filter) {
	for range rapid.IntRange(0, 3).Draw(t, "parts") {
		switch rapid.IntRange(0, 9).Draw(t, "part") {
		case 0:
			f.AllTags = drawSome(t, "all", "a", "b")
		case 1:
			f.AnyTags = drawSome(t, "any", "b", "c", "nobody's")
		case 2:
			f.NoTags = drawSome(t, "no", "a", "c")
		case 3:
			f.Fields = map[string]string{rapid.SampledFrom([]string{"city", "plan"}).Draw(t, "name"): rapid.SampledFrom([]string{"x", "X"}).Draw(t, "text")}
		case 4:
			f.Languages = drawSome(t, "language", "en", "en_US", "pt_BR")
		case 5:
			f.Markets = drawSome(t, "market", "US", "BR")
		case 6:
			for _, s := range drawSome(t, "status", "active", "expiring", "expired", "resuming", "awaiting_reply") {
				f.Statuses = append(f.Statuses, conversation.StatusName(s))
			}
		case 7:
			f.LastInboundAfter = drawTime(t, "after")
		case 8:
			f.LastInboundBefore = drawTime(t, "before")
		case 9:
			f.OptedIn = rapid.SampledFrom(conversation.Categories).Draw(t, "category")
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "of a campaign") == 0 {
		f.Campaign = &audience.CampaignAnswer{ID: w.campaign, Answered: rapid.Bool().Draw(t, "answered")}
	}
	if rapid.Bool().Draw(t, "of a number") {
		f.Number = rapid.SampledFrom([]string{shop, branch}).Draw(t, "number")
	}
	return f
}

func TestTheDatabaseFindsWhomTheFilterMeans(t *testing.T) {
	pool := dbtest.New(t)
	found := 0
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		tx, err := pool.Begin(ctx)
		require.NoError(rt, err)
		defer func() { _ = tx.Rollback(ctx) }()
		q := db.New(tx)
		w := drawWorld(rt)
		w.store(ctx, rt, tx)
		permissions := permissionsOf(ctx, rt, q, w)
		optedIn := func(p *person, c conversation.Category) bool {
			return permissions[p.id].Consent(c) == conversation.OptedIn
		}
		for range 5 {
			f := drawFilter(rt, w)
			var want []*person
			for _, p := range w.people {
				if w.means(f, p, optedIn) {
					want = append(want, p)
				}
			}
			found += len(want)
			check(ctx, rt, q, f, want, permissions)
		}
	})
	require.Greater(t, found, 100, "most filters mean somebody")
}

func permissionsOf(ctx context.Context, t require.TestingT, q *db.Queries, w world) map[uuid.UUID]conversation.Permissions {
	var ids []uuid.UUID
	for _, p := range w.people {
		ids = append(ids, p.id)
	}
	rows, err := q.ListPermissions(ctx, ids)
	require.NoError(t, err)
	all := map[uuid.UUID]conversation.Permissions{}
	for _, row := range rows {
		var of conversation.Permissions
		require.NoError(t, json.Unmarshal(row.Permissions, &of))
		all[row.ContactID] = of
	}
	return all
}

// check asks in every way for whom the filter means.
func check(ctx context.Context, t require.TestingT, q *db.Queries, f audience.Filter, want []*person, permissions map[uuid.UUID]conversation.Permissions) {
	raw, err := f.JSON()
	require.NoError(t, err)
	again, err := audience.Parse(raw)
	require.NoError(t, err)
	same, err := again.JSON()
	require.NoError(t, err)
	require.Equal(t, string(raw), string(same))

	n, err := audience.Count(ctx, q, f, noon)
	require.NoError(t, err)
	require.EqualValues(t, len(want), n, "%s", raw)

	byID := []uuid.UUID{}
	for _, p := range want {
		byID = append(byID, p.id)
	}
	slices.SortFunc(byID, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	chosen := []uuid.UUID{}
	for after := (uuid.UUID{}); ; after = chosen[len(chosen)-1] {
		page, err := q.ListCandidates(ctx, db.ListCandidatesParams{Filter: raw, At: noon, After: after, MaxRows: 3})
		require.NoError(t, err)
		for _, c := range page {
			chosen = append(chosen, c.Contact.ID)
		}
		if len(page) < 3 {
			break
		}
	}
	require.Equal(t, byID, chosen, "%s", raw)
	require.Equal(t, byID, list(ctx, t, q, f, nil), "%s", raw)
	if len(byID) > 1 {
		require.Equal(t, byID[:1], list(ctx, t, q, f, []uuid.UUID{byID[0], uuid.New()}))
	}
	for _, category := range conversation.Categories[:2] {
		checkConsent(ctx, t, q, f, category, want, permissions)
	}
}

// list pages through whom a filter means and checks the order; it returns them by id.
func list(ctx context.Context, t require.TestingT, q *db.Queries, f audience.Filter, among []uuid.UUID) []uuid.UUID {
	listed := []db.Contact{}
	for page := (audience.Page{Among: among, MaxRows: 2}); ; {
		some, err := audience.List(ctx, q, f, noon, page)
		require.NoError(t, err)
		if listed = append(listed, some...); len(some) < page.MaxRows {
			break
		}
		page.BeforeAt, page.BeforeID = some[1].CreatedAt, some[1].ID
	}
	require.True(t, slices.IsSortedFunc(listed, func(a, b db.Contact) int { return b.CreatedAt.Compare(a.CreatedAt) }), "the newest first")
	ids := []uuid.UUID{}
	for _, c := range listed {
		ids = append(ids, c.ID)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

func checkConsent(ctx context.Context, t require.TestingT, q *db.Queries, f audience.Filter, category conversation.Category, of []*person, permissions map[uuid.UUID]conversation.Permissions) {
	var want audience.Consent
	for _, p := range of {
		has := permissions[p.id]
		switch {
		case has.Suppressed != "" || category == conversation.Marketing && has.SuppressedMarketing != "":
			want.Suppressed++
		case has.Consent(category) == conversation.OptedIn:
			want.OptedIn++
		case has.Consent(category) == conversation.OptedOut:
			want.OptedOut++
		default:
			want.Unknown++
		}
	}
	n, consent, err := audience.CountConsent(ctx, q, f, noon, category)
	require.NoError(t, err)
	require.EqualValues(t, len(of), n)
	require.Equal(t, want, consent, "%s", category)
}
