-- name: LockForBilling :exec
-- Waits for whoever bills the conversation now. A statement of its own: what is read after it is what they left.
SELECT pg_advisory_xact_lock(billing_lock(@conversation_id));

-- name: LockDirtyConversations :many
-- Takes the locks of up to @most dirty conversations that can be billed now: what has never failed first, the oldest mark
-- first. What another is billing is skipped. Marks of numbers without an assignment are never looked at.
WITH oldest AS MATERIALIZED (
    SELECT d.conversation_id
    FROM (SELECT DISTINCT business_number_id FROM scheme_assignments) n
    CROSS JOIN LATERAL (
        SELECT conversation_id, retry_at, marked_at
        FROM dirty_conversations
        WHERE business_number_id = n.business_number_id AND retry_at <= statement_timestamp()
        ORDER BY retry_at, marked_at
        LIMIT 2 * @most::int
    ) d
    ORDER BY d.retry_at, d.marked_at
    -- Twice as many as wanted, so that a second settlement finds work; no more, because locks are memory of the server.
    LIMIT 2 * @most::int
)
SELECT conversation_id FROM oldest
WHERE pg_try_advisory_xact_lock(billing_lock(conversation_id))
LIMIT @most::int;

-- name: ListDirtyMarks :many
-- What is to be billed, and what its number owes by: assignments in order of their beginning, seen at the same moment as the
-- mark. Without a mark, version is NULL. '-infinity' is read as the year 1, the zero of Go's time.
SELECT c.id AS conversation_id, c.business_number_id, n.account_time_zone, d.version,
       greatest(coalesce(d.since, '-infinity'), '0001-01-01 00:00:00Z')::timestamptz AS since,
       ARRAY(SELECT a.scheme FROM scheme_assignments a WHERE a.business_number_id = n.id ORDER BY a.effective_from)::text[] AS schemes,
       ARRAY(SELECT greatest(a.effective_from, '0001-01-01 00:00:00Z') FROM scheme_assignments a WHERE a.business_number_id = n.id
             ORDER BY a.effective_from)::timestamptz[] AS effective_from
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
LEFT JOIN dirty_conversations d ON d.conversation_id = c.id
WHERE c.id = ANY (@conversation_ids::uuid[]);

-- name: FindReaches :many
-- For each conversation the instant from which on it must be rated again: the last message before @since that follows a gap
-- longer than @memory_seconds. A status counts as its message. Each step back is the longest that leaps over no such gap.
WITH RECURSIVE dirty AS (
    SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
           make_interval(secs => unnest(@memory_seconds::float8[])) AS memory
), back AS (
    SELECT d.conversation_id, d.memory, least(d.since, m.occurred_at) AS reach
    FROM dirty d
    CROSS JOIN LATERAL (
        SELECT min(m.occurred_at) AS occurred_at
        FROM events s
        JOIN events m ON m.id = s.message_id
        WHERE s.conversation_id = d.conversation_id AND s.occurred_at >= d.since AND s.kind = 'status'
    ) m
    UNION ALL
    SELECT b.conversation_id, b.memory, e.occurred_at
    FROM back b
    CROSS JOIN LATERAL (
        SELECT occurred_at
        FROM events
        WHERE conversation_id = b.conversation_id AND occurred_at >= b.reach - b.memory AND occurred_at < b.reach
          AND (kind = 'outbound' OR opens_window)
        ORDER BY occurred_at
        LIMIT 1
    ) e
)
SELECT conversation_id::uuid AS conversation_id, min(reach)::timestamptz AS reach FROM back GROUP BY conversation_id;

-- name: ListRatedEvents :many
-- The messages from each conversation's reach on, with all their statuses, which are found by their message: a status may
-- be dated before it. read, and played, which says as much, matter only where nobody said delivered, whose place they take.
WITH reaches AS (
    SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@reaches::timestamptz[]) AS reach
), messages AS (
    SELECT e.* FROM reaches r
    JOIN events e ON e.conversation_id = r.conversation_id AND e.occurred_at >= r.reach
    WHERE e.kind = 'outbound' OR e.opens_window
), statuses AS (
    SELECT m.conversation_id, s.id, s.kind, s.type, s.occurred_at, s.message_id, s.entry_point_until, s.pricing
    FROM messages m
    JOIN events s ON s.message_id = m.id
    WHERE m.kind = 'outbound'
      AND (s.type IN ('delivered', 'failed')
           OR s.type IN ('read', 'played')
              AND NOT EXISTS (SELECT FROM events d WHERE d.message_id = m.id AND d.type = 'delivered'))
)
SELECT conversation_id::uuid AS conversation_id, id, kind, type, occurred_at, message_id, entry_point_until, pricing,
       market, category, entry_point
