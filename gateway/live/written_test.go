package live_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/live"
)

// Every statement that changes what people see leaves a row, and one that does not leaves none.
func TestEveryWriteThatCanBeSeenIsNoted(t *testing.T) {
	const send = `INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, text, state, planned_at, not_after)
		SELECT gen_random_uuid(), c.id, c.business_number_id, c.contact_id, 'request', 'freeform', 'x', 'planned', now(), now()
		FROM conversations c WHERE c.id = $1`
	const kept = `INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
		SELECT gen_random_uuid(), $1, 'x', s.id, 'kept', now(), now(), now() FROM sends s WHERE s.conversation_id = $1`
	const event = `INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at)
		VALUES (gen_random_uuid(), 'inbound', 'reaction', 'webhook', $1, now(), now())`
	const plan = `INSERT INTO reengagement_plans (conversation_id, window_end, next_attempt, attempts, due_at, template_name, plan)
		VALUES ($1, now(), 1, 1, now(), 'hello', '{}')`
	shared := newWorld(t)
	for _, c := range []struct {
		name   string
		before []string
		write  string
		kinds  []live.Kind
	}{
		{"a fact", nil, `UPDATE conversations SET last_outbound_at = now() WHERE id = $1`, []live.Kind{live.KindStatus}},
		{"a claim", nil, `UPDATE conversations SET resume_claimed_until = now(), resume_claimed_by = 'user/x' WHERE id = $1`, []live.Kind{live.KindStatus}},
		{"no fact", nil, `UPDATE conversations SET last_outbound_at = last_outbound_at WHERE id = $1`, nil},
		{"a message that changes no fact", nil, event, []live.Kind{live.KindMessage}},
		{"a relay's mark", []string{event}, `UPDATE events SET signalled_at = now() WHERE conversation_id = $1`, nil},
		{"a reminder", nil, `INSERT INTO reminders (id, conversation_id, deadline, lead_seconds, leads_seconds, due_at, fired_at, outcome)
			VALUES (gen_random_uuid(), $1, now(), 3600, '{3600}', now() - interval '1 hour', now() - interval '1 hour', 'sent')`, []live.Kind{live.KindReminder}},
		{"a send", nil, send, []live.Kind{live.KindSend}},
		{"a send that goes on", []string{send}, `UPDATE sends SET state = 'inflight', inflight_at = now() WHERE conversation_id = $1`, []live.Kind{live.KindSend}},
		{"a send whose contact was merged", []string{send}, `UPDATE sends SET contact_id = contact_id WHERE conversation_id = $1`, nil},
		{"a kept reply", []string{send}, kept, []live.Kind{live.KindKeptReply}},
		{"a kept reply that is discarded", []string{send, kept}, `UPDATE kept_replies SET state = 'discarded' WHERE conversation_id = $1`, []live.Kind{live.KindKeptReply}},
		{"a delivery", []string{`INSERT INTO outbound_messages VALUES (gen_random_uuid(), $1, 'sent')`},
			`UPDATE outbound_messages SET delivery_status = 'read' WHERE conversation_id = $1`, []live.Kind{live.KindMessage}},
		{"no delivery", []string{`INSERT INTO outbound_messages VALUES (gen_random_uuid(), $1, 'sent')`},
			`UPDATE outbound_messages SET inferred = true WHERE conversation_id = $1`, nil},
		{"a decision", nil, `INSERT INTO decisions (conversation_id, key, at, subject, rule, code, sentence)
			VALUES ($1, 'k', now(), 'send', 'W5', 'allowed', 'x')`, []live.Kind{live.KindDecision}},
		{"a plan", nil, plan, []live.Kind{live.KindPlan}},
		{"a plan that goes on", []string{plan}, `UPDATE reengagement_plans SET due_at = now() WHERE conversation_id = $1`, []live.Kind{live.KindPlan}},
		{"a plan that ends", []string{plan}, `DELETE FROM reengagement_plans WHERE conversation_id = $1`, []live.Kind{live.KindPlan}},
		{"a name", nil, `UPDATE contacts SET name = 'Ada Example' WHERE id = (SELECT contact_id FROM conversations WHERE id = $1)`, []live.Kind{live.KindContact}},
		{"an opt-out", nil, `INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
			SELECT contact_id, 'marketing', false, 'form', now() FROM conversations WHERE id = $1`, []live.Kind{live.KindContact}},
		{"a suppression", nil, `INSERT INTO suppressions (contact_id, scope, reason, source, since)
			SELECT contact_id, 'all', 'manual', 'x', now() FROM conversations WHERE id = $1`, []live.Kind{live.KindContact}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{t, shared.pool, shared.number}
			id, mark := w.meet(w.pool), w.meet(w.pool)
			for _, sql := range c.before {
				w.exec(sql, id)
			}
			f := w.feed(live.Options{})
			here, err := f.Here(t.Context())
			require.NoError(t, err)
			w.exec(c.write, id)
			w.exec(`UPDATE conversations SET last_outbound_at = now() WHERE id = $1`, mark)
			l := w.listen(f, here)
			l.until(live.KindStatus, mark)
			var kinds []live.Kind
			for _, e := range l.events {
				if e.Conversation == id {
					kinds = append(kinds, e.Kind)
				}
			}
			require.Equal(t, c.kinds, kinds)
		})
	}
}

