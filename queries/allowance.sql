-- name: ListPlaces :many
-- What is kept of each conversation's stretch.
SELECT p.business_number_id, p.scheme, p.delivered_at, p.event_id, p.counts, p.conversation_id
FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
             unnest(@until::timestamptz[]) AS until) r
JOIN allowance_places p ON p.conversation_id = r.conversation_id AND p.delivered_at >= r.since AND p.delivered_at <= r.until;

-- name: RemovePlaces :execrows
DELETE FROM allowance_places p
USING (SELECT unnest(@business_number_ids::uuid[]) AS business_number_id, unnest(@schemes::text[]) AS scheme,
              unnest(@delivered_at::timestamptz[]) AS delivered_at, unnest(@event_ids::uuid[]) AS event_id) gone
WHERE p.business_number_id = gone.business_number_id AND p.scheme = gone.scheme AND p.delivered_at = gone.delivered_at
  AND p.event_id = gone.event_id;

-- name: AddPlaces :execrows
INSERT INTO allowance_places (business_number_id, scheme, delivered_at, event_id, counts, conversation_id)
SELECT unnest(@business_number_ids::uuid[]), unnest(@schemes::text[]), unnest(@delivered_at::timestamptz[]),
       unnest(@event_ids::uuid[]), unnest(@counts::boolean[]), unnest(@conversation_ids::uuid[]);

-- name: FindAllowanceEnds :many
-- The last free place of each number's month, given by its first instants; none where the allowance is not used up. @before is
-- one less than the allowance.
SELECT m.business_number_id::uuid AS business_number_id, m.scheme::text AS scheme, m.since::timestamptz AS since,
       p.delivered_at, p.event_id
FROM (SELECT unnest(@business_number_ids::uuid[]) AS business_number_id, unnest(@schemes::text[]) AS scheme,
             unnest(@since::timestamptz[]) AS since, unnest(@until::timestamptz[]) AS until) m
CROSS JOIN LATERAL (
    SELECT delivered_at, event_id
    FROM allowance_places
    WHERE business_number_id = m.business_number_id AND scheme = m.scheme AND counts
      AND delivered_at >= m.since AND delivered_at < m.until
    ORDER BY delivered_at, event_id
    OFFSET @before::int
    LIMIT 1
) p;

-- name: MarkMoved :execrows
-- Marks whose outcome changes because the end of an allowance moved: those after one position and not after another, but for
-- what is being billed now.
INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
SELECT f.conversation_id, f.business_number_id, nextval('dirty_version'), statement_timestamp(), f.since, f.until
FROM (
    SELECT p.conversation_id, p.business_number_id, min(p.delivered_at) AS since, max(p.delivered_at) AS until
    FROM (SELECT unnest(@business_number_ids::uuid[]) AS business_number_id, unnest(@schemes::text[]) AS scheme,
                 unnest(@after_at::timestamptz[]) AS after_at, unnest(@after_event::uuid[]) AS after_event,
                 unnest(@last_at::timestamptz[]) AS last_at, unnest(@last_event::uuid[]) AS last_event) m
    JOIN allowance_places p ON p.business_number_id = m.business_number_id AND p.scheme = m.scheme
     AND (p.delivered_at, p.event_id) > (m.after_at, m.after_event) AND (p.delivered_at, p.event_id) <= (m.last_at, m.last_event)
    WHERE NOT EXISTS (
        SELECT FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
                            unnest(@until::timestamptz[]) AS until) b
        WHERE b.conversation_id = p.conversation_id AND p.delivered_at >= b.since AND p.delivered_at <= b.until
    )
    GROUP BY p.conversation_id, p.business_number_id
) f
ORDER BY f.conversation_id
ON CONFLICT (conversation_id) DO UPDATE
SET version = excluded.version, since = least(dirty_conversations.since, excluded.since),
    until = greatest(dirty_conversations.until, excluded.until);
