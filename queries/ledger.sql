-- name: BeginBilling :exec
-- Says that a billing is under way (HoldBilling). The first statement of its transaction: it may have to wait, and nobody must wait
-- for it meanwhile.
LOCK TABLE scheme_assignments IN ROW SHARE MODE;

-- name: LockForBilling :exec
-- Waits for whoever bills the conversation now. A statement of its own: what is read after it is what they left.
SELECT pg_advisory_xact_lock(billing_lock(@conversation_id));

-- name: LockDirtyNumbers :many
-- Takes the locks of the numbers that the next @most conversations to be settled belong to. A number that another settles now
-- is skipped.
WITH RECURSIVE numbers AS (
    -- Each number with marks: one look into the index for each.
    (SELECT business_number_id FROM dirty_conversations ORDER BY business_number_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.business_number_id FROM dirty_conversations d
            WHERE d.business_number_id > n.business_number_id ORDER BY d.business_number_id LIMIT 1)
    FROM numbers n
    WHERE n.business_number_id IS NOT NULL
), oldest AS (
    SELECT d.business_number_id
    FROM numbers n
    CROSS JOIN LATERAL (
        SELECT business_number_id, retry_at, marked_at
        FROM dirty_conversations
        WHERE business_number_id = n.business_number_id AND retry_at <= statement_timestamp()
        ORDER BY retry_at, marked_at
        LIMIT @most::int
    ) d
    ORDER BY d.retry_at, d.marked_at
    LIMIT @most::int
), wanted AS MATERIALIZED (
    SELECT DISTINCT business_number_id FROM oldest
)
SELECT business_number_id::uuid AS business_number_id
FROM wanted
WHERE pg_try_advisory_xact_lock(counting_lock(business_number_id));

-- name: LockDirtyConversations :many
-- Takes the locks of up to @most dirty conversations of these numbers that can be billed now: what has never failed first, the
-- oldest mark first. What another is billing is skipped.
WITH oldest AS MATERIALIZED (
    SELECT d.conversation_id
    FROM (SELECT unnest(@business_number_ids::uuid[]) AS business_number_id) n
    CROSS JOIN LATERAL (
        SELECT conversation_id, retry_at, marked_at
        FROM dirty_conversations
        WHERE business_number_id = n.business_number_id AND retry_at <= statement_timestamp()
        ORDER BY retry_at, marked_at
        LIMIT 2 * @most::int
    ) d
    ORDER BY d.retry_at, d.marked_at
    -- Twice as many as wanted, so that there is work beside what is being billed; no more, because locks are memory of the server.
    LIMIT 2 * @most::int
)
SELECT conversation_id FROM oldest
WHERE pg_try_advisory_xact_lock(billing_lock(conversation_id))
LIMIT @most::int;

-- name: LockDirtyConversation :one
-- LockDirtyNumbers and LockDirtyConversations for one conversation, whose number's lock comes first.
SELECT CASE WHEN pg_try_advisory_xact_lock(counting_lock(c.business_number_id))
            THEN pg_try_advisory_xact_lock(billing_lock(c.id)) ELSE false END::boolean AS locked
FROM conversations c
WHERE c.id = @conversation_id;

