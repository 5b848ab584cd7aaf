-- name: InsertNotification :execrows
-- A notification is posted once however often it is enqueued.
INSERT INTO notifications (id, type, payload) VALUES (@notification_id, @type, @payload) ON CONFLICT (id) DO NOTHING;

-- name: WakeNotifiers :exec
SELECT pg_notify('reengage_notify', '');

-- name: ClaimNotifications :many
-- Takes up to @max_notifications that are due. Nobody else takes them for @hold_seconds, so one that its notifier was
-- killed over comes back by itself. The outbox's times are on the database's own clock, so that notifiers on machines whose clocks differ agree on whose
-- turn it is.
WITH due AS MATERIALIZED (
    SELECT id FROM notifications
    WHERE delivered_at IS NULL AND given_up_at IS NULL AND next_attempt_at <= statement_timestamp()
    ORDER BY next_attempt_at
    LIMIT @max_notifications
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications n
SET next_attempt_at = statement_timestamp() + make_interval(secs => @hold_seconds::float8), attempts = n.attempts + 1
FROM due
WHERE n.id = due.id
RETURNING n.id, n.type, n.payload, n.created_at, n.attempts,
          extract(epoch FROM statement_timestamp() - n.created_at)::float8 AS age_seconds;

-- name: MarkNotificationDelivered :exec
UPDATE notifications SET delivered_at = clock_timestamp(), last_error = NULL
WHERE id = @notification_id AND delivered_at IS NULL AND given_up_at IS NULL;

-- name: PostponeNotification :exec
-- Only the latest attempt decides when the next one is.
UPDATE notifications
SET next_attempt_at = clock_timestamp() + make_interval(secs => @delay_seconds::float8), last_error = @last_error::text
WHERE id = @notification_id AND attempts = @attempts AND delivered_at IS NULL AND given_up_at IS NULL;

-- name: GiveUpNotification :exec
UPDATE notifications SET given_up_at = clock_timestamp(), last_error = @last_error::text
WHERE id = @notification_id AND attempts = @attempts AND delivered_at IS NULL AND given_up_at IS NULL;
