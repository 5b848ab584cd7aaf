-- How often signing in has failed of late, by name and by address (table sign_in_failures).

-- name: LockSignIn :exec
-- Lets one transaction at a time count what is about the same name or address, so that guesses at once are as few as guesses one
-- after the other. The seed keeps the locks apart from those of other purposes.
SELECT pg_advisory_xact_lock(l.key)
FROM (SELECT DISTINCT hashtextextended(encode(unnest(@subjects::bytea[]), 'hex'), 6) AS key ORDER BY key) l;

-- name: FindFailure :one
-- The time of the nth latest failure since then; no row: there are fewer.
SELECT at FROM sign_in_failures WHERE subject = @subject AND at > @since::timestamptz
ORDER BY at DESC, id DESC OFFSET @n::int LIMIT 1;

-- name: NoteFailure :one
INSERT INTO sign_in_failures (subject, at) VALUES (@subject, @at) RETURNING id;

-- name: ForgiveFailure :exec
DELETE FROM sign_in_failures WHERE id = ANY(@ids::bigint[]);

-- name: ForgiveFailures :exec
DELETE FROM sign_in_failures WHERE subject = @subject;

-- name: PruneFailures :exec
-- A few at a time, each by one transaction.
DELETE FROM sign_in_failures WHERE id IN (
    SELECT f.id FROM sign_in_failures f WHERE f.at < @before::timestamptz ORDER BY f.at LIMIT 100 FOR UPDATE SKIP LOCKED);
