-- The first answers to requests, so that a repetition gets the same one.

-- name: FindAnswer :one
-- The first answer to a request, and what was asked.
SELECT fingerprint, answer FROM requests WHERE conversation_id = @conversation_id AND request_id = @request_id;

-- name: RecordAnswer :exec
INSERT INTO requests (conversation_id, request_id, kind, fingerprint, answer)
VALUES (@conversation_id, @request_id, @kind, @fingerprint, @answer);
