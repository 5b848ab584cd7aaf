-- name: RecordDecision :exec
-- Why something was done or not; the same decision taken again is the same row.
INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, facts, send_id)
VALUES (@conversation_id, @key, @at, @subject, sqlc.narg(allowed), @rule, @code, @sentence, @facts, sqlc.narg(send_id))
ON CONFLICT (conversation_id, key) DO NOTHING;

-- name: FindDecision :one
-- The latest about a send.
SELECT * FROM decisions
WHERE conversation_id = @conversation_id AND send_id = @send_id::uuid AND subject = 'send'
ORDER BY at DESC, id DESC LIMIT 1;

-- name: ListLeftAlone :many
-- Which windows of these conversations somebody has closed by hand since a moment, the latest of each: no reminder comes before
-- their end.
SELECT DISTINCT ON (conversation_id) conversation_id, (facts->>'expires_at')::timestamptz AS expires_at
FROM decisions
WHERE conversation_id = ANY(@conversation_ids::uuid[]) AND at > @since::timestamptz AND subject = 'close' AND facts ? 'expires_at'
ORDER BY conversation_id, at DESC, id DESC;
