-- What a stretch of traffic has come to, for the demo and for a look by hand.

-- name: SummarizeConversations :many
-- Per conversation: its windows (unbroken chains of messages that were heard of in time), reminders and charges.
SELECT c.id, p.name,
    (SELECT count(*) FROM (
        SELECT e.occurred_at - lag(e.occurred_at) OVER (ORDER BY e.occurred_at) AS gap
        FROM events e
        WHERE e.conversation_id = ANY(conversation_parts(c.id)) AND e.opens_window AND e.received_at < e.occurred_at + interval '24 hours'
    ) chain WHERE gap IS NULL OR gap >= interval '24 hours') AS windows,
    (SELECT count(*) FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(c.id)) AND r.outcome <> 'missed') AS reminders,
    (SELECT count(*) FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(c.id)) AND r.outcome = 'late') AS late,
    (SELECT count(*) FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(c.id)) AND r.outcome = 'missed') AS missed
FROM conversations c
JOIN contacts p ON p.id = c.contact_id
WHERE c.merged_into IS NULL
ORDER BY p.name;

-- name: SummarizeCharges :many
-- What is owed per conversation, with its parts, scheme and kind: reversed charges and their reversals cancel out.
SELECT coalesce(v.merged_into, v.id)::uuid AS conversation_id, c.scheme, c.kind, c.currency,
    (count(*) FILTER (WHERE c.reverses IS NULL) - count(*) FILTER (WHERE c.reverses IS NOT NULL))::bigint AS charges,
    sum(c.amount_micros)::bigint AS amount_micros
FROM charges c
JOIN conversations v ON v.id = c.conversation_id
GROUP BY coalesce(v.merged_into, v.id), c.scheme, c.kind, c.currency
ORDER BY 1, c.scheme, c.kind, c.currency;

-- name: WatchReminders :many
SELECT p.name, r.outcome, r.fired_at, r.recorded_at
FROM reminders r
JOIN conversations c ON c.id = r.conversation_id
JOIN contacts p ON p.id = c.contact_id
WHERE r.recorded_at > @since
ORDER BY r.recorded_at;

-- name: WatchCharges :many
SELECT c.id, p.name, c.kind, c.rule, c.amount_micros, c.currency
FROM charges c
JOIN conversations v ON v.id = c.conversation_id
JOIN contacts p ON p.id = v.contact_id
WHERE c.id > @after
ORDER BY c.id;

-- name: ListConversationFacts :many
SELECT sqlc.embed(c), p.name FROM conversations c JOIN contacts p ON p.id = c.contact_id
WHERE c.merged_into IS NULL
ORDER BY p.name;

-- name: ListOpenPhones :many
-- Whose window is open and whose phone is known, and when they wrote last.
SELECT p.phone::text AS phone, c.last_inbound_at::timestamptz AS last_inbound_at
FROM conversations c
JOIN contacts p ON p.id = c.contact_id
WHERE c.expires_at > @now::timestamptz AND p.phone IS NOT NULL AND c.merged_into IS NULL;

-- name: CountUnfinished :one
-- What is stored and not yet signalled, not yet billed, not yet posted.
SELECT (SELECT count(*) FROM events WHERE needs_signal AND signalled_at IS NULL) AS unsignalled,
       (SELECT count(*) FROM dirty_conversations) AS dirty,
       (SELECT count(*) FROM notifications WHERE delivered_at IS NULL AND given_up_at IS NULL) AS unposted;
