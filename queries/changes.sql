-- What has changed (table changes), as gateway/live reads it: by snapshots of transactions, never by numbers.

-- name: LookAtChanges :one
-- What can be seen now, and of which changes that is no longer all. server: this one; noted_server: whose transactions the changes
-- are of.
SELECT pg_current_snapshot()::text AS seen, c.system_identifier::bigint AS server, h.server AS noted_server, h.pruned
FROM changes_horizon h, pg_control_system() c;

-- name: ListChanges :many
-- What the snapshot seen sees and an earlier one did not: transactions from its xmax on, and those that were running then. First
-- transactions first, whole ones, so that the last one of a page has no more.
SELECT c.xid, c.seq, c.kind, c.conversation_id, c.subject_id, c.recorded_at, c.template
FROM changes c
WHERE (c.xid >= @xmax OR c.xid = ANY(@running::xid8[]))
  AND pg_visible_in_snapshot(c.xid, @seen::pg_snapshot)
ORDER BY c.xid
FETCH FIRST (@most::int) ROWS WITH TIES;

-- name: ListDueConversations :many
-- What the clock alone has changed since: windows that have become expiring (W6), those that have closed (W5), and claims that have
-- run out; of each the first ones, whole instants. A window becomes expiring when it ends a lead later.
SELECT due.id, due.at::timestamptz AS at
FROM (
    (SELECT c.id, c.expires_at AS at FROM conversations c
     WHERE c.expires_at > @since::timestamptz AND c.expires_at <= @now::timestamptz
     ORDER BY c.expires_at FETCH FIRST (@most::int) ROWS WITH TIES)
    UNION ALL
    (SELECT c.id, c.expires_at - make_interval(secs => @lead_seconds) FROM conversations c
     WHERE c.expires_at > @since_ending::timestamptz AND c.expires_at <= @now_ending::timestamptz
     ORDER BY c.expires_at FETCH FIRST (@most) ROWS WITH TIES)
    UNION ALL
    (SELECT c.id, c.resume_claimed_until FROM conversations c
     WHERE c.resume_claimed_until > @since::timestamptz AND c.resume_claimed_until <= @now::timestamptz
     ORDER BY c.resume_claimed_until FETCH FIRST (@most) ROWS WITH TIES)
) due
ORDER BY due.at, due.id;

-- name: ListWatched :many
-- Conversations by the ids that changes name: of one that has been merged, the one that it is part of (W10).
SELECT named.id AS named, sqlc.embed(c), n.phone_number_id
FROM conversations named
JOIN conversations c ON c.id = coalesce(named.merged_into, named.id)
JOIN business_numbers n ON n.id = c.business_number_id
WHERE named.id = ANY(@ids::uuid[]);

-- name: ListWatchedReminders :many
SELECT id, deadline, lead_seconds, outcome FROM reminders WHERE id = ANY(@ids::uuid[]);

-- name: ListWatchedSends :many
SELECT id, state, coalesce(reason, '')::text AS reason FROM sends WHERE id = ANY(@ids::uuid[]);

-- name: ListWatchedKeptReplies :many
SELECT id, state FROM kept_replies WHERE id = ANY(@ids::uuid[]);

-- name: ListWatchedCampaigns :many
SELECT g.id, g.state, coalesce(g.reason, '')::text AS reason, n.phone_number_id
FROM campaigns g JOIN business_numbers n ON n.id = g.business_number_id
WHERE g.id = ANY(@ids::uuid[]);

-- name: PruneChanges :one
-- Takes away the oldest changes, at most so many, if they were recorded before then; returns how many. None of a transaction that
-- is not older than all that are running, else whoever comes back meanwhile would be told that too much is gone.
WITH oldest AS (
    SELECT c.xid, c.recorded_at FROM changes c
    WHERE c.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY c.xid, c.seq LIMIT @most
), bound AS (
    SELECT max(o.xid) AS xid FROM oldest o
    WHERE o.xid < ALL (SELECT young.xid FROM oldest young WHERE young.recorded_at >= @before::timestamptz)
), moved AS (
    UPDATE changes_horizon h SET pruned = bound.xid FROM bound WHERE bound.xid IS NOT NULL AND bound.xid > h.pruned
), gone AS (
    DELETE FROM changes c USING bound WHERE c.xid <= bound.xid
    RETURNING c.seq
)
SELECT count(*) FROM gone;

-- name: LockChanges :one
SELECT server FROM changes_horizon FOR UPDATE;

-- name: BeginChanges :exec
-- Forgets what another server's transactions have changed.
WITH gone AS (DELETE FROM changes)
UPDATE changes_horizon SET server = @server, pruned = '0';