func TestABatchLeavesOneRowPerConversation(t *testing.T) {
	w := newWorld(t)
	a, b := w.meet(w.pool), w.meet(w.pool)
	w.exec(`DELETE FROM changes`)
	w.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at)
		SELECT gen_random_uuid(), 'inbound', 'text', 'webhook', c, now(), now() FROM unnest($1::uuid[]) c, generate_series(1, 50)`, []uuid.UUID{a, b})
	var rows int
	require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM changes`).Scan(&rows))
	require.Equal(t, 2, rows)
}

func TestTheSettingsOfANumberConcernEveryPage(t *testing.T) {
	w := newWorld(t)
	l := w.listen(w.feed(live.Options{}), "")
	w.exec(`UPDATE business_numbers SET display = '+1 202 555 0100'`)
	l.until(live.KindNumber, uuid.Nil)
}

// What belongs to no conversation is told where it is seen, and not where it is not.
func TestTemplatesSchemesAndCampaignsAreToldOfOnceForWhatIsOtherwise(t *testing.T) {
	const (
		segment  = `INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ('5e000000-0000-0000-0000-000000000001', 'All', '{}', now(), 'x', now())`
		campaign = `INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, created_at, created_by)
			SELECT 'ca000000-0000-0000-0000-000000000001', 'Spring', n.id, 'thanks', 'en_US', '5e000000-0000-0000-0000-000000000001', now(), 'x' FROM business_numbers n`
		launched = `UPDATE campaigns SET state = 'running', launched_at = now()`
		template = `INSERT INTO templates (waba_id, name, language, status, changed_at) VALUES ('waba-1', 'thanks', 'en_US', 'pending', now()), ('waba-1', 'thanks', 'pt_BR', 'pending', now())`
		listed   = `INSERT INTO templates (waba_id, name, language, status, changed_at) VALUES ('waba-1', 'thanks', 'en_US', 'approved', now()), ('waba-1', 'thanks', 'pt_BR', 'pending', now())
			ON CONFLICT (waba_id, name, language) DO UPDATE SET status = excluded.status, listed_at = now()`
		assigned = `INSERT INTO scheme_assignments (business_number_id, effective_from, scheme) SELECT n.id, '-infinity', 'sirena' FROM business_numbers n`
	)
	for _, c := range []struct {
		name   string
		before []string
		write  string
		told   []string // kind and data
	}{
		{"a campaign", []string{segment}, campaign, []string{`campaign {"campaign_id":"ca000000-0000-0000-0000-000000000001","number":"106540000000001","state":"draft"}`}},
		{"a campaign that is launched", []string{segment, campaign}, launched,
			[]string{`campaign {"campaign_id":"ca000000-0000-0000-0000-000000000001","number":"106540000000001","state":"running"}`}},
		{"a campaign that pauses itself", []string{segment, campaign, launched}, `UPDATE campaigns SET state = 'paused', reason = 'failures'`,
			[]string{`campaign {"campaign_id":"ca000000-0000-0000-0000-000000000001","number":"106540000000001","state":"paused","reason":"failures"}`}},
		{"a campaign that is edited", []string{segment, campaign}, `UPDATE campaigns SET version = version + 1`,
			[]string{`campaign {"campaign_id":"ca000000-0000-0000-0000-000000000001","number":"106540000000001","state":"draft"}`}},
		{"a draft that is deleted", []string{segment, campaign}, `DELETE FROM campaigns`,
			[]string{`campaign {"campaign_id":"ca000000-0000-0000-0000-000000000001","number":"","state":"deleted"}`}},
		{"a recipient's share of the budget", []string{segment, campaign}, `UPDATE campaigns SET reserved_micros = reserved_micros + 1`, nil},
		{"a list in which one template is otherwise", []string{template}, listed,
			[]string{`template {"waba_id":"waba-1","name":"thanks","language":"en_US","status":"approved","category":"","quality":""}`}},
		{"the same list again", []string{template, listed}, listed, nil},
		{"a template that is no more", []string{template}, `UPDATE templates SET removed_at = now() WHERE language = 'pt_BR'`,
			[]string{`template {"waba_id":"waba-1","name":"thanks","language":"pt_BR","status":"removed","category":"","quality":""}`}},
		{"a scheme", nil, assigned, []string{`number `}},
		{"a scheme that is taken back", []string{assigned}, `DELETE FROM scheme_assignments`, []string{`number `}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			mark := w.meet(w.pool)
			for _, sql := range c.before {
				w.exec(sql)
			}
			f := w.feed(live.Options{})
			here, err := f.Here(t.Context())
			require.NoError(t, err)
			w.exec(c.write)
			w.exec(`UPDATE conversations SET last_outbound_at = now() WHERE id = $1`, mark)
			l := w.listen(f, here)
			l.until(live.KindStatus, mark)
			var told []string
			for _, e := range l.events {
				if e.Conversation != mark {
					told = append(told, string(e.Kind)+" "+string(e.Data))
				}
			}
			require.Equal(t, c.told, told)
		})
	}
}

// W10: an open page may still show the one that has become part of another.
func TestAMergedConversationIsToldUnderBothIDs(t *testing.T) {
	w := newWorld(t)
	loser, winner := w.meet(w.pool), w.meet(w.pool)
	l := w.listen(w.feed(live.Options{}), "")
	w.exec(`UPDATE conversations SET merged_into = $2 WHERE id = $1`, loser, winner)
	require.Equal(t, loser, l.until(live.KindStatus, winner).Named)
	l.events = nil
	w.exec(`UPDATE conversations SET last_outbound_at = $2 WHERE id = $1`, winner, time.Now())
	require.Equal(t, winner, l.until(live.KindStatus, winner).Named)
}
