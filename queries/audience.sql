-- Whom a filter means (audience.Filter as JSON). All three ask by the same condition, which is a function of the schema.

-- name: CountAudience :one
SELECT audience_count(@filter::jsonb, @at::timestamptz)::bigint;

-- name: ListAudience :many
-- The contacts that came last first, before the given one; @among NULL: of all, else of these contacts.
SELECT sqlc.embed(p)
FROM audience_page(@filter::jsonb, @at::timestamptz, sqlc.narg(among)::uuid[], @before_at::timestamptz, @before_id::uuid, @max_rows::bigint) a
JOIN contacts p ON p.id = a.contact_id
ORDER BY p.created_at DESC, p.id DESC;

-- name: ListAudienceIDs :many
-- The contacts after the given one, in the order of their ids.
SELECT a.contact_id::uuid AS contact_id FROM audience(@filter::jsonb, @at::timestamptz, @after::uuid, @max_rows::bigint) a ORDER BY a.contact_id;
