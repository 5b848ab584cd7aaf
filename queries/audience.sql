-- Whom a filter means (audience.Filter as JSON). They all ask by the same condition, audience_condition in the schema.

-- name: CountAudience :one
SELECT audience_count(@filter::jsonb, @at::timestamptz)::bigint;

-- name: CountAudienceConsent :one
-- What those whom a filter means have said of a category.
SELECT a.counted::bigint AS counted, a.opted_in::bigint AS opted_in, a.opted_out::bigint AS opted_out, a.suppressed::bigint AS suppressed
FROM audience_consent(@filter::jsonb, @at::timestamptz, @category::text) a;

-- name: ListAudience :many
-- Those that came last first, before the given one; of @among, or of those who match the patterns, if these are given.
SELECT sqlc.embed(p)
FROM audience_page(@filter::jsonb, @at::timestamptz, @before_at::timestamptz, @before_id::uuid, sqlc.narg(among)::uuid[],
                   sqlc.narg(name_pattern)::text, sqlc.narg(phone_pattern)::text, @max_rows::bigint) a
JOIN contacts p ON p.id = a.contact_id
ORDER BY p.created_at DESC, p.id DESC;

-- name: FindCampaign :one
-- Whether there is such a campaign.
SELECT EXISTS (SELECT FROM campaigns WHERE id = @id);

-- name: ListContactAttributes :many
-- What contacts have been given, or are: at most @most of each kind, the most frequent first.
SELECT a.kind::text AS kind, a.value::text AS value, a.contacts::bigint AS contacts, a.estimated::boolean AS estimated
FROM contact_attributes(@most::int, @most_blocks::bigint) a;
