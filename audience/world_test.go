package audience_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/audience"
	"reengage/conversation"
)

// noon is when tests look.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const shop, branch = "106540352242922", "106540352242923"

// world is what the database holds, as a test sees it.
type world struct {
	numbers  map[string]uuid.UUID // by phone number id
	campaign uuid.UUID
	people   []*person
}

// person is a contact with all that a filter may ask of it.
type person struct {
	id       uuid.UUID
	into     *person // W10
	tags     []string
	fields   map[string]string
	language string
	market   string
	talks    map[string]conversation.Facts // by phone number id
	words    []word
	stopped  []suppression
	sent     string // state of its place in the campaign; empty: it has none
	answered bool
}

type word struct {
	category conversation.Category
	in       bool
	source   string
	at       time.Time
}

type suppression struct {
	scope, reason string
	since         time.Time
}

// drawTime draws a moment close to those at which something changes for a filter that asks at noon.
func drawTime(t *rapid.T, label string) time.Time {
	hours := rapid.SampledFrom([]int{-72, -25, -24, -23, -2, -1, 0, 1}).Draw(t, label+" hours")
	return noon.Add(time.Duration(hours)*time.Hour + time.Duration(rapid.IntRange(-1, 1).Draw(t, label+" microseconds"))*time.Microsecond)
}

func drawSome(t *rapid.T, label string, from ...string) []string {
	var some []string
	for _, v := range from {
		if rapid.Bool().Draw(t, label+" "+v) {
			some = append(some, v)
		}
	}
	return some
}

func drawFacts(t *rapid.T) (f conversation.Facts) {
	maybe := func(label string) (at time.Time) {
		if rapid.Bool().Draw(t, label) {
			at = drawTime(t, label)
		}
		return at
	}
	f = conversation.Facts{LastInboundAt: maybe("inbound"), LastOutboundAt: maybe("outbound"), TemplateAcceptedAt: maybe("template"),
		ResumeClaimedUntil: maybe("claim"), DisputedAt: maybe("dispute")}
	if !f.LastInboundAt.IsZero() {
		f.OpenedAt, f.ExpiresAt = f.LastInboundAt, f.LastInboundAt.Add(24*time.Hour)
	}
	f.TemplatePending = rapid.SampledFrom([]conversation.TemplatePending{"", "", "", conversation.TemplateUnknown}).Draw(t, "pending")
	return f
}

func drawPerson(t *rapid.T) *person {
	p := &person{id: uuid.New(), tags: drawSome(t, "tag", "a", "b", "c"), fields: map[string]string{}, talks: map[string]conversation.Facts{},
		language: rapid.SampledFrom([]string{"", "en", "en_US", "eng", "pt_BR"}).Draw(t, "language"),
		market:   rapid.SampledFrom([]string{"", "US", "BR"}).Draw(t, "market")}
	for _, name := range drawSome(t, "field", "city", "plan") {
		p.fields[name] = rapid.SampledFrom([]string{"x", "X", "x y"}).Draw(t, name)
	}
	for _, number := range drawSome(t, "number", shop, branch) {
		p.talks[number] = drawFacts(t)
	}
	for range rapid.IntRange(0, 4).Draw(t, "words") {
		// Seconds apart, so that two words of one second are frequent.
		at := noon.Add(-time.Hour + time.Duration(rapid.IntRange(0, 3).Draw(t, "word at"))*500*time.Millisecond)
		p.words = append(p.words, word{rapid.SampledFrom(conversation.Categories[:2]).Draw(t, "category"), rapid.Bool().Draw(t, "in"),
			rapid.SampledFrom([]string{"keyword", "form"}).Draw(t, "source"), at})
	}
	if rapid.IntRange(0, 3).Draw(t, "suppressed") == 0 {
		since := drawTime(t, "since")
		if last := p.talks[shop].LastInboundAt; !last.IsZero() && rapid.Bool().Draw(t, "in the moment of a message") {
			since = last
		}
		p.stopped = append(p.stopped, suppression{rapid.SampledFrom([]string{"all", "marketing"}).Draw(t, "scope"),
			rapid.SampledFrom([]string{"manual", "undeliverable"}).Draw(t, "reason"), since})
	}
	p.sent = rapid.SampledFrom([]string{"", "accepted", "accepted", "failed", "pending"}).Draw(t, "sent")
	p.answered = p.sent == "accepted" && rapid.Bool().Draw(t, "answered")
	return p
}

func drawWorld(t *rapid.T) world {
	w := world{numbers: map[string]uuid.UUID{shop: uuid.New(), branch: uuid.New()}, campaign: uuid.New()}
	for range rapid.IntRange(0, 10).Draw(t, "people") {
		p := drawPerson(t)
		if len(w.people) > 0 && rapid.IntRange(0, 4).Draw(t, "merged") == 0 {
			if into := rapid.SampledFrom(w.people).Draw(t, "into"); into.into == nil {
				p.into, p.talks = into, nil // which the other has got
			}
		}
		w.people = append(w.people, p)
	}
	return w
}

