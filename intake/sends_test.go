package intake_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
	"reengage/intake"
)

// offered is when the request of each test's send was made, and acceptedAt when it was answered.
var (
	offered    = receivedAt.Add(-5 * time.Minute)
	acceptedAt = offered.Add(time.Second)
)

// planted is a send that a test has put there, as package sending leaves it.
type planted struct {
	t    require.TestingT
	pool *pgxpool.Pool
	s    *intake.Store
	id   uuid.UUID
}

// plant makes Ada's conversation, whose window is open since an hour ago, and a send in it.
func plant(t require.TestingT, s *intake.Store, pool *pgxpool.Pool, kind, state string, attempt int) planted {
	p := planted{t, pool, s, uuid.New()}
	_, err := s.Webhook(background, webhook(shop, []object{text("wamid.IN", receivedAt.Add(-time.Hour), ada)}, nil), receivedAt)
	require.NoError(t, err)
	_, err = pool.Exec(background, `INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, text, template,
			template_name, category, state, attempt, planned_at, not_after, inflight_at, unknown_at, reason)
		SELECT $1, c.id, c.business_number_id, c.contact_id, 'request', $2::text, CASE WHEN $2 = 'freeform' THEN 'Good evening' END,
			CASE WHEN $2 = 'template' THEN '{"name": "come_back", "language": "en_US"}'::jsonb END,
			CASE WHEN $2 = 'template' THEN 'come_back' END, CASE WHEN $2 = 'template' THEN 'marketing' END,
			$3::text, $4, $5::timestamptz, $5::timestamptz + interval '1 day', $5, CASE WHEN $3 = 'unknown' THEN $5::timestamptz END, CASE WHEN $3 IN ('failed', 'refused') THEN 'retry' END
		FROM conversations c`, p.id, kind, state, attempt, offered)
	require.NoError(t, err)
	_, err = pool.Exec(background, `INSERT INTO send_attempts (send_id, attempt, started_at) SELECT $1, i, $3 FROM generate_series(1, $2::int) i`,
		p.id, attempt, offered)
	require.NoError(t, err)
	_, err = pool.Exec(background, `UPDATE conversations c SET template_pending = s.state
		FROM sends s WHERE s.conversation_id = c.id AND s.type = 'template' AND s.state IN ('planned', 'inflight', 'unknown')`)
	require.NoError(t, err)
	return p
}

// status is one that names the send and an attempt.
func (p planted) status(wamid, state string, at time.Time, code, attempt int) object {
	o := status(wamid, state, at, code)
	o["biz_opaque_callback_data"] = fmt.Sprintf("%s/%d", p.id, attempt)
	return o
}

func (p planted) hear(statuses ...object) {
	_, err := p.s.Webhook(background, webhook(shop, nil, statuses), receivedAt)
	require.NoError(p.t, err)
}

func (p planted) accept(wamid string, attempt int) intake.SettledSend {
	return p.settle(intake.SendSettlement{Attempt: attempt, Outcome: intake.SendAccepted, WAMID: wamid, AcceptedAt: acceptedAt})
}

func (p planted) lose(attempt int) intake.SettledSend {
	return p.settle(intake.SendSettlement{Attempt: attempt, Outcome: intake.SendUnknown})
}

func (p planted) settle(settlement intake.SendSettlement) intake.SettledSend {
	settlement.SendID = p.id
	settled, err := p.s.SettleSend(background, receivedAt, settlement)
	require.NoError(p.t, err)
	return settled
}

// row is what of the send matters here.
func (p planted) row() (v string) {
	require.NoError(p.t, p.pool.QueryRow(background, `SELECT concat_ws(' ', s.state, s.attempt, to_char(s.accepted_at AT TIME ZONE 'UTC', 'HH24:MI:SS'),
		CASE WHEN s.possible_duplicate THEN 'duplicate' END, s.reason, s.error_code, o.delivery_status)
		FROM sends s LEFT JOIN outbound_messages o ON o.message_id = s.message_id WHERE s.id = $1`, p.id).Scan(&v))
	return v
}

// log is what the business has said, as the log has it.
func (p planted) log() (v string) {
	require.NoError(p.t, p.pool.QueryRow(background, `SELECT coalesce(string_agg(concat_ws(' ', e.wamid, e.type, e.category, e.source,
		to_char(e.occurred_at AT TIME ZONE 'UTC', 'HH24:MI:SS'), e.market), ', ' ORDER BY e.wamid), '')
		FROM events e WHERE e.kind = 'outbound'`).Scan(&v))
	return v
}

