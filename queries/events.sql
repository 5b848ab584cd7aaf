-- name: FindEvents :many
-- What the first copy of each event fixed; the conversation is the one that its own is part of (W10).
SELECT e.id, e.type, coalesce(c.merged_into, e.conversation_id) AS conversation_id, e.occurred_at, e.received_at,
       coalesce(e.keyword, '')::text AS keyword
FROM events e LEFT JOIN conversations c ON c.id = e.conversation_id
WHERE e.id = ANY(@ids::uuid[]);

-- name: TrackOutbound :many
-- Locks each message's row, making those that are missing, and says how far it had got. A message brings its
-- conversation along; a status of an unknown message leaves that open. A message is inferred only as long as nobody knows it.
INSERT INTO outbound_messages (message_id, conversation_id, delivery_status, inferred)
SELECT m.message_id, m.conversation_id, 'accepted', coalesce(m.inferred, false)
FROM jsonb_to_recordset(@messages::jsonb) AS m(message_id uuid, conversation_id uuid, inferred boolean)
ORDER BY m.message_id
ON CONFLICT (message_id) DO UPDATE
    SET conversation_id = coalesce(outbound_messages.conversation_id, excluded.conversation_id),
        inferred = outbound_messages.inferred OR (excluded.inferred AND outbound_messages.conversation_id IS NULL)
RETURNING message_id, conversation_id, delivery_status, inferred;

-- name: StoreEvents :many
-- Stores a body with its problems, the events that are new, what must be done about them, and the facts that follow, in
-- one statement; returns the new events. An event id that exists already is a duplicate and changes nothing. The facts
-- are written only if at least @facts_if_new events are new: who counts on something that is a duplicate must say in
-- another call what the facts then are. What is pending or claimed is written by those who send.
WITH body AS (
    INSERT INTO raw_bodies (received_at, body, updates)
    SELECT @received_at, @body, @updates WHERE @has_body::boolean
    RETURNING id
), noted AS (
    INSERT INTO intake_problems (raw_body_id, path, reason, received_at)
    SELECT body.id, p.path, p.reason, @received_at
    FROM body, jsonb_to_recordset(@problems::jsonb) AS p(path text, reason text)
    ON CONFLICT DO NOTHING
), stored AS (
    INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at,
                        clock_clamped, opens_window, message_id, wamid, market, category, entry_point,
                        entry_point_until, pricing, error_code, content, raw_body_id, needs_signal, signalled_at, send_id,
                        send_attempt, keyword, inferred)
    SELECT e.id, e.kind, e.type, e.source, e.business_number_id, e.conversation_id, e.occurred_at, @received_at,
           coalesce(e.clock_clamped, false), coalesce(e.opens_window, false), e.message_id, e.wamid, e.market, e.category,
           e.entry_point, e.entry_point_until, e.pricing, e.error_code, e.content, (SELECT id FROM body),
           coalesce(e.needs_signal, false), e.signalled_at, e.send_id, e.send_attempt, e.keyword,
           coalesce(e.inferred, false)
    FROM jsonb_to_recordset(@events::jsonb) AS e(
        id uuid, kind text, type text, source text, business_number_id uuid, conversation_id uuid,
        occurred_at timestamptz, clock_clamped boolean, opens_window boolean, message_id uuid, wamid text, market text,
        category text, entry_point text, entry_point_until timestamptz, pricing jsonb, error_code int, content jsonb,
        needs_signal boolean, signalled_at timestamptz, send_id uuid, send_attempt int, keyword text, inferred boolean)
    ORDER BY e.id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, business_number_id, conversation_id, occurred_at, needs_signal AND signalled_at IS NULL AS to_signal
), dirty AS (
    -- An event's number is its conversation's.
    INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
    SELECT s.conversation_id, s.business_number_id, nextval('dirty_version'), @recorded_at, s.since, s.until
    FROM (SELECT conversation_id, business_number_id, min(occurred_at) AS since, max(occurred_at) AS until
          FROM stored WHERE conversation_id IS NOT NULL GROUP BY conversation_id, business_number_id) s
    ORDER BY s.conversation_id
    ON CONFLICT (conversation_id) DO UPDATE
        SET version = excluded.version, since = least(dirty_conversations.since, excluded.since),
            until = greatest(dirty_conversations.until, excluded.until)
), leased AS (
    -- The update takes the row's lock even where it changes nothing: whoever wants to drop the row waits for us.
    INSERT INTO relay_lease (conversation_id, pending_since)
    SELECT DISTINCT s.conversation_id, @recorded_at::timestamptz FROM stored s WHERE s.to_signal
    ORDER BY s.conversation_id
    ON CONFLICT (conversation_id) DO UPDATE SET pending_since = least(relay_lease.pending_since, excluded.pending_since)
), settled AS (
    -- The ids are given twice: of a list of ids the planner knows the length, of JSON it does not, and it would then
    -- rather read the whole table.
    UPDATE conversations c
    SET opened_at = f.opened_at, expires_at = f.expires_at, last_inbound_at = f.last_inbound_at,
        last_outbound_at = f.last_outbound_at, disputed_at = f.disputed_at, template_accepted_at = f.template_accepted_at
    FROM jsonb_to_recordset(@facts::jsonb) AS f(
        id uuid, opened_at timestamptz, expires_at timestamptz, last_inbound_at timestamptz, last_outbound_at timestamptz,
        disputed_at timestamptz, template_accepted_at timestamptz)
    WHERE c.id = f.id AND c.id = ANY(@conversation_ids::uuid[])
      AND (SELECT count(*) FROM stored) >= @facts_if_new::int
)
SELECT s.id FROM stored s;

