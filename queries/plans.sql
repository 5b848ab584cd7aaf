-- name: SavePlan :exec
-- How a contact is being won back, for those who list what is planned.
INSERT INTO reengagement_plans (conversation_id, window_end, next_attempt, attempts, due_at, template_name, plan)
VALUES (@conversation_id, @window_end, @next_attempt, @attempts, @due_at, @template_name, @plan)
ON CONFLICT (conversation_id) DO UPDATE
SET window_end = excluded.window_end, next_attempt = excluded.next_attempt, attempts = excluded.attempts, due_at = excluded.due_at,
    template_name = excluded.template_name, plan = excluded.plan;

-- name: DropPlan :exec
DELETE FROM reengagement_plans WHERE conversation_id = @conversation_id;

-- name: FindPlan :one
SELECT plan FROM reengagement_plans WHERE conversation_id = @conversation_id;

-- name: DropPlansOf :exec
-- What has become part of another conversation wins nobody back (W10).
DELETE FROM reengagement_plans WHERE conversation_id = ANY(@conversation_ids::uuid[]);
