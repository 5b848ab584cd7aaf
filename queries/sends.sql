-- What we send, from its plan to what became of it (tables sends and send_attempts).

-- name: FindSend :one
SELECT * FROM sends WHERE id = @id AND conversation_id = @conversation_id;

-- name: FindNumberOfSend :one
SELECT n.phone_number_id, s.conversation_id
FROM sends s JOIN business_numbers n ON n.id = s.business_number_id
WHERE s.id = @send_id;

-- name: LockSend :one
-- The conversation is locked.
SELECT * FROM sends WHERE id = @id AND conversation_id = @conversation_id FOR UPDATE;

-- name: LockSends :many
-- Locks sends in id order; their conversations are locked.
SELECT * FROM sends WHERE id = ANY(@ids::uuid[]) ORDER BY id FOR UPDATE;

-- name: LockCaps :exec
-- Makes the plans for one contact wait for one another, whichever number they are of.
SELECT pg_advisory_xact_lock(caps_lock(@contact_id));

-- name: CountTemplateSends :one
-- How many templates a contact has been, or is being, sent since then, by all numbers.
SELECT count(*) FROM sends
WHERE contact_id = @contact_id AND type = 'template' AND planned_at > @since AND state NOT IN ('refused', 'failed');

-- name: LockBudget :exec
SELECT pg_advisory_xact_lock(budget_lock(@business_number_id));

-- name: SumQuoted :one
-- What is reserved from a number's budget since the beginning of the day, and of the month.
SELECT coalesce(sum(quoted_micros) FILTER (WHERE planned_at >= @day::timestamptz), 0)::bigint AS day_micros,
       coalesce(sum(quoted_micros), 0)::bigint AS month_micros
FROM sends
WHERE business_number_id = @business_number_id AND quoted_micros IS NOT NULL AND quoted_currency = @currency
  AND planned_at >= @month::timestamptz AND state NOT IN ('refused', 'failed');

-- name: RecordSend :many
-- Records what is planned or refused, and returns the attempt to be made. One that was refused may be decided anew, for the
-- conversation that its contact has now (W10); anything else that is there stays.
INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, text, template, template_name, category,
                   fallback, critical, state, planned_at, not_after, reason, quoted_scheme, quoted_micros, quoted_currency, campaign_id)
VALUES (@id, @conversation_id, @business_number_id, @contact_id, @origin, @type, sqlc.narg(text), sqlc.narg(template),
        sqlc.narg(template_name), sqlc.narg(category), sqlc.narg(fallback), @critical, @state, @planned_at, @not_after,
        sqlc.narg(reason), sqlc.narg(quoted_scheme), sqlc.narg(quoted_micros), sqlc.narg(quoted_currency), sqlc.narg(campaign_id))
ON CONFLICT (id) DO UPDATE
SET conversation_id = excluded.conversation_id, contact_id = excluded.contact_id,
    template = excluded.template, category = excluded.category, state = excluded.state, planned_at = excluded.planned_at,
    not_after = excluded.not_after, reason = excluded.reason, quoted_scheme = excluded.quoted_scheme,
    quoted_micros = excluded.quoted_micros, quoted_currency = excluded.quoted_currency
WHERE sends.state = 'refused'
RETURNING attempt;

-- name: ReplaceSend :exec
-- Names the fallback that goes instead.
UPDATE sends SET replaced_by = @replaced_by::uuid WHERE id = @id;

-- name: PutInflight :execrows
-- The compare-and-set without which nothing is posted; the attempt begins with it.
WITH put AS (
    UPDATE sends s SET state = 'inflight', inflight_at = @now::timestamptz
    WHERE s.id = @id AND s.state = 'planned' AND s.attempt = @attempt
    RETURNING s.id, s.attempt
)
INSERT INTO send_attempts (send_id, attempt, started_at) SELECT put.id, put.attempt, @now::timestamptz FROM put;

-- name: EndAttempt :exec
-- What an attempt came to that is known not to have left. What a status has said of it before stays.
UPDATE send_attempts
SET ended_at = @now::timestamptz, outcome = 'not_sent', error_code = sqlc.narg(error_code), class = @class::text
WHERE send_id = @send_id AND attempt = @attempt AND (outcome IS NULL OR outcome = 'unknown');

-- name: CountRetries :one
-- How many attempts of a send have failed for the provider's passing trouble.
SELECT count(*) FROM send_attempts WHERE send_id = @send_id AND class = 'retry';

-- name: PlanAgain :exec
-- Another attempt: nobody's who holds the number of the last one.
UPDATE sends
SET state = 'planned', attempt = attempt + 1, unknown_at = NULL, possible_duplicate = possible_duplicate OR @possible_duplicate::boolean
WHERE id = @id;

-- name: EndSend :exec
-- Refused or failed, and why. Of one that was sent once more after its outcome had stayed unknown this says nothing of the
-- first message, which may have arrived: it stays unknown.
UPDATE sends
SET state = CASE WHEN possible_duplicate THEN 'unknown' ELSE @state::text END, final = possible_duplicate,
    unknown_at = CASE WHEN possible_duplicate THEN clock_timestamp() END,
    reason = @reason::text, error_code = sqlc.narg(error_code), error_details = sqlc.narg(error_details)
WHERE id = @id;

-- name: GiveUpUnknown :exec
UPDATE sends SET final = true WHERE id = @id AND state = 'unknown';

