-- name: LockToSend :one
-- The conversation of a send, held against whoever stores a message, a status or another send until the step is recorded.
-- What else the gate asks is read by a statement of its own (ReadParties), which sees what was committed while this waited.
SELECT * FROM conversations WHERE id = @id FOR NO KEY UPDATE;

-- name: ReadParties :one
-- Whom a conversation is between, and what the gate asks of them.
SELECT sqlc.embed(n), sqlc.embed(p), to_jsonb(contact_permissions(p.id))::jsonb AS permissions
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE c.id = @conversation_id;

-- name: ReadFacts :one
SELECT * FROM conversations WHERE id = @id;

-- name: FindSend :one
SELECT * FROM sends WHERE id = @id AND conversation_id = @conversation_id;

-- name: LockSend :one
-- The conversation is locked.
SELECT * FROM sends WHERE id = @id AND conversation_id = @conversation_id FOR UPDATE;

-- name: RecordSend :execrows
-- Records what is planned or refused. One that was refused may be decided anew; anything else that is there stays.
INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, text, template, template_name, category,
                   fallback, critical, state, planned_at, not_after, reason, quoted_scheme, quoted_micros, quoted_currency)
VALUES (@id, @conversation_id, @business_number_id, @contact_id, @origin, @type, sqlc.narg(text), sqlc.narg(template),
        sqlc.narg(template_name), sqlc.narg(category), sqlc.narg(fallback), @critical, @state, @planned_at, @not_after,
        sqlc.narg(reason), sqlc.narg(quoted_scheme), sqlc.narg(quoted_micros), sqlc.narg(quoted_currency))
ON CONFLICT (id) DO UPDATE
SET template = excluded.template, category = excluded.category, state = excluded.state, planned_at = excluded.planned_at,
    not_after = excluded.not_after, reason = excluded.reason, quoted_scheme = excluded.quoted_scheme,
    quoted_micros = excluded.quoted_micros, quoted_currency = excluded.quoted_currency
WHERE sends.state = 'refused';

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

-- name: FindSendable :one
-- A template of an account, as the provider last had it.
SELECT name, language, category, status, components FROM templates WHERE waba_id = @waba_id AND name = @name AND language = @language AND removed_at IS NULL;

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

-- name: CountCountingInbound :one
-- How often the contact has written, as far as it is asked for.
SELECT count(*) FROM (
    SELECT FROM events WHERE conversation_id = ANY(conversation_parts(@conversation_id::uuid)) AND opens_window LIMIT @most
) AS heard;

-- name: NoteDispute :exec
-- The provider has refused a free-form message because it considers the window closed (W9).
WITH noted AS (
    INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, market, error_code)
    VALUES (@event_id, 'notice', 'window_disputed', 'send', @business_number_id::uuid, @conversation_id::uuid, @now::timestamptz,
            @now::timestamptz, @market::text, @error_code::int)
    ON CONFLICT (id) DO NOTHING
)
UPDATE conversations SET disputed_at = greatest(disputed_at, @now::timestamptz) WHERE id = @conversation_id::uuid;

-- name: CountSendTrouble :one
-- Numbers that send nothing, and sends of which nobody knows what became of them.
SELECT (SELECT count(*) FROM business_numbers WHERE sender_paused_at IS NOT NULL) AS paused_numbers,
       count(*) FILTER (WHERE NOT final) AS awaited, count(*) FILTER (WHERE final) AS given_up
FROM sends WHERE state = 'unknown';
