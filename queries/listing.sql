-- Conversations as people look through them: open windows by deadline, soonest first, then the rest by last activity,
-- newest first. Two queries, because each order has an index of its own; a caller reads the first to its end and goes on
-- with the second. Both decide by the same @now which of them a conversation belongs to.
--
-- What has been merged into another conversation is not listed (W10). Empty @status and @number, and null patterns, filter nothing.

-- name: ListOpenConversations :many
-- Those with an open window (W5, W9) whose deadline and id come after the given ones. @after_expires_at must not lie before
-- @now: then the deadline is known to be in the future, and it is not asked for again in the words of
-- conversation_window_open, because the planner would take the two for independent, expect next to nothing and sort.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p)
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE (c.expires_at, c.id) > (@after_expires_at::timestamptz, @after_id::uuid)
  AND c.merged_into IS NULL
  AND (c.disputed_at IS NULL OR c.last_inbound_at > c.disputed_at)
  AND (@status::text = '' OR conversation_status(c, @now) = @status)
  AND (@number::text = '' OR n.phone_number_id = @number)
  AND (sqlc.narg(name_pattern)::text IS NULL OR p.name ILIKE sqlc.narg(name_pattern)
       OR p.phone LIKE sqlc.narg(phone_pattern)::text OR p.bsuid = sqlc.narg(bsuid)::text)
ORDER BY c.expires_at, c.id
LIMIT @max_rows;

-- name: ListOtherConversations :many
-- Those without an open window whose last activity and id come before the given ones.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p)
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE (c.last_activity_at, c.id) < (@before_activity_at::timestamptz, @before_id::uuid)
  AND c.merged_into IS NULL
  AND NOT conversation_window_open(c, @now)
  AND (@status::text = '' OR conversation_status(c, @now) = @status)
  AND (@number::text = '' OR n.phone_number_id = @number)
  AND (sqlc.narg(name_pattern)::text IS NULL OR p.name ILIKE sqlc.narg(name_pattern)
       OR p.phone LIKE sqlc.narg(phone_pattern)::text OR p.bsuid = sqlc.narg(bsuid)::text)
ORDER BY c.last_activity_at DESC, c.id DESC
LIMIT @max_rows;
