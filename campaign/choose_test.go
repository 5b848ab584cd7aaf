package campaign_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/whatsapp/template"
)

func TestOnlyThoseAreChosenWhoHaveOptedInAndCanBeReached(t *testing.T) {
	w := newWorld(t)
	contact := func(phone string, bsuid *string) uuid.UUID {
		id := uuid.New()
		var p *string
		if phone != "" {
			p = &phone
		}
		w.exec(`INSERT INTO contacts (id, name, phone, bsuid, market, created_at) VALUES ($1, 'Ada Muster', $2, $3, 'GB', now())`, id, p, bsuid)
		return id
	}
	says := func(id uuid.UUID, category string, in bool) {
		w.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, $2, $3, 'form', now())`, id, category, in)
	}
	here, elsewhere := "GB.1", "GB.2"
	reached := contact("447700900101", nil)
	known := contact("", &here)
	foreign := contact("", &elsewhere)
	optedOut, otherCategory := contact("447700900102", nil), contact("447700900104", nil)
	contact("447700900103", nil) // has never said anything
	suppressed := contact("447700900105", nil)
	for _, id := range []uuid.UUID{reached, known, foreign, suppressed} {
		says(id, "marketing", true)
	}
	says(optedOut, "marketing", false)
	says(otherCategory, "utility", true)
	w.exec(`INSERT INTO contact_aliases (kind, portfolio, value, contact_id) VALUES ('bsuid', 'default', 'GB.1', $1), ('bsuid', 'other', 'GB.2', $2)`, known, foreign)
	w.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) VALUES ($1, 'marketing', 'experiment', 'provider', now())`, suppressed)

	c := w.running(0)
	require.Equal(t, 2, c.Recipients)
	require.Equal(t, campaign.LeftOut{Unreachable: 1, Suppressed: 1, OptedOut: 1, NoOptIn: 2}, c.LeftOut)
	require.False(t, c.MaterialisedAt.IsZero())
	for _, id := range []uuid.UUID{reached, known} {
		require.Equal(t, campaign.RecipientID(c.ID, id), ask[uuid.UUID](w, `SELECT id FROM campaign_recipients WHERE contact_id = $1`, id), "K3")
	}
}

func TestParametersAreFrozenWhenRecipientsAreChosenAndNobodyGetsAHole(t *testing.T) {
	w := newWorld(t)
	w.people(3)
	w.exec(`UPDATE contacts SET fields = '{"city": "Lima"}' WHERE phone = '12025550101'`)
	w.exec(`UPDATE contacts SET name = '' WHERE phone = '12025550103'`)
	with := func(text string) campaign.Campaign {
		return w.running(0, func(d *campaign.Definition) {
			d.Parameters = template.Parameters{Body: template.Values{Positional: []string{text}}}
		})
	}
	holes := with("{{contact.city}}")
	require.Equal(t, map[string]int{"pending": 1, "refused template_parameters": 2}, w.states(holes.ID))
	require.Equal(t, 3, holes.Recipients)
	fallback := with("{{contact.first_name|there}}")
	require.Equal(t, map[string]int{"pending": 3}, w.states(fallback.ID))
	w.exec(`UPDATE contacts SET name = 'Somebody Else'`)
	require.Equal(t, []string{`["Person"]`, `["Person"]`, `["there"]`}, ask[[]string](w,
		`SELECT array_agg(parameters::text ORDER BY c.phone) FROM campaign_recipients r JOIN contacts c ON c.id = r.contact_id WHERE campaign_id = $1`, fallback.ID))
}

func TestWhoIsChosenDoesNotChangeAnyMore(t *testing.T) {
	w := newWorld(t)
	c := w.running(3)
	w.exec(`INSERT INTO contacts (id, phone, created_at) VALUES (gen_random_uuid(), '12025559999', now())`)
	w.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) SELECT id, 'marketing', true, 'form', now() FROM contacts WHERE phone = '12025559999'`)
	require.NoError(t, w.Choose(t.Context(), c.ID, func() {}))
	require.Equal(t, map[string]int{"pending": 3}, w.states(c.ID))
}

func TestChoosingGoesOnWhereACrashHasEndedIt(t *testing.T) {
	w := newWorld(t)
	w.people(2500)
	c := must(w.Launch(w.as(), w.draft().ID, ada))
	ctx, crash := context.WithCancel(t.Context())
	err := w.Choose(ctx, c.ID, crash) // after the first page
	require.True(t, errors.Is(err, context.Canceled), err)
	half := must(w.Get(t.Context(), c.ID))
	require.Equal(t, 1000, half.Recipients)
	require.True(t, half.MaterialisedAt.IsZero(), "they are not complete")
	require.True(t, w.turn(c.ID).Choose)
	at := ask[time.Time](w, `SELECT choosing_at FROM campaigns`)

	require.NoError(t, w.Choose(t.Context(), c.ID, func() {}))
	require.Equal(t, 2500, must(w.Get(t.Context(), c.ID)).Recipients)
	require.Equal(t, map[string]int{"pending": 2500}, w.states(c.ID))
	require.Equal(t, at, ask[time.Time](w, `SELECT choosing_at FROM campaigns`), "the filter is asked as of one moment")
}

func TestTheFilterIsTheOneOfTheLaunch(t *testing.T) {
	w := newWorld(t)
	w.people(2)
	w.exec(`UPDATE contacts SET tags = '{vip}' WHERE phone = '12025550101'`)
	filter, err := json.Marshal(map[string]any{"all_tags": []string{"vip"}})
	require.NoError(t, err)
	w.exec(`UPDATE segments SET filter = $1`, filter)
	c := must(w.Launch(w.as(), w.draft().ID, ada))
	w.exec(`UPDATE segments SET filter = '{}'`)
	require.NoError(t, w.Choose(t.Context(), c.ID, func() {}))
	require.Equal(t, 1, must(w.Get(t.Context(), c.ID)).Recipients)
}
