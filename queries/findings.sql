-- name: ListUnpriced :many
-- What is listed of each conversation's stretch.
SELECT u.event_id, u.scheme, u.category, u.conversation_id, u.card, u.market, u.charged_at
FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
             unnest(@until::timestamptz[]) AS until) r
JOIN unpriced_messages u ON u.conversation_id = r.conversation_id AND u.charged_at >= r.since AND u.charged_at <= r.until;

-- name: RemoveUnpriced :execrows
DELETE FROM unpriced_messages u
USING (SELECT unnest(@event_ids::uuid[]) AS event_id, unnest(@schemes::text[]) AS scheme, unnest(@categories::text[]) AS category) gone
WHERE u.event_id = gone.event_id AND u.scheme = gone.scheme AND u.category = gone.category;

-- name: AddUnpriced :execrows
INSERT INTO unpriced_messages (event_id, scheme, category, conversation_id, business_number_id, card, market, charged_at)
SELECT unnest(@event_ids::uuid[]), unnest(@schemes::text[]), unnest(@categories::text[]), unnest(@conversation_ids::uuid[]),
       unnest(@business_number_ids::uuid[]), unnest(@cards::text[]), unnest(@markets::text[]), unnest(@charged_at::timestamptz[]);

-- name: ListDifferences :many
-- What is listed of each conversation's stretch.
SELECT sqlc.embed(v)
FROM (SELECT unnest(@conversation_ids::uuid[]) AS conversation_id, unnest(@since::timestamptz[]) AS since,
             unnest(@until::timestamptz[]) AS until) r
JOIN verdict_differences v ON v.conversation_id = r.conversation_id AND v.delivered_at >= r.since AND v.delivered_at <= r.until;

-- name: RemoveDifferences :execrows
DELETE FROM verdict_differences v
USING (SELECT unnest(@event_ids::uuid[]) AS event_id, unnest(@schemes::text[]) AS scheme) gone
WHERE v.event_id = gone.event_id AND v.scheme = gone.scheme;

-- name: AddDifferences :execrows
INSERT INTO verdict_differences (event_id, scheme, conversation_id, business_number_id, delivered_at, market, verdict_type,
                                 verdict_category, verdict_micros, own_rule, own_category, own_micros, currency)
SELECT unnest(@event_ids::uuid[]), unnest(@schemes::text[]), unnest(@conversation_ids::uuid[]), unnest(@business_number_ids::uuid[]),
       unnest(@delivered_at::timestamptz[]), unnest(@markets::text[]), unnest(@verdict_types::text[]),
       unnest(@verdict_categories::text[]), unnest(@verdict_micros::bigint[]), unnest(@own_rules::text[]),
       unnest(@own_categories::text[]), unnest(@own_micros::bigint[]), unnest(@currencies::text[]);
