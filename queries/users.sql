-- People who sign in to the console (table users).

-- name: AddUser :one
-- No row: somebody has this name.
INSERT INTO users (name, folded, role, created_at, created_by) VALUES (@name, @folded, @role, @created_at, @created_by)
ON CONFLICT (folded) DO NOTHING
RETURNING id;

-- name: FindUser :one
SELECT * FROM users WHERE folded = @folded;

-- name: GetUser :one
SELECT * FROM users WHERE id = @id;

-- name: ListUsers :many
SELECT * FROM users ORDER BY folded;

-- name: SetRole :one
-- No row: there is nobody of this name.
UPDATE users SET role = @role WHERE folded = @folded RETURNING id;

-- name: SetDisabled :one
-- Disables a user, or with a null enables it again. No row: there is nobody of this name.
UPDATE users SET disabled_at = sqlc.narg('disabled_at')::timestamptz WHERE folded = @folded RETURNING id;

-- name: SetPassword :exec
UPDATE users SET password = @password::text WHERE id = @id;
