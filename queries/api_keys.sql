-- Keys of other systems (table api_keys).

-- name: AddKey :one
INSERT INTO api_keys (prefix, hash, name, scopes, created_at, created_by, expires_at)
VALUES (@prefix, @hash, @name, @scopes, @created_at, @created_by, sqlc.narg('expires_at'))
RETURNING id;

-- name: FindKey :one
SELECT * FROM api_keys WHERE prefix = @prefix;

-- name: ListKeys :many
-- The latest first.
SELECT * FROM api_keys ORDER BY created_at DESC, id;

-- name: RevokeKey :one
-- No row: there is no such key, or it is revoked already.
UPDATE api_keys SET revoked_at = @now::timestamptz WHERE prefix = @prefix AND revoked_at IS NULL RETURNING id;

-- name: NoteKeyUsed :exec
UPDATE api_keys SET last_used_at = @now::timestamptz WHERE id = @id AND (last_used_at IS NULL OR last_used_at < @before::timestamptz);

-- name: HoldsKey :one
-- Whether a key is still valid, without counting as its use.
SELECT EXISTS (SELECT 1 FROM api_keys WHERE id = @id AND revoked_at IS NULL AND (expires_at IS NULL OR @now::timestamptz < expires_at));