FROM messages
UNION ALL
SELECT conversation_id::uuid, id, kind, type, occurred_at, message_id, entry_point_until, pricing, NULL, NULL, NULL
FROM statuses;

-- name: ListPostedRows :many
-- Charges and reversals, which repeat the instant of their charge, of each conversation from an instant on.
SELECT c.id, c.scheme, c.card, c.kind, c.event_id, c.revision, c.reverses, c.conversation_id, c.category, c.market,
       c.amount_micros, c.currency, c.charged_at, c.rule
FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@earliest::timestamptz[]) AS earliest) r
JOIN charges c ON c.conversation_id = r.conversation_id AND c.charged_at >= r.earliest;

-- name: ReverseCharges :execrows
INSERT INTO charges (scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id, category, market,
                     amount_micros, currency, charged_at, rule)
SELECT scheme, card, kind, event_id, revision, id, conversation_id, business_number_id, category, market,
       -amount_micros, currency, charged_at, rule
FROM charges
WHERE id = ANY (@ids::bigint[])
ORDER BY id;

-- name: PostCharges :execrows
INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id, business_number_id, category, market,
                     amount_micros, currency, charged_at, rule)
SELECT unnest(@schemes::text[]), unnest(@cards::text[]), unnest(@kinds::text[]), unnest(@event_ids::uuid[]),
       unnest(@revisions::int[]), unnest(@conversation_ids::uuid[]), unnest(@business_number_ids::uuid[]),
       nullif(unnest(@categories::text[]), ''), nullif(unnest(@markets::text[]), ''), unnest(@amounts_micros::bigint[]),
       unnest(@currencies::text[]), unnest(@charged_at::timestamptz[]), unnest(@rules::text[]);

-- name: ClearDirtyMarks :execrows
-- Clears each mark whose version is the one that was billed. A row that somebody holds is about to get a new version, so it
-- is left; waiting for it could deadlock with an intake that marks several conversations.
DELETE FROM dirty_conversations
WHERE conversation_id IN (
    SELECT d.conversation_id
    FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@versions::bigint[]) AS version) billed
    JOIN dirty_conversations d ON d.conversation_id = billed.conversation_id AND d.version = billed.version
    FOR UPDATE OF d SKIP LOCKED
);

-- name: PostponeBilling :execrows
-- After a failure: 30 s, 1 min, 2 min, ... 1 h of real time. Rows that somebody holds are left, as in ClearDirtyMarks.
UPDATE dirty_conversations
SET attempts = attempts + 1,
    retry_at = statement_timestamp() + least(interval '1 hour', interval '30 seconds' * 2 ^ least(attempts, 10))
WHERE conversation_id IN (
    SELECT conversation_id FROM dirty_conversations WHERE conversation_id = ANY (@conversation_ids::uuid[])
    FOR UPDATE SKIP LOCKED
);

-- name: HoldBilling :exec
-- Waits until no billing is under way and lets none begin before the end of the transaction.
LOCK TABLE scheme_assignments IN ACCESS EXCLUSIVE MODE;

-- name: GetNumberID :one
SELECT id FROM business_numbers WHERE phone_number_id = @phone_number_id;

-- name: SetAssignment :execrows
-- No row: the number owes by this scheme from then on already.
INSERT INTO scheme_assignments (business_number_id, effective_from, scheme)
VALUES (@business_number_id, @effective_from, @scheme)
ON CONFLICT (business_number_id, effective_from) DO UPDATE SET scheme = excluded.scheme
WHERE scheme_assignments.scheme <> excluded.scheme;

-- name: MarkNumberDirty :execrows
-- Marks every conversation of the number in which something occurred since, to be looked at whole.
INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since)
SELECT c.id, c.business_number_id, nextval('dirty_version'), statement_timestamp(), '-infinity'
FROM conversations c
WHERE c.business_number_id = @business_number_id
  AND EXISTS (SELECT FROM events e WHERE e.conversation_id = c.id AND e.occurred_at >= @since)
ORDER BY c.id
ON CONFLICT (conversation_id) DO UPDATE
SET version = excluded.version, since = excluded.since, attempts = 0, retry_at = '-infinity';

-- name: CountDirtyConversations :one
-- Those that can be billed, and those whose number waits for a scheme.
SELECT count(*) FILTER (WHERE assigned) AS billable, count(*) FILTER (WHERE NOT assigned) AS waiting
FROM (SELECT EXISTS (SELECT FROM scheme_assignments a WHERE a.business_number_id = d.business_number_id) AS assigned
      FROM dirty_conversations d) marks;