-- name: ListDirtyMarks :many
-- What is to be billed, and what its number owes by: assignments in order of their beginning, with the set of cards that each
-- means now, seen at the same moment as the mark. Without a mark, version is NULL. '-infinity' is read as the year 1, the zero
-- of Go's time, and 'infinity' as its last. What is derived is asked for only where there is some. A conversation has parts, which
-- have been merged into it; one that has been merged is billed as part of the other (W10).
SELECT c.id AS conversation_id, c.business_number_id, c.merged_into, m.parts::uuid[] AS parts, n.account_time_zone, d.version,
       greatest(coalesce(d.since, '-infinity'), '0001-01-01 00:00:00Z')::timestamptz AS since,
       least(coalesce(d.until, 'infinity'), '9999-12-31 00:00:00Z')::timestamptz AS until,
       coalesce((SELECT s.digest FROM named_card_sets s WHERE s.name = 'shipped'), '')::text AS shipped,
       ARRAY(SELECT a.scheme FROM scheme_assignments a WHERE a.business_number_id = n.id ORDER BY a.effective_from)::text[] AS schemes,
       ARRAY(SELECT greatest(a.effective_from, '0001-01-01 00:00:00Z') FROM scheme_assignments a WHERE a.business_number_id = n.id
             ORDER BY a.effective_from)::timestamptz[] AS effective_from,
       ARRAY(SELECT coalesce(a.card_set, 'shipped') FROM scheme_assignments a WHERE a.business_number_id = n.id
             ORDER BY a.effective_from)::text[] AS card_sets,
       ARRAY(SELECT coalesce(s.digest, '') FROM scheme_assignments a
             LEFT JOIN named_card_sets s ON s.name = coalesce(a.card_set, 'shipped')
             WHERE a.business_number_id = n.id ORDER BY a.effective_from)::text[] AS digests,
       EXISTS (SELECT FROM allowance_places p WHERE p.conversation_id = ANY (m.parts)) AS has_places,
       EXISTS (SELECT FROM unpriced_messages u WHERE u.conversation_id = ANY (m.parts)) AS has_unpriced,
       EXISTS (SELECT FROM verdict_differences v WHERE v.conversation_id = ANY (m.parts)) AS has_differences
FROM conversations c
CROSS JOIN LATERAL (SELECT conversation_parts(c.id) AS parts OFFSET 0) m
JOIN business_numbers n ON n.id = c.business_number_id
LEFT JOIN dirty_conversations d ON d.conversation_id = c.id AND d.conversation_id = ANY (@conversation_ids::uuid[]) -- as in ClearDirtyMarks
WHERE c.id = ANY (@conversation_ids::uuid[]);

-- name: FindReaches :many
-- For each conversation the stretch that must be rated again because of what occurred from @since to @until (both in it): on
-- either side, up to the first gap that is longer than @memory_seconds. A message reaches from itself to all its statuses, and to
-- the end of an entry point that one of them states; so nothing outside the stretch has a part inside it or nearer than that.
-- Events of all the conversation's parts count.
-- Each step adds what lies within the memory of either end, and looks at nothing twice.
WITH RECURSIVE reach AS (
    SELECT d.conversation_id, conversation_parts(d.conversation_id) AS parts, make_interval(secs => d.memory_seconds) AS memory, d.since AS lo, d.until AS hi,
           d.since AS seen_from, d.since AS seen_to  -- half-open
    -- Through subqueries the lists have one length for the planner, and so one plan.
    FROM (SELECT unnest((SELECT @conversation_ids::uuid[])) AS conversation_id, unnest((SELECT @since::timestamptz[])) AS since,
                 unnest((SELECT @until::timestamptz[])) AS until, unnest((SELECT @memory_seconds::float8[])) AS memory_seconds) d
    UNION ALL
    SELECT r.conversation_id, r.parts, r.memory, least(r.lo, n.lo), greatest(r.hi, n.hi),
           r.lo - r.memory, r.hi + r.memory + interval '1 microsecond'
    FROM reach r
    CROSS JOIN LATERAL (
        SELECT min(f.lo) AS lo, max(f.hi) AS hi
        FROM (
            SELECT least(e.occurred_at, m.at, i.at, s.lo) AS lo, greatest(e.occurred_at, e.entry_point_until, m.at, i.at, s.hi) AS hi
            FROM (
                SELECT id, kind, occurred_at, entry_point_until, message_id FROM events
                WHERE conversation_id = ANY (r.parts) AND occurred_at >= r.lo - r.memory AND occurred_at < r.seen_from
                  AND (kind IN ('outbound', 'status') OR opens_window)
                UNION ALL
                SELECT id, kind, occurred_at, entry_point_until, message_id FROM events
                WHERE conversation_id = ANY (r.parts) AND occurred_at >= r.seen_to AND occurred_at <= r.hi + r.memory
                  AND (kind IN ('outbound', 'status') OR opens_window)
            ) e
            CROSS JOIN LATERAL (
                SELECT min(occurred_at) AS at FROM events WHERE id = e.message_id
            ) m
            -- What names the same message: of a message its statuses, and what was inferred from them.
            CROSS JOIN LATERAL (
                SELECT min(occurred_at) AS lo, max(greatest(occurred_at, entry_point_until)) AS hi FROM events
                WHERE e.kind = 'outbound' AND message_id = coalesce(e.message_id, e.id)
            ) s
            CROSS JOIN LATERAL (
                SELECT min(occurred_at) AS at FROM events WHERE e.kind = 'status' AND inferred AND message_id = e.message_id
            ) i
            UNION ALL
            -- An entry point that began long before and ends long after.
            SELECT least(p.occurred_at, m.occurred_at), p.entry_point_until
            FROM events p
            -- One look-up by key. There is no row where the message is only inferred: the status leads to it.
            LEFT JOIN LATERAL (SELECT m.occurred_at FROM events m WHERE m.id = p.message_id OFFSET 0) m ON true
            WHERE p.conversation_id = ANY (r.parts) AND p.entry_point_until >= r.lo - r.memory
              AND least(p.occurred_at, m.occurred_at) <= r.hi + r.memory
        ) f
    ) n
    WHERE (n.lo < r.lo OR n.hi > r.hi)
      AND (r.lo > '0001-01-01 00:00:00Z' OR r.hi < '9999-12-31 00:00:00Z')  -- else it is everything already
)
SELECT conversation_id::uuid AS conversation_id, min(lo)::timestamptz AS lo, max(hi)::timestamptz AS hi
FROM reach GROUP BY conversation_id;

