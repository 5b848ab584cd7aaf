-- name: StoreCardSet :exec
INSERT INTO card_sets (digest, files) VALUES (@digest, @files) ON CONFLICT (digest) DO NOTHING;

-- name: GetCardSet :one
SELECT files FROM card_sets WHERE digest = @digest;

-- name: GetNamedCardSet :one
SELECT digest FROM named_card_sets WHERE name = @name;

-- name: ListCardSetNames :many
SELECT name FROM named_card_sets ORDER BY name;

-- name: NameCardSet :execrows
-- No row: the name means this set already.
INSERT INTO named_card_sets (name, digest) VALUES (@name, @digest)
ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, since = clock_timestamp()
WHERE named_card_sets.digest <> excluded.digest;

-- name: MarkUnpriced :execrows
-- Marks every conversation with a message that waits for a price.
INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
SELECT u.conversation_id, u.business_number_id, nextval('dirty_version'), statement_timestamp(), u.since, u.until
FROM (SELECT conversation_id, business_number_id, min(charged_at) AS since, max(charged_at) AS until
      FROM unpriced_messages GROUP BY conversation_id, business_number_id) u
ORDER BY u.conversation_id
ON CONFLICT (conversation_id) DO UPDATE
SET version = excluded.version, since = least(dirty_conversations.since, excluded.since),
    until = greatest(dirty_conversations.until, excluded.until), attempts = 0, retry_at = '-infinity';

-- name: ListPins :many
SELECT business_number_id, scheme, to_char(month, 'YYYY-MM') AS month, card_set, place, digest, scheme_version
FROM pinned_cards
WHERE business_number_id = ANY (@business_number_ids::uuid[])
ORDER BY place, pinned_at, card_set;

-- name: PinCards :execrows
-- In one order, so that two who pin the same months wait for each other and never in a circle. Fewer rows than given: somebody
-- else was faster.
INSERT INTO pinned_cards (business_number_id, scheme, month, card_set, place, digest, scheme_version)
SELECT p.business_number_id, p.scheme, p.month, p.card_set, p.place, p.digest, p.scheme_version
FROM (SELECT unnest(@business_number_ids::uuid[]) AS business_number_id, unnest(@schemes::text[]) AS scheme,
             (unnest(@months::text[]) || '-01')::date AS month, unnest(@card_sets::text[]) AS card_set,
             unnest(@places::int[]) AS place, unnest(@digests::text[]) AS digest, unnest(@scheme_versions::int[]) AS scheme_version) p
ORDER BY p.business_number_id, p.scheme, p.month, p.card_set
ON CONFLICT DO NOTHING;
