-- What became of windows that have closed (W7), and of the attempts to win their contacts back. A period is a half-open one for
-- each number, as in reports.sql.

-- name: SumWindows :many
-- The windows that closed in the period and by @now, by the day of the number's account on which they did. A window is an unbroken
-- chain of messages that were heard of in time (W1, W4); it closes 24 h after the last of them, for all parts of a merged conversation.
WITH period AS (
    SELECT unnest(@number_ids::uuid[]) AS business_number_id, unnest(@account_time_zones::text[]) AS account_time_zone,
           unnest(@since::timestamptz[]) AS since, unnest(@until::timestamptz[]) AS until
), heard AS (
    -- What matters to windows that close in the period: nothing before @day_before, 24 h before it, and nothing after it.
    SELECT coalesce(c.merged_into, c.id) AS conversation_id, c.business_number_id, e.occurred_at
    FROM events e
    JOIN conversations c ON c.id = e.conversation_id
    WHERE e.opens_window AND heard_in_time(e)
      AND e.occurred_at >= @day_before::timestamptz AND e.occurred_at < @latest::timestamptz
      AND c.business_number_id = ANY (@number_ids::uuid[])
), chained AS (
    SELECT h.conversation_id, h.business_number_id, h.occurred_at,
           lag(h.occurred_at) OVER messages AS before_at, lead(h.occurred_at) OVER messages AS next_at
    FROM heard h
    WINDOW messages AS (PARTITION BY h.conversation_id ORDER BY h.occurred_at)
), followed AS (
    -- Since when the chain goes on, as far as it was looked at.
    SELECT c.conversation_id, c.business_number_id, c.occurred_at, c.next_at,
           (max(CASE WHEN c.before_at IS NULL OR c.occurred_at - c.before_at >= interval '24 hours' THEN c.occurred_at END)
                OVER (PARTITION BY c.conversation_id ORDER BY c.occurred_at))::timestamptz AS chain_from
    FROM chained c
), merged AS (
    SELECT c.merged_into AS conversation_id, array_agg(c.id) AS ids FROM conversations c WHERE c.merged_into IS NOT NULL GROUP BY 1
), closed AS (
    SELECT f.business_number_id, f.occurred_at AS last, f.occurred_at + interval '24 hours' AS deadline, f.chain_from,
           array_prepend(f.conversation_id, m.ids) AS parts,
           to_char((f.occurred_at + interval '24 hours') AT TIME ZONE p.account_time_zone, 'YYYY-MM-DD') AS day
    FROM followed f
    JOIN period p ON p.business_number_id = f.business_number_id
    LEFT JOIN merged m ON m.conversation_id = f.conversation_id
    WHERE (f.next_at IS NULL OR f.next_at >= f.occurred_at + interval '24 hours')
      AND f.occurred_at + interval '24 hours' >= p.since AND f.occurred_at + interval '24 hours' < p.until
      AND f.occurred_at + interval '24 hours' <= @now::timestamptz
), judged AS MATERIALIZED ( -- or it would be asked again for everything that follows from it
    SELECT k.business_number_id, k.deadline, k.parts, k.day,
           -- What lies before the messages that were looked at may belong to the window.
           CASE WHEN k.chain_from < @earliest::timestamptz THEN window_opened_at(k.parts, k.chain_from) ELSE k.chain_from END AS opened_at,
           EXISTS (SELECT FROM events e
                   WHERE e.conversation_id = ANY (k.parts) AND e.kind = 'outbound' AND e.occurred_at >= k.last AND e.occurred_at < k.deadline
                     AND NOT (e.inferred AND superseded(e))
                     AND NOT EXISTS (SELECT FROM outbound_messages o WHERE o.message_id = coalesce(e.message_id, e.id) AND o.delivery_status = 'failed')) AS answered
    FROM closed k
), told AS MATERIALIZED (
    SELECT j.business_number_id, j.day, j.answered,
           -- A reminder of one of its deadlines came before any answer, and then there was one, or the contact wrote again.
           j.answered AND EXISTS (
               SELECT FROM reminders r
               CROSS JOIN LATERAL (
                   SELECT min(e.occurred_at) AS at FROM events e
                   WHERE e.conversation_id = ANY (j.parts) AND e.kind = 'outbound'
                     AND e.occurred_at >= r.deadline - interval '24 hours' AND e.occurred_at < r.deadline
                     AND NOT (e.inferred AND superseded(e))
                     AND NOT EXISTS (SELECT FROM outbound_messages o WHERE o.message_id = coalesce(e.message_id, e.id) AND o.delivery_status = 'failed')
               ) first_answer
               WHERE r.conversation_id = ANY (j.parts) AND r.outcome <> 'missed'
                 AND r.deadline >= j.opened_at + interval '24 hours' AND r.deadline <= j.deadline
                 AND (first_answer.at >= r.fired_at
                      OR first_answer.at IS NULL AND EXISTS (
                          SELECT FROM events e
                          WHERE e.conversation_id = ANY (j.parts) AND e.opens_window AND heard_in_time(e)
                            AND e.occurred_at >= r.fired_at AND e.occurred_at > r.deadline - interval '24 hours'
                            AND e.occurred_at < r.deadline))) AS saved,
           NOT j.answered AND EXISTS (SELECT FROM reminders r WHERE r.conversation_id = ANY (j.parts) AND r.deadline = j.deadline
                                        AND r.outcome <> 'missed') AS reminded,
           NOT j.answered AND EXISTS (SELECT FROM reminders r WHERE r.conversation_id = ANY (j.parts) AND r.deadline = j.deadline
                                        AND r.outcome = 'missed') AS missed
    FROM judged j
)
SELECT business_number_id, day::text AS day, count(*) AS closed,
       count(*) FILTER (WHERE answered AND NOT saved) AS answered,
       count(*) FILTER (WHERE saved) AS saved,
       count(*) FILTER (WHERE NOT answered) AS lost,
       count(*) FILTER (WHERE reminded) AS lost_reminded,
       count(*) FILTER (WHERE missed AND NOT reminded) AS lost_missed