-- name: ListRatedEvents :many
-- The messages of each conversation's stretch with all their statuses that say something to rating. Superseded are inferred
-- messages that count no longer, because the message itself is known; what is posted of them is to be looked at.
WITH stretches AS (
    SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
           unnest(@until::timestamptz[]) AS until
), messages AS (
    SELECT e.*, message_at(e) AS at, superseded(e) AS superseded FROM stretches r
    JOIN events e ON e.conversation_id = r.conversation_id AND e.occurred_at >= r.since AND e.occurred_at <= r.until
    WHERE e.kind = 'outbound' OR e.opens_window
)
SELECT conversation_id::uuid AS conversation_id, id, kind, type, at::timestamptz AS occurred_at, NULL::uuid AS message_id,
       entry_point_until, pricing, market, category, entry_point, superseded::boolean AS superseded
FROM messages
UNION ALL
SELECT m.conversation_id::uuid, s.id, s.kind, s.type, s.occurred_at, m.id, s.entry_point_until, s.pricing, NULL, NULL, NULL, false
FROM messages m
JOIN events s ON s.message_id = coalesce(m.message_id, m.id) AND s.kind = 'status'
WHERE m.kind = 'outbound' AND NOT m.superseded
  AND (s.type IN ('delivered', 'failed', 'read', 'played') OR s.pricing IS NOT NULL OR s.entry_point_until IS NOT NULL);

-- name: ListPostedRows :many
-- Charges and reversals, which repeat the instant of their charge, of each conversation's stretch.
SELECT c.id, c.scheme, c.card, c.kind, c.event_id, c.revision, c.reverses, c.conversation_id, c.category, c.market,
       c.amount_micros, c.currency, c.charged_at, c.rule
FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
             unnest(@until::timestamptz[]) AS until) r
