-- What a stretch of traffic has come to, for the demo and for a look by hand.

-- name: SummarizeConversations :many
-- Per conversation: its windows (unbroken chains of messages that were heard of in time), its reminders, what was sent, and what
-- was refused. What another system has sent and reported is not counted.
SELECT c.id, p.name,
    (SELECT count(*) FROM (
        SELECT e.occurred_at - lag(e.occurred_at) OVER (ORDER BY e.occurred_at) AS gap
        FROM events e
        WHERE e.conversation_id = ANY(conversation_parts(c.id)) AND e.opens_window AND e.received_at < e.occurred_at + interval '24 hours'
    ) chain WHERE gap IS NULL OR gap >= interval '24 hours') AS windows,
    (SELECT count(*) FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(c.id)) AND r.outcome <> 'missed') AS reminders,
    (SELECT count(*) FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(c.id)) AND r.outcome = 'late') AS late,
    (SELECT count(*) FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(c.id)) AND r.outcome = 'missed') AS missed,
    (SELECT count(*) FROM sends s WHERE s.conversation_id = ANY(conversation_parts(c.id)) AND s.state = 'accepted') AS sends,
    (SELECT count(*) FROM sends s WHERE s.conversation_id = ANY(conversation_parts(c.id)) AND s.state = 'accepted' AND s.origin = 'reengagement') AS reengagements,
    (SELECT count(*) FROM sends s WHERE s.conversation_id = ANY(conversation_parts(c.id)) AND s.state = 'refused') AS refusals
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

-- name: SummarizeSends :many
-- What was to be sent, by who wanted it and what came of it; quoted is the sum of the prices that were quoted before.
SELECT s.origin, s.state, coalesce(s.reason, '')::text AS reason, count(*) AS sends, coalesce(sum(s.quoted_micros), 0)::bigint AS quoted_micros
FROM sends s
GROUP BY s.origin, s.state, coalesce(s.reason, '')
ORDER BY s.origin, s.state, coalesce(s.reason, '');

-- name: SummarizeKeptReplies :many
SELECT k.state, count(*) AS replies FROM kept_replies k GROUP BY k.state ORDER BY k.state;

-- name: SummarizePlansNotMade :many
-- How many closed windows were followed by no plan, and why.
SELECT d.code, count(*) AS plans FROM decisions d
WHERE d.subject = 'reengagement' AND d.allowed IS NULL AND d.key LIKE '%/not\_planned'
GROUP BY d.code
ORDER BY d.code;

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

-- name: WatchSends :many
-- All of them, because a send that is known may have moved.
SELECT s.id, p.name, s.origin, s.type, coalesce(s.template_name, '')::text AS template_name, s.state, coalesce(s.reason, '')::text AS reason,
       s.quoted_micros, s.quoted_currency
FROM sends s
JOIN contacts p ON p.id = s.contact_id
ORDER BY s.recorded_at, s.id;

-- name: WatchKeptReplies :many
SELECT k.id, p.name, k.state
FROM kept_replies k
JOIN conversations c ON c.id = k.conversation_id
JOIN contacts p ON p.id = c.contact_id
ORDER BY k.kept_at, k.id;

-- name: WatchConsents :many
SELECT c.id, p.name, c.category, c.opted_in, c.source, c.occurred_at
FROM consent_changes c
JOIN contacts p ON p.id = c.contact_id
WHERE c.id > @after
ORDER BY c.id;

-- name: WatchDecisions :many
-- What was decided by itself about winning a contact back.
SELECT d.id, p.name, d.at, d.code, d.sentence
FROM decisions d
JOIN conversations c ON c.id = d.conversation_id
JOIN contacts p ON p.id = c.contact_id
WHERE d.id > @after AND d.subject = 'reengagement' AND d.allowed IS NULL
ORDER BY d.id;

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

-- name: SummarizeCampaign :one
-- What has become of a campaign's recipients.
SELECT c.state, count(r.id) AS recipients,
    count(*) FILTER (WHERE r.state = 'held') AS held,
    count(*) FILTER (WHERE r.state IN ('pending', 'asked', 'planned')) AS to_go,
    count(*) FILTER (WHERE r.state = 'refused') AS refused,
    count(*) FILTER (WHERE r.state = 'failed' OR r.state = 'accepted' AND r.delivery = 'failed') AS failed,
    count(*) FILTER (WHERE r.state IN ('unknown', 'not_sent')) AS other,
    count(*) FILTER (WHERE r.state = 'accepted' AND r.delivery IS DISTINCT FROM 'failed') AS accepted,
    count(*) FILTER (WHERE r.delivery IN ('delivered', 'read')) AS delivered,
    count(*) FILTER (WHERE r.delivery = 'read') AS read,
    count(r.answered_at) AS answered, count(r.opted_out_at) AS opted_out
FROM campaigns c LEFT JOIN campaign_recipients r ON r.campaign_id = c.id
WHERE c.id = @id
GROUP BY c.state;