-- name: AdoptStatuses :many
-- Gives the parked statuses of messages that have become known to their conversation, and has those signalled that can
-- change a decision: the failed ones, and those that settle a send.
UPDATE events e
SET conversation_id = o.conversation_id,
    needs_signal = (e.type = 'failed' AND o.delivery_status = 'failed' OR e.id = ANY(@settling::uuid[]))
FROM outbound_messages o
WHERE o.message_id = e.message_id AND e.conversation_id IS NULL AND e.kind = 'status' AND o.conversation_id IS NOT NULL
  AND e.message_id = ANY(@message_ids::uuid[])
RETURNING e.id, e.type, e.message_id, o.conversation_id, o.delivery_status, e.occurred_at, e.error_code, e.needs_signal;

-- name: ListParkedOfSend :many
-- The statuses that name a send and whose message is not known, first things first.
SELECT id, type, message_id::uuid AS message_id, wamid::text AS wamid, occurred_at, send_attempt::int AS send_attempt
FROM events
WHERE send_id = @send_id::uuid AND kind = 'status' AND conversation_id IS NULL AND business_number_id = @business_number_id::uuid
ORDER BY occurred_at, recorded_at, id;

-- name: ListParkedStatuses :many
-- What is known of messages that nobody has told us about, in order of time.
SELECT s.message_id::uuid AS message_id, s.id, s.type, s.occurred_at, s.pricing, coalesce(s.content ->> 'opaque_data', '')::text AS opaque_data
FROM events s
WHERE s.message_id = ANY(@message_ids::uuid[]) AND s.kind = 'status' AND s.conversation_id IS NULL
ORDER BY s.occurred_at, s.id;

-- name: QueueSignals :exec
-- Hands conversations to the relay.
INSERT INTO relay_lease (conversation_id, pending_since)
SELECT q.id, @recorded_at::timestamptz FROM (SELECT DISTINCT unnest(@conversation_ids::uuid[]) AS id) q
ORDER BY q.id
ON CONFLICT (conversation_id) DO UPDATE SET pending_since = least(relay_lease.pending_since, excluded.pending_since);

-- name: WakeRelay :exec
-- Says that there is something to signal. A notification in a transaction that writes would hold a lock of the whole
-- server until the commit is on disk: one commit after the other instead of many in one write.
SELECT pg_notify('reengage_relay', '');

-- name: MoveDelivery :exec
-- Moves delivery statuses forward, never back. The ids are given twice, as in StoreEvents.
UPDATE outbound_messages o
SET delivery_status = m.status
FROM (SELECT DISTINCT ON (d.message_id) d.message_id, d.status
      FROM (SELECT unnest(@message_ids::uuid[]) AS message_id, unnest(@statuses::text[]) AS status) d
      ORDER BY d.message_id, delivery_rank(d.status) DESC) m
WHERE o.message_id = m.message_id AND o.message_id = ANY(@message_ids::uuid[]) AND delivery_rank(o.delivery_status) < delivery_rank(m.status);

-- name: MarkConversations :exec
-- Has everything in some conversations billed again.
INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at)
SELECT c.id, c.business_number_id, nextval('dirty_version'), @recorded_at::timestamptz
FROM conversations c
WHERE c.id = ANY(@conversation_ids::uuid[])
ORDER BY c.id
ON CONFLICT (conversation_id) DO UPDATE
SET version = excluded.version, since = excluded.since, until = excluded.until;

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