// toSignal is what the workflow will be told of by the relay, beside the contact's message.
func (p planted) toSignal() (v string) {
	require.NoError(p.t, p.pool.QueryRow(background, `SELECT coalesce(string_agg(kind || ' ' || type, ', ' ORDER BY occurred_at, type), '')
		FROM events WHERE needs_signal AND signalled_at IS NULL AND kind <> 'inbound'`).Scan(&v))
	return v
}

func TestWhatTheProviderAcceptsIsAMessageOfOurs(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "template", "inflight", 1)
	require.Equal(t, conversation.TemplateInflight, theFacts(t, pool).TemplatePending)
	settled := p.accept("wamid.OUT", 1)
	require.Equal(t, "accepted 1 14:15:01 accepted", p.row())
	require.Equal(t, "wamid.OUT template marketing send 14:15:01 GB", p.log())
	require.Empty(t, p.toSignal(), "who settles it knows")
	require.Equal(t, theFacts(t, pool), settled.Facts)
	require.Equal(t, acceptedAt, settled.Facts.TemplateAcceptedAt)
	require.Empty(t, settled.Facts.TemplatePending)
	require.Equal(t, []any{"accepted", 1, acceptedAt, true, false}, []any{settled.State, settled.Attempt, settled.AcceptedAt, settled.Template, settled.Late})
	require.Equal(t, value[uuid.UUID](t, pool, "SELECT id FROM events WHERE kind = 'outbound'"), settled.MessageEventID)
	require.Equal(t, "accepted true", value[string](t, pool, "SELECT outcome || ' ' || (ended_at IS NOT NULL) FROM send_attempts"))
	require.Equal(t, 1, count(t, pool, "dirty_conversations"), "it is rated")

	again := p.accept("wamid.OUT", 1)
	require.True(t, again.Late)
	again.Late = false
	require.Equal(t, settled, again, "a repetition changes nothing")
	require.Equal(t, "wamid.OUT template marketing send 14:15:01 GB", p.log())
}

func TestAnOutcomeThatNobodyKnowsWaitsForAStatus(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "template", "inflight", 1)
	settled := p.lose(1)
	require.Equal(t, []any{"unknown", receivedAt, conversation.TemplateUnknown}, []any{settled.State, settled.UnknownAt, settled.Facts.TemplatePending})
	require.Equal(t, "unknown 1", p.row())

	p.hear(p.status("wamid.OUT", "delivered", offered.Add(7*time.Second), 0, 1), p.status("wamid.OUT", "sent", offered.Add(3*time.Second), 0, 1))
	require.Equal(t, "accepted 1 14:15:03 delivered", p.row())
	require.Equal(t, "wamid.OUT template marketing send 14:15:03 GB", p.log())
	require.Equal(t, "status sent", p.toSignal(), "the first status tells the workflow; the message need not")
	require.Equal(t, offered.Add(3*time.Second), theFacts(t, pool).TemplateAcceptedAt)
	require.Empty(t, theFacts(t, pool).TemplatePending)
	require.Zero(t, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id IS NULL"))
	require.Equal(t, "accepted", value[string](t, pool, "SELECT outcome FROM send_attempts"))
	require.Equal(t, 2, value[int](t, pool, "SELECT count(*)::int FROM events WHERE send_id = $1 AND send_attempt = 1", p.id))
}

func TestAStatusThatComesWhileTheRequestHangsIsNotWaitedForAgain(t *testing.T) {
	for name, settle := range map[string]func(p planted) intake.SettledSend{
		"and the answer is lost":  func(p planted) intake.SettledSend { return p.lose(1) },
		"and the answer comes":    func(p planted) intake.SettledSend { return p.accept("wamid.OUT", 1) },
		"and both come, in a way": func(p planted) intake.SettledSend { p.lose(1); return p.accept("wamid.OUT", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			p := plant(t, s, pool, "freeform", "inflight", 1)
			p.hear(p.status("wamid.OUT", "failed", offered.Add(time.Second), 131026, 1))
			require.Equal(t, "inflight 1", p.row(), "it is parked")
			require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id IS NULL"))
			settled := settle(p)
			require.Equal(t, "accepted 1 14:15:01 suppressed 131026 failed", p.row())
			require.Equal(t, []any{"accepted", "suppressed", 131026}, []any{settled.State, settled.Reason, settled.ErrorCode})
			require.Equal(t, "wamid.OUT freeform send 14:15:01 GB", p.log())
			require.Zero(t, settled.Facts.LastOutboundAt, "it has failed")
			require.Equal(t, "status failed", p.toSignal())
			require.Equal(t, 1, count(t, pool, "suppressions"))
		})
	}
}