FROM told
GROUP BY 1, 2;

-- name: SumAttempts :many
-- The attempts that were planned in the period, by the account's day of that, and what came of them.
WITH period AS (
    SELECT unnest(@number_ids::uuid[]) AS business_number_id, unnest(@account_time_zones::text[]) AS account_time_zone,
           unnest(@since::timestamptz[]) AS since, unnest(@until::timestamptz[]) AS until
)
SELECT a.business_number_id, to_char(a.planned_at AT TIME ZONE p.account_time_zone, 'YYYY-MM-DD')::text AS day,
       a.by_whom::text AS by_whom, a.came_to::text AS came_to, a.code::text AS code, count(*) AS attempts,
       count(answer.at) AS answered, count(*) FILTER (WHERE answer.opens) AS reengaged
FROM period p
JOIN reengagement_attempts a ON a.business_number_id = p.business_number_id AND a.planned_at >= p.since AND a.planned_at < p.until
LEFT JOIN LATERAL (
    SELECT min(e.occurred_at) AS at, bool_or(heard_in_time(e)) AS opens
    FROM events e
    WHERE a.came_to = 'sent' AND e.conversation_id = ANY (a.parts) AND e.opens_window AND e.occurred_at > a.accepted_at
      AND e.occurred_at <= coalesce((
          SELECT min(s.accepted_at) FROM sends s LEFT JOIN outbound_messages o ON o.message_id = s.message_id
          WHERE s.conversation_id = ANY (a.parts) AND s.type = 'template' AND s.state = 'accepted'
            AND o.delivery_status IS DISTINCT FROM 'failed' AND (s.accepted_at, s.id) > (a.accepted_at, a.id)), 'infinity')
) answer ON true
GROUP BY 1, 2, 3, 4, 5;

-- name: SumAttemptCharges :many
-- What is posted for the messages of those attempts, whenever it was, reversals subtracted; currencies apart.
WITH period AS (
    SELECT unnest(@number_ids::uuid[]) AS business_number_id, unnest(@account_time_zones::text[]) AS account_time_zone,
           unnest(@since::timestamptz[]) AS since, unnest(@until::timestamptz[]) AS until
)
SELECT a.business_number_id, to_char(a.planned_at AT TIME ZONE p.account_time_zone, 'YYYY-MM-DD')::text AS day,
       a.by_whom::text AS by_whom, h.currency::text AS currency, sum(h.amount_micros)::bigint AS amount_micros
FROM period p
JOIN reengagement_attempts a ON a.business_number_id = p.business_number_id AND a.planned_at >= p.since AND a.planned_at < p.until
CROSS JOIN LATERAL (
    SELECT c.currency, sum(c.amount_micros) AS amount_micros FROM charges c
    WHERE c.conversation_id = ANY (a.parts) AND c.event_id = a.message_id GROUP BY c.currency
) h
GROUP BY 1, 2, 3, 4;
