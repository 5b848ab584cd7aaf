-- name: GetEventKey :one
SELECT event_key FROM installation;

-- name: LockClock :one
SELECT clock_anchor, clock_wall, clock_scale, clock_seen FROM installation FOR UPDATE;

-- name: SetClock :exec
UPDATE installation SET clock_anchor = @anchor, clock_wall = @wall, clock_scale = @scale, clock_seen = @wall;

-- name: TouchClock :exec
UPDATE installation SET clock_seen = @seen;

-- name: HasConversations :one
SELECT EXISTS (SELECT FROM conversations);
