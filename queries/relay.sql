-- name: ClaimConversations :many
-- Takes up to @max_conversations that nobody holds, longest waiting first, for @lease_seconds. The inner query is
-- materialized: planned as a loop, LIMIT and SKIP LOCKED would be evaluated again per row and claim too many.
-- Leases are measured on the database's own clock, so that relays on machines whose clocks differ agree on when a lease
-- has run out. statement_timestamp(), because an index cannot serve a comparison with the volatile clock_timestamp().
WITH turn AS MATERIALIZED (
    SELECT conversation_id FROM relay_lease
    WHERE until < statement_timestamp()
    ORDER BY until, pending_since
    LIMIT @max_conversations
    FOR UPDATE SKIP LOCKED
)
UPDATE relay_lease l
SET until = statement_timestamp() + make_interval(secs => @lease_seconds::float8), holder = @holder::uuid
FROM turn
WHERE l.conversation_id = turn.conversation_id
RETURNING l.conversation_id, l.until, l.attempts;

-- name: ListPendingEvents :many
-- The next events of a conversation that its workflow has not been told of; failures after the messages that they concern,
-- whatever their clocks say.
SELECT id, kind, type, occurred_at, received_at, message_id, error_code, send_id, coalesce(keyword, '')::text AS keyword,
       coalesce(category, '')::text AS category, coalesce(content ->> 'consent_source', '')::text AS consent_source
FROM events
WHERE conversation_id = @conversation_id::uuid AND needs_signal AND signalled_at IS NULL
ORDER BY kind = 'status', occurred_at, id
LIMIT @max_events;

-- name: LockLease :one
-- Locks the conversation's row until the transaction ends; mine: it is still the claim that ended at @until. Whoever
-- stores an event locks the same row, so what is pending cannot change between the next two statements unseen.
SELECT (holder IS NOT DISTINCT FROM @holder::uuid AND until = @until)::boolean AS mine
FROM relay_lease WHERE conversation_id = @conversation_id FOR UPDATE;

-- name: MarkSignalled :exec
UPDATE events SET signalled_at = @signalled_at::timestamptz WHERE id = ANY(@ids::uuid[]) AND signalled_at IS NULL;

-- name: DeleteIdleLease :execrows
-- Ends a conversation's turn if nothing is pending any more.
DELETE FROM relay_lease l
WHERE l.conversation_id = @conversation_id
  AND NOT EXISTS (SELECT FROM events e
                  WHERE e.conversation_id = l.conversation_id AND e.needs_signal AND e.signalled_at IS NULL);

-- name: FreeLease :exec
-- Lets anyone take the conversation at once, in the order in which its oldest pending event waits.
UPDATE relay_lease l
SET until = '-infinity', holder = NULL, attempts = 0,
    pending_since = coalesce((SELECT min(e.recorded_at) FROM events e
                              WHERE e.conversation_id = l.conversation_id AND e.needs_signal AND e.signalled_at IS NULL),
                             l.pending_since)
WHERE l.conversation_id = @conversation_id;

-- name: PostponeLease :exec
-- Lets nobody take the conversation for @delay_seconds, and then after those that have not been tried yet: whatever is
-- wrong with this one must not keep the others waiting.
UPDATE relay_lease l
SET until = statement_timestamp() + make_interval(secs => @delay_seconds::float8), holder = NULL,
    attempts = l.attempts + @tried::int,
    pending_since = coalesce((SELECT min(e.recorded_at) FROM events e
                              WHERE e.conversation_id = l.conversation_id AND e.needs_signal AND e.signalled_at IS NULL),
                             l.pending_since)
WHERE l.conversation_id = @conversation_id;

-- name: GetBacklog :one
-- How many conversations have events to be signalled, and for how many seconds the longest has waited.
SELECT count(*) AS conversations,
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(pending_since)), 0))::float8 AS age_seconds
FROM relay_lease;
