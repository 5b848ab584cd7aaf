-- Saved filters (table segments). One that is deleted is found no more; campaigns that were for it still name it.

-- name: ListSegments :many
-- By name, after the given one, with how many campaigns have not begun and still are for it.
SELECT sqlc.embed(s), (SELECT count(*) FROM campaigns c WHERE c.segment_id = s.id AND c.state IN ('draft', 'scheduled')) AS waiting
FROM segments s
WHERE s.deleted_at IS NULL AND s.name > @after_name
ORDER BY s.name
LIMIT @max_rows;

-- name: GetSegment :one
SELECT sqlc.embed(s), (SELECT count(*) FROM campaigns c WHERE c.segment_id = s.id AND c.state IN ('draft', 'scheduled')) AS waiting
FROM segments s
WHERE s.id = @id AND s.deleted_at IS NULL;

-- name: AddSegment :execrows
-- None: there is one with the name.
INSERT INTO segments (id, name, filter, created_at, created_by, changed_at)
VALUES (@id, @name, @filter, @now, @created_by, @now)
ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING;

-- name: KeepSegment :one
-- Keeps a segment from being deleted until what is for it has been written.
SELECT * FROM segments WHERE id = @id AND deleted_at IS NULL FOR KEY SHARE;

-- name: LockSegment :one
-- Locks a segment, against those who keep it as well.
SELECT * FROM segments WHERE id = @id AND deleted_at IS NULL FOR UPDATE;

-- name: SetSegment :exec
UPDATE segments SET name = @name, filter = @filter, version = version + 1, changed_at = @now WHERE id = @id;

-- name: DeleteSegment :exec
UPDATE segments SET deleted_at = @now::timestamptz, changed_at = @now::timestamptz WHERE id = @id;
