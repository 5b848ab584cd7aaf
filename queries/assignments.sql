-- name: GetNumberByPhoneID :one
SELECT id, account_time_zone FROM business_numbers WHERE phone_number_id = @phone_number_id;

-- name: GetAccountTimeZone :one
SELECT account_time_zone FROM business_numbers WHERE id = @id;

-- name: SetAssignment :execrows
-- No row: the number owes by this scheme and set of cards from then on already.
INSERT INTO scheme_assignments (business_number_id, effective_from, scheme, card_set)
VALUES (@business_number_id, @effective_from, @scheme, sqlc.narg(card_set))
ON CONFLICT (business_number_id, effective_from) DO UPDATE SET scheme = excluded.scheme, card_set = excluded.card_set
WHERE scheme_assignments.scheme <> excluded.scheme OR scheme_assignments.card_set IS DISTINCT FROM excluded.card_set;

-- name: MarkNumber :execrows
-- Marks the number's conversations in which something occurred in a half-open period, to be looked at there.
INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
SELECT c.id, c.business_number_id, nextval('dirty_version'), statement_timestamp(), @since, @until
FROM conversations c
WHERE c.business_number_id = @business_number_id
  AND EXISTS (SELECT FROM events e WHERE e.conversation_id = c.id AND e.occurred_at >= @since AND e.occurred_at < @until)
ORDER BY c.id
ON CONFLICT (conversation_id) DO UPDATE
SET version = excluded.version, since = least(dirty_conversations.since, excluded.since),
    until = greatest(dirty_conversations.until, excluded.until), attempts = 0, retry_at = '-infinity';

-- name: ListAccounts :many
-- The number that is named, or all.
SELECT id, phone_number_id, account_time_zone FROM business_numbers
WHERE phone_number_id = @phone_number_id OR @everyone::boolean
ORDER BY id;

-- name: Unpin :execrows
DELETE FROM pinned_cards
WHERE business_number_id = @business_number_id AND month >= to_date(@from_month, 'YYYY-MM') AND month < to_date(@until_month, 'YYYY-MM');

-- name: NoteRerate :exec
INSERT INTO rerates (business_number_id, from_month, until_month, unpinned, marked)
VALUES (sqlc.narg(business_number_id), to_date(@from_month, 'YYYY-MM'), to_date(@until_month, 'YYYY-MM'), @unpinned, @marked);