// Whatever comes of a send's first attempt, and in whatever order: what the provider has is in the log once, and where it was
// accepted by its answer or by the first status that came, it stays so.
func TestASendEndsAlikeInEveryOrderOfArrival(t *testing.T) {
	_, pool := newStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		empty(rt, pool)
		s := open(pool)
		kind := rapid.SampledFrom([]string{"template", "freeform"}).Draw(rt, "kind")
		answered := rapid.Bool().Draw(rt, "answered")
		outcome := rapid.SampledFrom([][]string{nil, {"sent"}, {"sent", "delivered"}, {"sent", "delivered", "read"}, {"read"}, {"failed"},
			{"failed", "delivered"}, {"delivered", "failed"}}).Draw(rt, "statuses")
		p := plant(rt, s, pool, kind, "inflight", 1)
		var steps []func()
		times := map[time.Time]bool{}
		last := "accepted"
		for i, state := range outcome {
			at := offered.Add(time.Duration(i+2) * time.Second)
			times[at] = true
			code := 0
			if state == "failed" {
				code = 131000
			}
			if state != "failed" || last == "accepted" || last == "sent" {
				last = state
			}
			steps = append(steps, func() { p.hear(p.status("wamid.OUT", state, at, code, 1)) })
		}
		ask := func() { p.lose(1) }
		if answered {
			times[acceptedAt] = true
			ask = func() { p.accept("wamid.OUT", 1) }
		}
		steps = append(steps, ask)
		if len(outcome) > 0 {
			steps = append(steps, rapid.SliceOf(rapid.SampledFrom(steps)).Draw(rt, "again")...)
		}
		for _, step := range rapid.Permutation(steps).Draw(rt, "order") {
			step()
		}
		pending := theFacts(rt, pool).TemplatePending
		if !answered && len(outcome) == 0 {
			require.Equal(rt, "unknown 1", p.row())
			require.Empty(rt, p.log())
			require.Equal(rt, kind == "template", pending == conversation.TemplateUnknown)
			return
		}
		require.Empty(rt, pending)
		var state, delivery string
		var at, logged time.Time
		require.NoError(rt, pool.QueryRow(background, `SELECT s.state, s.accepted_at, e.occurred_at, o.delivery_status FROM sends s
			JOIN events e ON e.id = s.message_id JOIN outbound_messages o ON o.message_id = e.id`).Scan(&state, &at, &logged, &delivery))
		require.Equal(rt, "accepted", state)
		require.Equal(rt, last, delivery)
		require.True(rt, times[at.UTC()], at)
		require.Equal(rt, at, logged, "what the send says is what is rated")
		require.Equal(rt, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE kind = 'outbound'"))
		require.Zero(rt, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id IS NULL"))
		f := theFacts(rt, pool)
		if last == "failed" {
			at = time.Time{}
		}
		require.True(rt, f.LastOutboundAt.Equal(at))
		if kind == "template" {
			require.True(rt, f.TemplateAcceptedAt.Equal(at))
		}
	})
}