// store writes the world into a database that is empty.
func (w world) store(ctx context.Context, t require.TestingT, tx pgx.Tx) {
	exec := func(sql string, args ...any) {
		_, err := tx.Exec(ctx, sql, args...)
		require.NoError(t, err, sql)
	}
	for number, id := range w.numbers {
		exec(`INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES ($1, $2, $3)`, id, number, noon)
	}
	segment := uuid.New()
	exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, 's', '{}', $2, 'key/1', $2)`, segment, noon)
	exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, created_at, created_by, state, launched_at)
		VALUES ($1, 'c', $2, 't', 'en', $3, $4, 'key/1', 'running', $4)`, w.campaign, w.numbers[shop], segment, noon)
	for i, p := range w.people {
		fields, err := json.Marshal(p.fields)
		require.NoError(t, err)
		var into *uuid.UUID
		if p.into != nil {
			into = &p.into.id
		}
		// Two come at one moment.
		exec(`INSERT INTO contacts (id, name, phone, market, merged_into, created_at, language, tags, fields) VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::text[], '{}'), $9)`,
			p.id, fmt.Sprint("Ada ", i), fmt.Sprint("120255501", 10+i), p.market, into, noon.Add(time.Duration(i/2)*time.Minute), p.language, p.tags, fields)
		for number, f := range p.talks {
			exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at, last_outbound_at,
					disputed_at, template_accepted_at, template_pending, resume_claimed_until, resume_claimed_by)
				VALUES ($1, $2, $3, '2026-01-01', $4, $4, $5, $6, $7, $8, nullif($9, ''), $10::timestamptz, CASE WHEN $10 IS NOT NULL THEN 'Grace' END)`,
				uuid.New(), w.numbers[number], p.id, orNil(f.LastInboundAt), orNil(f.ExpiresAt), orNil(f.LastOutboundAt), orNil(f.DisputedAt),
				orNil(f.TemplateAcceptedAt), string(f.TemplatePending), orNil(f.ResumeClaimedUntil))
		}
		for _, s := range p.words {
			exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				p.id, s.category, s.in, s.source, s.at)
		}
		for _, s := range p.stopped {
			exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) VALUES ($1, $2, $3, 'test', $4)`, p.id, s.scope, s.reason, s.since)
		}
		if p.sent != "" {
			exec(`INSERT INTO campaign_recipients (id, campaign_id, contact_id, state, code, asked_at, answered_at)
				VALUES ($1, $2, $3, $4, CASE WHEN $4 = 'failed' THEN 'undeliverable' END, CASE WHEN $4 <> 'pending' THEN $5::timestamptz END, CASE WHEN $6 THEN $5::timestamptz END)`,
				uuid.New(), w.campaign, p.id, p.sent, noon, p.answered)
		}
	}
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// means reads the filter as its doc comments do. optedIn is asked of what the gate goes by.
func (w world) means(f audience.Filter, p *person, optedIn func(*person, conversation.Category) bool) bool {
	has := func(tag string) bool { return slices.Contains(p.tags, tag) }
	if p.into != nil ||
		slices.ContainsFunc(f.AllTags, func(tag string) bool { return !has(tag) }) ||
		f.AnyTags != nil && !slices.ContainsFunc(f.AnyTags, has) || slices.ContainsFunc(f.NoTags, has) {
		return false
	}
	for name, text := range f.Fields {
		if p.fields[name] != text {
			return false
		}
	}
	if f.Languages != nil && !slices.ContainsFunc(f.Languages, func(l string) bool { return p.language == l || strings.HasPrefix(p.language, l+"_") }) ||
		f.Markets != nil && !slices.Contains(f.Markets, p.market) {
		return false
	}
	var last time.Time
	status := false
	for number, facts := range p.talks {
		if f.Number != "" && f.Number != number {
			continue
		}
		status = status || slices.Contains(f.Statuses, conversation.Status(facts, noon))
		if facts.LastInboundAt.After(last) {
			last = facts.LastInboundAt
		}
	}
	return (f.Statuses == nil || status) &&
		(f.LastInboundAfter.IsZero() || !last.Before(f.LastInboundAfter)) &&
		(f.LastInboundBefore.IsZero() || last.Before(f.LastInboundBefore)) &&
		(f.OptedIn == "" || optedIn(p, f.OptedIn)) &&
		(f.Campaign == nil || w.answers(*f.Campaign, p))
}

func (w world) answers(c audience.CampaignAnswer, p *person) bool {
	sent, answered := false, false
	for _, part := range w.people {
		if part == p || part.into == p {
			sent, answered = sent || part.sent == "accepted", answered || part.answered
		}
	}
	return c.ID == w.campaign && sent && answered == c.Answered
}
