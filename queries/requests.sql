-- The first answers to requests, so that a repetition gets the same one.

-- name: FindAnswer :one
-- The first answer to a request, and what was asked, also if it was asked of what has become part of the conversation since (W10).
SELECT fingerprint, answer FROM requests
WHERE conversation_id = ANY(conversation_parts(@conversation_id)) AND request_id = @request_id
ORDER BY created_at LIMIT 1;

-- name: RecordAnswer :exec
INSERT INTO requests (conversation_id, request_id, kind, fingerprint, answer)
VALUES (@conversation_id, @request_id, @kind, @fingerprint, @answer);
