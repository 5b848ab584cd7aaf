package api_test

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// story is what has happened in one conversation, of one contact; with several parts it has been merged of as many. Each thing
// belongs to one of the parts.
type story struct {
	parts     []uuid.UUID
	inbound   []heard
	outbound  []spoken
	reminders []reminded
	attempts  []attempt
}

type heard struct {
	part int
	at   time.Time
	late bool // heard of too late to open a window (W4)
}

type spoken struct {
	part   int
	at     time.Time
	failed bool
}

type reminded struct {
	part            int
	deadline, fired time.Time
	lead            int // seconds; tells reminders of one deadline apart
}

// attempt is a send of a template.
type attempt struct {
	part              int
	origin            string
	planned, accepted time.Time // accepted: zero if it never was
	state, reason     string
	failed            bool // after it was accepted
	micros            int64
	currency          string
}

// tell stores the story under a number and returns the conversation that it is part of.
func (f *fixture) tell(number uuid.UUID, s *story) {
	f.t.Helper()
	contact, b := uuid.New(), &pgx.Batch{}
	b.Queue(`INSERT INTO contacts (id, bsuid, created_at) VALUES ($1, $2, '2026-01-01')`, contact, "US."+contact.String())
	for i := range s.parts {
		s.parts[i] = uuid.New()
		var into *uuid.UUID
		if i > 0 {
			into = &s.parts[0]
		}
		b.Queue(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, merged_into) VALUES ($1, $2, $3, '2026-01-01', $4)`,
			s.parts[i], number, contact, into)
	}
	message := func(part int, kind, typ string, at, received time.Time, status string) uuid.UUID {
		id := uuid.New()
		b.Queue(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window)
			VALUES ($1, $2, $3, 'api', $4, $5, $6, $2 = 'inbound')`, id, kind, typ, s.parts[part], at, received)
		if status != "" {
			b.Queue(`INSERT INTO outbound_messages (message_id, conversation_id, delivery_status) VALUES ($1, $2, $3)`, id, s.parts[part], status)
		}
		return id
	}
	for _, m := range s.inbound {
		received := m.at
		if m.late {
			received = m.at.Add(24 * time.Hour)
		}
		message(m.part, "inbound", "text", m.at, received, "")
	}
	for _, m := range s.outbound {
		message(m.part, "outbound", "freeform", m.at, m.at, deliveryOf(m.failed))
	}
	for _, r := range s.reminders {
		outcome := "sent"
		if !r.fired.Before(r.deadline) {
			outcome = "missed"
		}
		b.Queue(`INSERT INTO reminders (id, conversation_id, deadline, lead_seconds, leads_seconds, due_at, fired_at, outcome)
			VALUES ($1, $2, $3, $4, ARRAY[$4::int], $5, $5, $6) ON CONFLICT DO NOTHING`, uuid.New(), s.parts[r.part], r.deadline, r.lead, r.fired, outcome)
	}
	for _, a := range s.attempts {
		var id *uuid.UUID
		if !a.accepted.IsZero() {
			m := message(a.part, "outbound", "template", a.accepted, a.accepted, deliveryOf(a.failed))
			id = &m
		}
		b.Queue(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, category, state, planned_at,
				not_after, inflight_at, accepted_at, message_id, reason)
			VALUES ($1, $2, $3, $4, $5, 'template', '{"name":"come_back","language":"en_US"}', 'come_back', 'marketing', $6, $7, $7, $7, $8, $9, nullif($10, ''))`,
			uuid.New(), s.parts[a.part], number, contact, a.origin, a.state, a.planned, orNil(a.accepted), id, a.reason)
		if a.micros != 0 {
			b.Queue(`INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id, business_number_id, category, market, amount_micros,
					currency, charged_at, rule)
				VALUES ('meta-pmp-2026', 'meta-usd-2026-10-01', 'message', $1, 1, $2, $3, 'marketing', 'BR', $4, $5, $6, 'P2')`,
				id, s.parts[a.part], number, a.micros, a.currency, a.accepted)
		}
	}
	require.NoError(f.t, f.pool.SendBatch(f.t.Context(), b).Close())
}

func deliveryOf(failed bool) string {
	if failed {
		return "failed"
	}
	return "delivered"
}
