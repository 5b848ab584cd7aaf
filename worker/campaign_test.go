package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/db"
	"reengage/whatsapp/template"
)

const operator = "user/00000000-0000-4000-8000-000000000001"

// crowd makes contacts with an opt-in to marketing, whom nobody has written to yet, and a segment of them.
func (s *shop) crowd(n int) (segment uuid.UUID) {
	s.exec(`WITH made AS (
		INSERT INTO contacts (id, name, phone, market, created_at)
		SELECT gen_random_uuid(), 'Person ' || i, '447700900' || to_char(i, 'FM000'), 'GB', $2::timestamptz - interval '1 day' FROM generate_series(1, $1::int) i
		RETURNING id, phone, created_at
	), named AS (
		INSERT INTO contact_aliases (kind, portfolio, value, contact_id) SELECT 'wa_id', 'default', phone, id FROM made
	) INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
	SELECT id, 'marketing', true, 'form', created_at FROM made`, n, s.now())
	segment = uuid.New()
	s.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, 'everybody', '{}', $2, $3, $2)`, segment, s.now(), operator)
	return segment
}

func (s *shop) exec(sql string, args ...any) {
	s.Helper()
	_, err := s.pool.Exec(s.Context(), sql, args...)
	require.NoError(s, err)
}

func (s *shop) launches(segment uuid.UUID) uuid.UUID {
	s.Helper()
	id, ctx := uuid.New(), db.As(s.Context(), operator)
	_, err := s.campaigns.Create(ctx, id, campaign.Definition{Name: "Spring", Number: shopNumber, Template: "come_back", Language: "en_US", SegmentID: segment,
		Parameters: template.Parameters{Body: template.Values{Positional: []string{"{{contact.first_name|there}}"}}}}, operator)
	require.NoError(s, err)
	_, err = s.campaigns.Launch(ctx, id, operator)
	require.NoError(s, err)
	return id
}

// places counts a campaign's recipients by state and code.
func (s *shop) places(id uuid.UUID) map[string]int {
	s.Helper()
	rows, err := s.pool.Query(s.Context(), `SELECT concat_ws(' ', state, code), count(*)::int FROM campaign_recipients WHERE campaign_id = $1 GROUP BY 1`, id)
	require.NoError(s, err)
	states, state, n := map[string]int{}, "", 0
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { states[state] = n; return nil })
	require.NoError(s, err)
	return states
}

func (s *shop) reaches(id uuid.UUID, state campaign.State) {
	s.Helper()
	var c campaign.Campaign
	if !assert.Eventually(s, func() bool {
		var err error
		c, err = s.campaigns.Get(s.Context(), id)
		return err == nil && c.State == state
	}, time.Minute, 20*time.Millisecond) {
		require.Failf(s, "it is another", "the campaign is %s (%s), not %s: %v", c.State, c.Reason, state, s.places(id))
	}
}

// templates are how many of them each phone has been sent.
func (s *shop) templates() map[string]int {
	sent := map[string]int{}
	for _, r := range s.meta.Requests() {
		var m struct{ To, Type string }
		if json.Unmarshal(r.Body, &m) == nil && m.Type == "template" {
			sent[m.To]++
		}
	}
	return sent
}

func TestACampaignIsSentPausedResumedAndFinishedAndEverybodyGetsItOnce(t *testing.T) {
	const people = 100
	s := openShop(t, 1)
	s.exec(`UPDATE business_numbers SET messages_per_second = 50`) // so that there is a middle
	ctx := db.As(t.Context(), operator)
	id := s.launches(s.crowd(people))
	require.Eventually(t, func() bool { return len(s.templates()) >= 10 }, time.Minute, 5*time.Millisecond)
	_, err := s.campaigns.Pause(ctx, id)
	require.NoError(t, err)
	// What is under way is settled, and nothing new is asked.
	require.Eventually(t, func() bool {
		p := s.places(id)
		return p["asked"]+p["planned"] == 0
	}, time.Minute, 20*time.Millisecond)
	reached := len(s.templates())
	require.Less(t, reached, people, "it took effect in the middle")
	require.Equal(t, reached, s.places(id)["accepted"])

	s.exec(`UPDATE business_numbers SET messages_per_second = 1000`)
	_, err = s.campaigns.Resume(ctx, id)
	require.NoError(t, err)
	s.reaches(id, campaign.Finished)
	require.Equal(t, map[string]int{"accepted": people}, s.places(id))
	sent := s.templates()
	require.Len(t, sent, people)
	for phone, n := range sent {
		require.Equal(t, 1, n, phone)
	}

	// Another one, to the same people: the caps would refuse it, but it is cancelled in the middle before most of them are asked.
	s.exec(`UPDATE business_numbers SET messages_per_second = 20, settings = '{"reengagement": {"max_per_contact": [{"max": 9, "per": "24h"}]}}'`)
	other := s.launches(uuid.MustParse(s.segment()))
	require.Eventually(t, func() bool { return s.places(other)["accepted"] >= 5 }, time.Minute, 5*time.Millisecond)
	_, err = s.campaigns.Cancel(ctx, other)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		p := s.places(other)
		return p["accepted"]+p["not_sent campaign_cancelled"] == people
	}, time.Minute, 20*time.Millisecond, fmt.Sprint(s.places(other)))
	require.Positive(t, s.places(other)["not_sent campaign_cancelled"])
	total := 0
	for _, n := range s.templates() {
		total += n
	}
	require.Equal(t, people+s.places(other)["accepted"], total)
}

// segment is the only one there is.
func (s *shop) segment() (id string) {
	s.Helper()
	require.NoError(s, s.pool.QueryRow(s.Context(), `SELECT id::text FROM segments`).Scan(&id))
	return id
}