JOIN charges c ON c.conversation_id = r.conversation_id AND c.charged_at >= r.since AND c.charged_at <= r.until;

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
-- The table is empty one moment and long the next: each row is looked up by its key, whatever the planner thinks of joins.
DELETE FROM dirty_conversations
WHERE conversation_id = ANY (ARRAY(
    SELECT d.conversation_id
    FROM dirty_conversations d
    JOIN (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@versions::bigint[]) AS version) billed
      ON d.conversation_id = billed.conversation_id AND d.version = billed.version
    WHERE d.conversation_id = ANY (@conversation_ids::uuid[])
    FOR UPDATE OF d SKIP LOCKED
));

-- name: HandMarks :execrows
-- Hands the marks of merged conversations to those that they are part of (W10).
INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
SELECT m.merged_into, m.business_number_id, nextval('dirty_version'), statement_timestamp(), m.since, m.until
FROM (SELECT c.merged_into, c.business_number_id, min(d.since) AS since, max(d.until) AS until
      FROM dirty_conversations d JOIN conversations c ON c.id = d.conversation_id
      WHERE d.conversation_id = ANY (@conversation_ids::uuid[]) AND c.merged_into IS NOT NULL
      GROUP BY c.merged_into, c.business_number_id) m
ORDER BY m.merged_into
ON CONFLICT (conversation_id) DO UPDATE
SET version = excluded.version, since = least(dirty_conversations.since, excluded.since),
    until = greatest(dirty_conversations.until, excluded.until);

-- name: LockParts :one
-- Whether nobody else bills one of these now. It waits for nobody.
SELECT coalesce(bool_and(pg_try_advisory_xact_lock(billing_lock(part))), true)::boolean AS locked
FROM (SELECT unnest(@parts::uuid[]) AS part) p;

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
-- Waits until no billing is under way and lets none begin before the end of the transaction. Who only reads is not waited for:
-- a dump reads for hours, and all billing would wait behind us.
LOCK TABLE scheme_assignments IN EXCLUSIVE MODE;

-- name: CountDirtyConversations :one
-- Those that wait for their turn and those that could not be billed, with how long the oldest of the former has waited.
SELECT count(*) FILTER (WHERE attempts = 0) AS billable, count(*) FILTER (WHERE attempts > 0) AS stuck,
       coalesce(extract(epoch FROM statement_timestamp() - min(marked_at) FILTER (WHERE attempts = 0)), 0)::float8 AS age_seconds,
       (SELECT count(*) FROM unpriced_messages) AS unpriced
FROM dirty_conversations;

-- name: GetQuoted :one
-- The conversation that a quote is for, and its contact's market as it is now.
SELECT coalesce(c.merged_into, c.id)::uuid AS conversation_id, p.market
FROM conversations c JOIN contacts p ON p.id = c.contact_id
WHERE c.id = @conversation_id;

-- name: GetNumberTerms :one
-- By what a number owes, as ListDirtyMarks has it of a conversation's.
SELECT n.account_time_zone,
       coalesce((SELECT s.digest FROM named_card_sets s WHERE s.name = 'shipped'), '')::text AS shipped,
       ARRAY(SELECT a.scheme FROM scheme_assignments a WHERE a.business_number_id = n.id ORDER BY a.effective_from)::text[] AS schemes,
       ARRAY(SELECT greatest(a.effective_from, '0001-01-01 00:00:00Z') FROM scheme_assignments a WHERE a.business_number_id = n.id
             ORDER BY a.effective_from)::timestamptz[] AS effective_from,
       ARRAY(SELECT coalesce(a.card_set, 'shipped') FROM scheme_assignments a WHERE a.business_number_id = n.id
             ORDER BY a.effective_from)::text[] AS card_sets,
       ARRAY(SELECT coalesce(s.digest, '') FROM scheme_assignments a
             LEFT JOIN named_card_sets s ON s.name = coalesce(a.card_set, 'shipped')
             WHERE a.business_number_id = n.id ORDER BY a.effective_from)::text[] AS digests
FROM business_numbers n WHERE n.id = @business_number_id;
