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
