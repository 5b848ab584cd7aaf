-- Conversations as people look through them: open windows by deadline, soonest first, then the rest by last activity,
-- newest first. Two queries, because each order has indexes of its own; a caller reads the first to its end and goes on
-- with the second. Both decide by the same @now which of them a conversation belongs to.
--
-- What has been merged into another conversation is not listed (W10). What is not asked for, an empty @status, the zero @number_id,
-- NULL as @contacts or as patterns, filters nothing: the API has each call planned with its own values, so that the
-- planner leaves out what is not asked for and finds the index for what is. Patterns are in a subquery, because the planner would
-- take them for rare, read all contacts and sort; they are used where they are frequent.

-- name: ListOpenConversations :many
-- Those with an open window whose deadline and id come after the given ones, up to @until. @after_window_end must not lie before
-- @now, which is what makes them open; active and expiring are what lies after and before now plus the alert lead (W6).
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p)
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE (c.window_end, c.id) > (@after_window_end::timestamptz, @after_id::uuid)
  AND c.window_end <= @until::timestamptz
  AND c.merged_into IS NULL
  AND (@number_id::uuid = '00000000-0000-0000-0000-000000000000' OR c.business_number_id = @number_id)
  AND (sqlc.narg(contacts)::uuid[] IS NULL OR c.contact_id = ANY (sqlc.narg(contacts)::uuid[]))
  AND (sqlc.narg(name_pattern)::text IS NULL
       OR (SELECT f.name ILIKE sqlc.narg(name_pattern)::text OR coalesce(f.phone LIKE sqlc.narg(phone_pattern)::text, false)
           FROM contacts f WHERE f.id = c.contact_id))
ORDER BY c.window_end, c.id
LIMIT @max_rows;

-- name: ListOtherConversations :many
-- Those without an open window whose last activity and id come before the given ones.
SELECT sqlc.embed(c), sqlc.embed(n), sqlc.embed(p)
FROM conversations c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN contacts p ON p.id = c.contact_id
WHERE (c.last_activity_at, c.id) < (@before_activity_at::timestamptz, @before_id::uuid)
  AND c.window_end <= @now::timestamptz
  AND c.merged_into IS NULL
  AND (@status::text <> 'resuming' OR c.resuming_until > @now)
  AND (@status NOT IN ('awaiting_reply', 'expired') OR c.resuming_until IS NULL OR c.resuming_until <= @now)
  AND (@status <> 'awaiting_reply' OR c.awaits_reply)
  AND (@status <> 'expired' OR NOT c.awaits_reply)
  AND (@number_id::uuid = '00000000-0000-0000-0000-000000000000' OR c.business_number_id = @number_id)
  AND (sqlc.narg(contacts)::uuid[] IS NULL OR c.contact_id = ANY (sqlc.narg(contacts)::uuid[]))
  AND (sqlc.narg(name_pattern)::text IS NULL
       OR (SELECT f.name ILIKE sqlc.narg(name_pattern)::text OR coalesce(f.phone LIKE sqlc.narg(phone_pattern)::text, false)
           FROM contacts f WHERE f.id = c.contact_id))
ORDER BY c.last_activity_at DESC, c.id DESC
LIMIT @max_rows;

-- name: FindContactsByPart :many
-- Up to @max_rows of the contacts whose name or phone matches its pattern, or whose bsuid is the part. The first condition finds
-- them, the other says whether it was right.
SELECT s.contact_id
FROM contact_parts s
WHERE s.runs @@ contact_query(@part::text, sqlc.narg(digits)::text)
  AND (SELECT p.name ILIKE @name_pattern::text OR coalesce(p.phone LIKE sqlc.narg(phone_pattern)::text, false)
              OR coalesce(p.bsuid = @part, false)
       FROM contacts p WHERE p.id = s.contact_id)
LIMIT @max_rows;

-- name: CountOpenConversations :one
-- How many windows close after the one time, up to the other; @max_rows and more are @max_rows.
SELECT count(*) FROM (
    SELECT 1 FROM conversations c
    WHERE c.window_end > @after::timestamptz AND c.window_end <= @until::timestamptz AND c.merged_into IS NULL
      AND (@number_id::uuid = '00000000-0000-0000-0000-000000000000' OR c.business_number_id = @number_id)
    ORDER BY c.window_end, c.id
    LIMIT @max_rows
) counted;

-- name: CountOtherConversations :one
-- How many of those without an open window have the status; @max_rows and more are @max_rows.
SELECT count(*) FROM (
    SELECT 1 FROM conversations c
    WHERE c.window_end <= @now::timestamptz AND c.merged_into IS NULL
      AND (@status::text <> 'resuming' OR c.resuming_until > @now)
      AND (@status NOT IN ('awaiting_reply', 'expired') OR c.resuming_until IS NULL OR c.resuming_until <= @now)
      AND (@status <> 'awaiting_reply' OR c.awaits_reply)
      AND (@status <> 'expired' OR NOT c.awaits_reply)
      AND (@number_id::uuid = '00000000-0000-0000-0000-000000000000' OR c.business_number_id = @number_id)
    ORDER BY c.last_activity_at DESC, c.id DESC
    LIMIT @max_rows
) counted;