-- name: SettleSends :exec
-- Writes what has become of sends that the caller has locked, and ends the attempts that led to it. The ids are given once more as a
-- list, so that the planner looks them up; of JSON it expects so many that it would rather read both tables.
WITH settled AS (
    SELECT (s.value ->> 'id')::uuid AS id, s.value ->> 'state' AS state, (s.value ->> 'accepted_at')::timestamptz AS accepted_at,
           (s.value ->> 'message_id')::uuid AS message_id, (s.value ->> 'unknown_at')::timestamptz AS unknown_at,
           (s.value ->> 'possible_duplicate')::boolean AS possible_duplicate, (s.value ->> 'attempt')::int AS attempt,
           s.value ->> 'outcome' AS outcome
    FROM jsonb_array_elements(@sends::jsonb) AS s
), ended AS (
    UPDATE send_attempts t
    SET outcome = s.outcome, ended_at = coalesce(t.ended_at, @now::timestamptz)
    FROM settled s
    WHERE t.send_id = s.id AND t.attempt = s.attempt AND s.outcome IS NOT NULL AND t.send_id = ANY(ARRAY(SELECT id FROM settled))
)
UPDATE sends d
SET state = s.state, accepted_at = s.accepted_at, message_id = s.message_id, unknown_at = s.unknown_at,
    possible_duplicate = s.possible_duplicate,
    -- Why it was refused or has failed with us is no longer true of one that the provider has after all.
    reason = CASE WHEN s.state = 'accepted' AND d.state <> 'accepted' THEN NULL ELSE d.reason END,
    error_code = CASE WHEN s.state = 'accepted' AND d.state <> 'accepted' THEN NULL ELSE d.error_code END
FROM settled s
WHERE d.id = s.id AND d.id = ANY(ARRAY(SELECT id FROM settled));

-- name: NoteFailedSends :many
-- Writes to sends why their messages failed after they had been accepted; returns what of them was at fault.
UPDATE sends s
SET reason = f.reason, error_code = f.error_code
FROM jsonb_to_recordset(@failures::jsonb) AS f(message_id uuid, reason text, error_code int)
WHERE s.message_id = f.message_id AND s.message_id = ANY(@message_ids::uuid[])
RETURNING s.message_id::uuid AS message_id, s.origin, s.reason, s.business_number_id, coalesce(s.template_name, '')::text AS template_name,
          coalesce(s.template ->> 'language', '')::text AS language;

-- name: RefreshTemplatePending :many
-- Says of each conversation, which the caller has locked, how far a template has got whose fate is not known yet (W6), and
-- returns it; of one that has been merged, the one that it is part of, with the sends of both. Every transaction that moves a
-- send ends with it. One that may have reached the contact goes before one that is known to be waiting. The ids are given twice, as in
-- StoreEvents.
WITH named AS (
    SELECT DISTINCT coalesce(v.merged_into, v.id) AS id FROM conversations v WHERE v.id = ANY(@conversation_ids::uuid[])
)
UPDATE conversations c
SET template_pending = p.pending
FROM (SELECT i.id,
             (SELECT CASE s.state WHEN 'planned' THEN 'planned' WHEN 'inflight' THEN 'inflight' ELSE 'unknown' END
              FROM sends s
              WHERE s.conversation_id = ANY(conversation_parts(i.id)) AND s.type = 'template'
                AND s.state IN ('planned', 'inflight', 'unknown') AND NOT (s.state = 'unknown' AND s.final)
              ORDER BY array_position('{inflight,unknown,planned}'::text[], s.state)
              LIMIT 1) AS pending
      FROM named i) p
WHERE c.id = p.id AND c.id = ANY(ARRAY(SELECT id FROM named))
RETURNING c.id, coalesce(c.template_pending, '')::text AS template_pending;

-- name: MoveSends :exec
-- What was sent to one contact was sent to the one that it has become part of.
UPDATE sends SET contact_id = @winner WHERE contact_id = @loser;

-- name: GetSend :one
-- A send with how far its message has got; empty: it is not known to have left. throttled_until, in real time: the number, or the
-- contact, is sent nothing before.
SELECT sqlc.embed(s), n.phone_number_id, coalesce(o.delivery_status, '')::text AS delivery_status,
       coalesce(d.sentence, '')::text AS sentence, coalesce(d.facts, '{}')::jsonb AS decided_on, f.error_code AS failed_with,
       coalesce(nullif(greatest(r.throttled_until, c.throttled_until), '-infinity'), '0001-01-01 00:00:00+00')::timestamptz AS throttled_until
FROM sends s
JOIN business_numbers n ON n.id = s.business_number_id
LEFT JOIN send_rates r ON r.business_number_id = s.business_number_id
LEFT JOIN pair_rates c ON c.conversation_id = s.conversation_id
LEFT JOIN outbound_messages o ON o.message_id = s.message_id
LEFT JOIN LATERAL (
    SELECT d.sentence, d.facts FROM decisions d
    WHERE d.conversation_id = s.conversation_id AND d.send_id = s.id AND d.code = s.reason
    ORDER BY d.at DESC, d.id DESC LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT e.error_code FROM events e WHERE e.message_id = s.message_id AND e.type = 'failed' ORDER BY e.occurred_at DESC, e.id LIMIT 1
) f ON true
WHERE s.id = @id;

-- name: ListSendAttempts :many
SELECT * FROM send_attempts WHERE send_id = @send_id ORDER BY attempt;

-- name: CountSendTrouble :one
-- Numbers that send nothing, and sends of which nobody knows what became of them.
SELECT (SELECT count(*) FROM business_numbers WHERE sender_paused_at IS NOT NULL) AS paused_numbers,
       count(*) FILTER (WHERE NOT final) AS awaited, count(*) FILTER (WHERE final) AS given_up
FROM sends WHERE state = 'unknown';
