-- name: LockConversations :many
-- Locks, in id order, the conversations of people, of outbound messages, of sends, and those named by id, and returns them;
-- with each the index of the person it was found for, or -1. If the people are not all known exactly as they are given here,
-- nobody is locked and nothing returned: their contacts have to be written first, and the order of locks puts contacts
-- before conversations.
-- Each step is looked up for one person at a time: OFFSET 0 keeps the planner from joining whole tables instead, which it
-- takes to be cheap as long as it does not know how large they have become. People come as JSON and ids through a
-- subquery, because the planner's guess of their number is then always the same: one plan is made for all lengths and kept.
WITH person AS (
    SELECT (p.value ->> 'index')::int AS index, (p.value ->> 'business_number_id')::uuid AS business_number_id,
           (p.value ->> 'contact_id')::uuid AS contact_id, p.value ->> 'phone' AS phone, p.value ->> 'bsuid' AS bsuid,
           p.value ->> 'name' AS name
    FROM jsonb_array_elements(@people::jsonb) AS p
), known AS (
    SELECT p.index, v.id AS conversation_id, c.market, n.stop_words
    FROM person p
    CROSS JOIN LATERAL (
        SELECT n.portfolio, nullif(n.stop_words, '{}') AS stop_words
        FROM business_numbers n WHERE n.id = p.business_number_id OFFSET 0
    ) n
    LEFT JOIN LATERAL (
        SELECT a.contact_id FROM contact_aliases a
        WHERE a.kind = 'wa_id' AND a.portfolio = n.portfolio AND a.value = p.phone OFFSET 0
    ) w ON true
    LEFT JOIN LATERAL (
        SELECT a.contact_id FROM contact_aliases a
        WHERE a.kind = 'bsuid' AND a.portfolio = n.portfolio AND a.value = p.bsuid OFFSET 0
    ) b ON true
    CROSS JOIN LATERAL (
        SELECT c.id, c.name, c.market, c.merged_into FROM contacts c
        WHERE c.id = coalesce(p.contact_id, b.contact_id, w.contact_id) OFFSET 0
    ) c
    CROSS JOIN LATERAL (
        SELECT v.id FROM conversations v
        WHERE v.business_number_id = p.business_number_id AND v.contact_id = c.id OFFSET 0
    ) v
    WHERE p.contact_id IS NOT NULL
       OR (c.merged_into IS NULL
           AND (p.phone IS NULL OR w.contact_id = c.id)
           AND (p.bsuid IS NULL OR b.contact_id = c.id)
           AND (p.name IS NULL OR p.name = c.name))
), wanted AS (
    SELECT k.conversation_id, k.index, k.market, k.stop_words FROM known k
    UNION ALL
    SELECT DISTINCT o.conversation_id, -1, '', NULL::jsonb FROM outbound_messages o WHERE o.message_id = ANY(ARRAY(SELECT unnest(@message_ids::uuid[])))
    UNION ALL
    SELECT c.id, -1, p.market, nullif(n.stop_words, '{}')
    FROM conversations c CROSS JOIN LATERAL (SELECT p.market FROM contacts p WHERE p.id = c.contact_id OFFSET 0) p
    CROSS JOIN LATERAL (SELECT n.stop_words FROM business_numbers n WHERE n.id = c.business_number_id OFFSET 0) n
    WHERE c.id = ANY(ARRAY(SELECT unnest(@conversation_ids::uuid[])))
    UNION ALL
    SELECT s.conversation_id, -1, p.market, NULL::jsonb
    FROM sends s CROSS JOIN LATERAL (SELECT p.market FROM contacts p WHERE p.id = s.contact_id OFFSET 0) p
    WHERE s.id = ANY(ARRAY(SELECT unnest(@send_ids::uuid[])))
), lookup AS MATERIALIZED (
    -- Empty, so that nobody is locked, unless everybody is known.
    SELECT w.conversation_id, w.index, w.market, w.stop_words FROM wanted w
    WHERE (SELECT count(*) FROM known) = (SELECT count(*) FROM person)
)
SELECT w.index::int AS index, w.market::text AS market, coalesce(w.stop_words, 'null')::jsonb AS stop_words, sqlc.embed(c)
FROM lookup w JOIN conversations c ON c.id = w.conversation_id
-- Says the same again, but so that the planner expects few and does not read the whole table for one.
WHERE c.id = ANY(ARRAY(SELECT l.conversation_id FROM lookup l))
ORDER BY c.id
FOR NO KEY UPDATE OF c;

-- name: FindOpened :one
-- The first message of the unbroken chain that the conversation's last counting message belongs to (W1): going back in
-- time, the first one that has none in the 24 h before it.
SELECT chain.occurred_at
FROM (SELECT e.occurred_at, lead(e.occurred_at) OVER (ORDER BY e.occurred_at DESC) AS before
      FROM events e WHERE e.conversation_id = @conversation_id AND e.opens_window) chain
WHERE chain.before IS NULL OR chain.occurred_at - chain.before >= interval '24 hours'
ORDER BY chain.occurred_at DESC
LIMIT 1;

-- name: SumOutbound :one
-- What follows from a conversation's outbound messages that did not fail, and from the free-form ones that the provider
-- refused because it considers the window closed (W9), with the last status that says so. An inferred message counts until the
-- message itself is known. The year 1 stands for never.
SELECT
    coalesce(max(message_at(e)) FILTER (WHERE o.delivery_status IS DISTINCT FROM 'failed'),
             '0001-01-01 00:00:00+00')::timestamptz AS last_outbound_at,
    coalesce(max(message_at(e)) FILTER (WHERE o.delivery_status IS DISTINCT FROM 'failed' AND e.type = 'template'),
             '0001-01-01 00:00:00+00')::timestamptz AS template_accepted_at,
    coalesce(max(s.occurred_at) FILTER (WHERE o.delivery_status = 'failed' AND e.type = 'freeform'),
             '0001-01-01 00:00:00+00')::timestamptz AS disputed_at,
    coalesce((array_agg(s.id ORDER BY s.occurred_at DESC, s.id)
              FILTER (WHERE s.id IS NOT NULL AND o.delivery_status = 'failed' AND e.type = 'freeform'))[1],
             '00000000-0000-0000-0000-000000000000')::uuid AS disputed_by
FROM events e
LEFT JOIN LATERAL (
    SELECT o.delivery_status FROM outbound_messages o WHERE o.message_id = coalesce(e.message_id, e.id) OFFSET 0
) o ON true
LEFT JOIN LATERAL (
    SELECT s.id, s.occurred_at FROM events s
    WHERE s.message_id = coalesce(e.message_id, e.id) AND s.type = 'failed' AND s.error_code = 131047 OFFSET 0
) s ON true
WHERE e.conversation_id = @conversation_id AND e.kind = 'outbound' AND NOT superseded(e);
