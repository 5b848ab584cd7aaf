-- name: RecordDecision :exec
-- Why something was done or not; the same decision taken again is the same row.
INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, facts, send_id)
VALUES (@conversation_id, @key, @at, @subject, sqlc.narg(allowed), @rule, @code, @sentence, @facts, sqlc.narg(send_id))
ON CONFLICT (conversation_id, key) DO NOTHING;

-- name: FindDecision :one
-- The latest of those about a send that have this code.
SELECT * FROM decisions
WHERE conversation_id = @conversation_id AND send_id = @send_id::uuid AND subject = 'send'
ORDER BY at DESC, id DESC LIMIT 1;

-- name: FindAnswer :one
-- The first answer to a request, and what was asked.
SELECT fingerprint, answer FROM requests WHERE conversation_id = @conversation_id AND request_id = @request_id;

-- name: RecordAnswer :exec
INSERT INTO requests (conversation_id, request_id, kind, fingerprint, answer)
VALUES (@conversation_id, @request_id, @kind, @fingerprint, @answer);
