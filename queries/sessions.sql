-- What signs a browser in, and for how long (tables sessions and login_links).

-- name: BeginSession :one
INSERT INTO sessions (hash, user_id, began_by, created_at, seen_at, expires_at, ends_at)
VALUES (@hash, @user_id, @began_by, @created_at, @created_at, @expires_at, @ends_at)
RETURNING *;

-- name: FindSession :one
-- A session that holds, with its user as it is now: a role that was changed counts from the next request on.
SELECT sqlc.embed(s), sqlc.embed(u)
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.hash = @hash AND s.revoked_at IS NULL AND @now::timestamptz < s.expires_at AND u.disabled_at IS NULL;

-- name: HoldsSession :one
-- Whether a session still holds, without counting as its use.
SELECT EXISTS (
    SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = @id AND s.revoked_at IS NULL AND @now::timestamptz < s.expires_at AND u.disabled_at IS NULL
);

-- name: NoteSeen :exec
-- Moves the end of a session, at most to where it ends in any case.
UPDATE sessions SET seen_at = @now::timestamptz, expires_at = least(@expires_at::timestamptz, ends_at)
WHERE id = @id AND seen_at < @now::timestamptz;

-- name: ListSessions :many
-- A user's sessions that hold, the last used first.
SELECT * FROM sessions WHERE user_id = @user_id AND revoked_at IS NULL AND @now::timestamptz < expires_at
ORDER BY seen_at DESC, id;

-- name: RevokeSession :execrows
UPDATE sessions SET revoked_at = @now::timestamptz
WHERE id = @id AND user_id = @user_id AND revoked_at IS NULL AND @now::timestamptz < expires_at;

-- name: RevokeSessions :exec
-- Ends all sessions of a user but one; with a zero id all.
UPDATE sessions SET revoked_at = @now::timestamptz WHERE user_id = @user_id AND id <> @keep AND revoked_at IS NULL;

-- name: PruneSessions :exec
-- A few of those that have ended for good, each by one transaction.
DELETE FROM sessions WHERE id IN (
    SELECT s.id FROM sessions s WHERE s.ends_at < @before::timestamptz LIMIT 100 FOR UPDATE SKIP LOCKED);

-- name: PruneLinks :exec
-- Likewise of links whose time is over, whether they were used or not.
DELETE FROM login_links WHERE hash IN (
    SELECT l.hash FROM login_links l WHERE l.expires_at < @before::timestamptz LIMIT 100 FOR UPDATE SKIP LOCKED);

-- name: MakeLink :exec
INSERT INTO login_links (hash, user_id, created_at, expires_at) VALUES (@hash, @user_id, @created_at, @expires_at);

-- name: UseLink :one
-- No row: there is no such link, it has been used, its time is over, or its user is disabled.
UPDATE login_links l SET used_at = @now::timestamptz
FROM users u
WHERE l.hash = @hash AND l.used_at IS NULL AND @now::timestamptz < l.expires_at AND u.id = l.user_id AND u.disabled_at IS NULL
RETURNING l.user_id;

-- name: DropLinks :exec
-- Ends the links of a user that have not been used.
DELETE FROM login_links WHERE user_id = @user_id AND used_at IS NULL;