func TestAnAttemptThatArrivedAfterAllIsADuplicateIfAnotherWasMade(t *testing.T) {
	for name, c := range map[string]struct {
		state string
		steps func(p planted)
		row   string
		log   string
	}{
		"heard of after the second was accepted": {"inflight", func(p planted) {
			p.accept("wamid.B", 2)
			p.hear(p.status("wamid.A", "delivered", offered, 0, 1))
		}, "accepted 2 14:15:01 duplicate accepted", "wamid.A freeform send 14:15:00 GB, wamid.B freeform send 14:15:01 GB"},
		"heard of while the second was in flight": {"inflight", func(p planted) {
			p.hear(p.status("wamid.A", "delivered", offered, 0, 1))
			p.accept("wamid.B", 2)
		}, "accepted 2 14:15:01 duplicate accepted", "wamid.A freeform send 14:15:00 GB, wamid.B freeform send 14:15:01 GB"},
		"and failed": {"inflight", func(p planted) {
			p.hear(p.status("wamid.A", "failed", offered, 131000, 1))
			p.accept("wamid.B", 2)
		}, "accepted 2 14:15:01 accepted", "wamid.A freeform send 14:15:00 GB, wamid.B freeform send 14:15:01 GB"},
		"heard of before the second was made": {"planned", func(p planted) {
			p.hear(p.status("wamid.A", "delivered", offered, 0, 1))
		}, "accepted 2 14:15:00 delivered", "wamid.A freeform send 14:15:00 GB"},
		"by its own late answer": {"inflight", func(p planted) {
			p.accept("wamid.A", 1)
			p.lose(2)
		}, "unknown 2 duplicate", "wamid.A freeform send 14:15:01 GB"},
		"though we took it to have failed": {"failed", func(p planted) {
			p.hear(p.status("wamid.A", "delivered", offered, 0, 2))
		}, "accepted 2 14:15:00 delivered", "wamid.A freeform send 14:15:00 GB"},
		"which we took to have failed, and it has": {"failed", func(p planted) {
			p.hear(p.status("wamid.A", "failed", offered, 131000, 2))
		}, "failed 2 retry", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			p := plant(t, s, pool, "freeform", c.state, 2)
			c.steps(p)
			require.Equal(t, c.row, p.row())
			require.Equal(t, c.log, p.log())
		})
	}
}

func TestAStatusOfASendOnAnotherNumberIsNotIts(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "freeform", "unknown", 1)
	deliver(t, s, webhook(branch, nil, []object{p.status("wamid.OUT", "sent", offered, 0, 1)}))
	require.Equal(t, "unknown 1", p.row())
	for _, opaque := range []string{"", "order 17", p.id.String(), p.id.String() + "/0", p.id.String() + "/x", uuid.NewString() + "/1"} {
		o := status("wamid."+opaque, "sent", offered, 0)
		o["biz_opaque_callback_data"] = opaque
		deliver(t, s, webhook(shop, nil, []object{o}))
	}
	require.Equal(t, "unknown 1", p.row(), "what others give along is nobody's send")
}

func TestASendThatNobodyKnowsCannotBeSettled(t *testing.T) {
	s, _ := newStore(t)
	_, err := s.SettleSend(t.Context(), receivedAt, intake.SendSettlement{SendID: uuid.New(), Attempt: 1, Outcome: intake.SendUnknown})
	require.ErrorIs(t, err, intake.ErrUnknownSend)
	_, err = s.SettleSend(t.Context(), receivedAt, intake.SendSettlement{SendID: uuid.New(), Attempt: 1, Outcome: intake.SendAccepted})
	require.ErrorIs(t, err, intake.ErrInvalid)
}

// Statuses, the answer and the loss of the answer, all at once: one message, and nobody is left waiting.
func TestASendAndItsStatusesAtOnceEndInOneMessage(t *testing.T) {
	_, pool := newStore(t)
	for round := range 8 {
		empty(t, pool)
		p := plant(t, open(pool), pool, "template", "inflight", 1)
		together(20, func(i int) {
			switch i % 4 {
			case 0:
				p.lose(1)
			case 1:
				if round%2 == 0 {
					p.accept("wamid.OUT", 1)
				}
			case 2:
				p.hear(p.status("wamid.OUT", "sent", offered, 0, 1))
			case 3:
				p.hear(p.status("wamid.OUT", "delivered", offered.Add(time.Second), 0, 1))
			}
		})
		require.Regexp(t, "^accepted 1 14:15:0[01] delivered$", p.row())
		require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE kind = 'outbound'"))
		require.Zero(t, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id IS NULL"))
		require.Empty(t, theFacts(t, pool).TemplatePending)
	}
}

func TestWhatAnEventSaysOfASendIsNotChanged(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "freeform", "unknown", 1)
	p.hear(p.status("wamid.OUT", "sent", offered, 0, 1))
	for _, column := range []string{"send_id = NULL", "send_attempt = 2", "keyword = 'stop'"} {
		_, err := pool.Exec(t.Context(), "UPDATE events SET "+column)
		require.ErrorContains(t, err, "events is append-only")
	}
}
