-- name: LockConversations :many
-- Locks, in id order, the conversations of people, of outbound messages, of sends, and those named by id, and returns them; with
-- each the index of the person it was found for, or -1, the id by which it was named (of a merged conversation, the one that it is
-- part of is meant), and whether a campaign has something to do with it. One that is returned as merged was merged while we waited for its lock. If the people
-- are not all known exactly as they are given here,
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
        SELECT c.id, c.name, c.name_given, c.market, c.merged_into FROM contacts c
        WHERE c.id = coalesce(p.contact_id, b.contact_id, w.contact_id) OFFSET 0
    ) c
    CROSS JOIN LATERAL (
        SELECT v.id FROM conversations v
        WHERE v.business_number_id = p.business_number_id AND v.contact_id = c.id AND v.merged_into IS NULL OFFSET 0
    ) v
    WHERE p.contact_id IS NOT NULL
       OR (c.merged_into IS NULL
           AND (p.phone IS NULL OR w.contact_id = c.id)
           AND (p.bsuid IS NULL OR b.contact_id = c.id)
           AND (p.name IS NULL OR p.name = c.name OR c.name_given))
), wanted AS (
    SELECT k.conversation_id, k.index, k.market, k.stop_words, k.conversation_id AS named FROM known k
    UNION ALL
    SELECT DISTINCT v.id, -1, '', NULL::jsonb, o.conversation_id
    FROM outbound_messages o
    CROSS JOIN LATERAL (SELECT coalesce(v.merged_into, v.id) AS id FROM conversations v WHERE v.id = o.conversation_id OFFSET 0) v
    WHERE o.message_id = ANY(ARRAY(SELECT unnest(@message_ids::uuid[])))
    UNION ALL
    SELECT coalesce(c.merged_into, c.id), -1, p.market, nullif(n.stop_words, '{}'), c.id
    FROM conversations c CROSS JOIN LATERAL (SELECT p.market FROM contacts p WHERE p.id = c.contact_id OFFSET 0) p
    CROSS JOIN LATERAL (SELECT n.stop_words FROM business_numbers n WHERE n.id = c.business_number_id OFFSET 0) n
    WHERE c.id = ANY(ARRAY(SELECT unnest(@conversation_ids::uuid[])))
    UNION ALL
    SELECT v.id, -1, p.market, NULL::jsonb, s.conversation_id
    FROM sends s
    CROSS JOIN LATERAL (
        SELECT coalesce(v.merged_into, v.id) AS id, v.contact_id FROM conversations v WHERE v.id = s.conversation_id OFFSET 0
    ) v
    CROSS JOIN LATERAL (SELECT p.market FROM contacts p WHERE p.id = v.contact_id OFFSET 0) p
    WHERE s.id = ANY(ARRAY(SELECT unnest(@send_ids::uuid[])))
), lookup AS MATERIALIZED (
    -- Empty, so that nobody is locked, unless everybody is known.
    SELECT w.conversation_id, w.index, w.market, w.stop_words, w.named FROM wanted w
    WHERE (SELECT count(*) FROM known) = (SELECT count(*) FROM person)
)
SELECT w.index::int AS index, w.market::text AS market, coalesce(w.stop_words, 'null')::jsonb AS stop_words, w.named::uuid AS named,
       EXISTS (SELECT FROM campaign_recipients r WHERE r.conversation_id = c.id) AS in_campaign, sqlc.embed(c)
FROM lookup w JOIN conversations c ON c.id = w.conversation_id
-- Says the same again, but so that the planner expects few and does not read the whole table for one.
WHERE c.id = ANY(ARRAY(SELECT l.conversation_id FROM lookup l))
ORDER BY c.id
FOR NO KEY UPDATE OF c;

-- name: LockMerging :many
-- Locks, in id order, everything that an attempt which merges contacts is going to touch: their conversations, and those of
-- outbound messages and those named by id.
SELECT c.id, c.merged_into, c.last_inbound_at
FROM conversations c
WHERE c.id = ANY(ARRAY(
    SELECT v.id FROM conversations v WHERE v.contact_id = ANY(@contact_ids::uuid[]) AND v.merged_into IS NULL
    UNION
    SELECT coalesce(v.merged_into, v.id) FROM outbound_messages o JOIN conversations v ON v.id = o.conversation_id
    WHERE o.message_id = ANY(@message_ids::uuid[])
    UNION
    SELECT coalesce(v.merged_into, v.id) FROM conversations v WHERE v.id = ANY(@conversation_ids::uuid[])
))
ORDER BY c.id
FOR NO KEY UPDATE;

-- name: MergeConversations :exec
-- Makes each loser, and what had become part of it, part of its winner. A claim of Resume (W6) that lasts longer is the winner's.
WITH pair AS (
    SELECT unnest(@losers::uuid[]) AS loser, unnest(@winners::uuid[]) AS winner
), claim AS (
    UPDATE conversations w
    SET resume_claimed_until = l.resume_claimed_until, resume_claimed_by = l.resume_claimed_by
    FROM (SELECT DISTINCT ON (pair.winner) pair.winner, l.resume_claimed_until, l.resume_claimed_by
          FROM pair JOIN conversations l ON l.id = pair.loser
          WHERE l.resume_claimed_until IS NOT NULL
          ORDER BY pair.winner, l.resume_claimed_until DESC) l
    WHERE w.id = l.winner AND (w.resume_claimed_until IS NULL OR w.resume_claimed_until < l.resume_claimed_until)
)
UPDATE conversations c
SET merged_into = pair.winner
FROM pair
WHERE c.id = pair.loser OR c.merged_into = pair.loser;

-- name: FindOpened :one
-- The first message of the unbroken chain that the conversation's last counting message belongs to (W1): going back in
-- time, the first one that has none in the 24 h before it.
SELECT chain.occurred_at
FROM (SELECT e.occurred_at, lead(e.occurred_at) OVER (ORDER BY e.occurred_at DESC) AS before
      FROM events e WHERE e.conversation_id = ANY(conversation_parts(@conversation_id)) AND e.opens_window) chain
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
WHERE e.conversation_id = ANY(conversation_parts(@conversation_id)) AND e.kind = 'outbound' AND NOT superseded(e);
