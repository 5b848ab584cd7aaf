-- name: RefreshTemplatePending :many
-- Says of each conversation, which the caller has locked, how far a template has got whose fate is not known yet (W6), and
-- returns it; of one that has been merged, the one that it is part of, with the sends of both. Every transaction that moves a send ends with it. One that may have reached the contact goes before one that
-- is known to be waiting.
UPDATE conversations c
SET template_pending = p.pending
FROM (SELECT i.id,
             (SELECT CASE s.state WHEN 'planned' THEN 'planned' WHEN 'inflight' THEN 'inflight' ELSE 'unknown' END
              FROM sends s
              WHERE s.conversation_id = ANY(conversation_parts(i.id)) AND s.type = 'template'
                AND (s.state IN ('planned', 'inflight') OR s.state = 'unknown' AND NOT s.final)
              ORDER BY array_position('{inflight,unknown,planned}'::text[], s.state)
              LIMIT 1) AS pending
      FROM (SELECT DISTINCT coalesce(v.merged_into, v.id) AS id FROM conversations v WHERE v.id = ANY(@conversation_ids::uuid[])) i) p
WHERE c.id = p.id
RETURNING c.id, coalesce(c.template_pending, '')::text AS template_pending;

-- name: FindNumberOfSend :one
SELECT n.phone_number_id, s.conversation_id
FROM sends s JOIN business_numbers n ON n.id = s.business_number_id
WHERE s.id = @send_id;

-- name: LockSends :many
-- Locks sends in id order; their conversations are locked.
SELECT * FROM sends WHERE id = ANY(@ids::uuid[]) ORDER BY id FOR UPDATE;

-- name: SettleSends :exec
-- Writes what has become of sends that the caller has locked, and ends the attempts that led to it.
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
    WHERE t.send_id = s.id AND t.attempt = s.attempt AND s.outcome IS NOT NULL
)
UPDATE sends d
SET state = s.state, accepted_at = s.accepted_at, message_id = s.message_id, unknown_at = s.unknown_at,
    possible_duplicate = s.possible_duplicate,
    -- Why it was refused or has failed with us is no longer true of one that the provider has after all.
    reason = CASE WHEN s.state = 'accepted' AND d.state <> 'accepted' THEN NULL ELSE d.reason END,
    error_code = CASE WHEN s.state = 'accepted' AND d.state <> 'accepted' THEN NULL ELSE d.error_code END
FROM settled s
WHERE d.id = s.id;

-- name: NoteFailedSends :many
-- Writes to sends why their messages failed after they had been accepted; returns what of them was at fault.
UPDATE sends s
SET reason = f.reason, error_code = f.error_code
FROM jsonb_to_recordset(@failures::jsonb) AS f(message_id uuid, reason text, error_code int)
WHERE s.message_id = f.message_id AND s.message_id = ANY(@message_ids::uuid[])
RETURNING s.message_id::uuid AS message_id, s.business_number_id, coalesce(s.template_name, '')::text AS template_name,
          coalesce(s.template ->> 'language', '')::text AS language;
