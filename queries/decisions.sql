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

-- name: FindAnswer :one
-- The first answer to a request, and what was asked, also if it was asked of what has become part of the conversation since (W10).
SELECT fingerprint, answer FROM requests
WHERE conversation_id = ANY(conversation_parts(@conversation_id)) AND request_id = @request_id
ORDER BY created_at LIMIT 1;

-- name: RecordAnswer :exec
INSERT INTO requests (conversation_id, request_id, kind, fingerprint, answer)
VALUES (@conversation_id, @request_id, @kind, @fingerprint, @answer);

-- name: SavePlan :exec
-- How a contact is being won back, for those who list what is planned.
INSERT INTO reengagement_plans (conversation_id, window_end, next_attempt, attempts, due_at, template_name, plan)
VALUES (@conversation_id, @window_end, @next_attempt, @attempts, @due_at, @template_name, @plan)
ON CONFLICT (conversation_id) DO UPDATE
SET window_end = excluded.window_end, next_attempt = excluded.next_attempt, attempts = excluded.attempts, due_at = excluded.due_at,
    template_name = excluded.template_name, plan = excluded.plan;

-- name: DropPlan :exec
DELETE FROM reengagement_plans WHERE conversation_id = @conversation_id;
