-- name: ListDecisions :many
-- Every decision about a conversation and what has become part of it (W10), in order: those that are recorded, and those
-- that follow from the facts, of which the caller makes sentences. No texts and no names. Each kind is cut to what lies
-- between @since and @until by itself, of which one is the cursor's time, so that a page reads little more than itself; only an
-- inbound message is judged by all before it. @sources are the kinds to list. Without @sends, decisions to send are left out,
-- which the sends themselves tell. What is about a send says which.
WITH item AS (
    SELECT d.at, 'decision'::text AS source, lpad(d.id::text, 20, '0') AS id, d.subject, d.allowed, d.rule, d.code, d.sentence, d.facts, d.send_id
    FROM decisions d
    WHERE d.conversation_id = ANY(conversation_parts(@conversation_id)) AND d.at BETWEEN @since::timestamptz AND @until::timestamptz
      AND (@sends::boolean OR d.subject <> 'send')
    UNION ALL
    SELECT m.received_at, 'window', m.id::text, 'window', NULL, '', '', '',
           jsonb_build_object('occurred_at', m.occurred_at, 'type', m.type, 'counts', m.opens_window, 'clamped', m.clock_clamped,
                              'before', m.before), NULL
    FROM (
        SELECT e.received_at, e.id, e.occurred_at, e.type, e.opens_window, e.clock_clamped,
               max(e.occurred_at) FILTER (WHERE e.opens_window) OVER (
                   ORDER BY e.received_at, e.occurred_at, e.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM events e WHERE e.conversation_id = ANY(conversation_parts(@conversation_id)) AND e.kind = 'inbound'
    ) m
    WHERE m.received_at BETWEEN @since AND @until
    UNION ALL
    SELECT e.received_at, 'dispute', e.id::text, 'window', NULL, '', '', '',
           jsonb_build_object('disputed_at', e.occurred_at, 'error_code', e.error_code), NULL
    FROM events e
    WHERE e.conversation_id = ANY(conversation_parts(@conversation_id)) AND e.kind = 'notice' AND e.type = 'window_disputed' AND e.received_at BETWEEN @since AND @until
    UNION ALL
    SELECT r.fired_at, 'reminder', r.id::text, 'reminder', NULL, '', r.outcome, '',
           jsonb_build_object('deadline', r.deadline, 'due_at', r.due_at, 'leads_seconds', r.leads_seconds), NULL
    FROM reminders r WHERE r.conversation_id = ANY(conversation_parts(@conversation_id)) AND r.fired_at BETWEEN @since AND @until
    UNION ALL
    SELECT h.occurred_at, 'consent', lpad(h.id::text, 20, '0'), 'consent', NULL, '', '', '',
           jsonb_build_object('category', h.category, 'opted_in', h.opted_in, 'source', h.source), NULL
    FROM consent_changes h WHERE h.contact_id = @contact_id AND h.occurred_at BETWEEN @since AND @until
    UNION ALL
    SELECT s.since, 'suppression', s.id::text, 'suppression', NULL, '', 'suppressed', '',
           jsonb_build_object('reason', s.reason, 'scope', s.scope), NULL
    FROM suppressions s WHERE s.contact_id = @contact_id AND s.since BETWEEN @since AND @until
    UNION ALL
    SELECT s.lifted_at, 'suppression', s.id::text || '/lifted', 'suppression', NULL, '', 'suppression_lifted', '',
           jsonb_build_object('reason', s.reason, 'scope', s.scope), NULL
    FROM suppressions s WHERE s.contact_id = @contact_id AND s.lifted_at BETWEEN @since AND @until
    UNION ALL
    SELECT k.kept_at, 'kept_reply', k.id::text, 'kept_reply', NULL, '', 'kept', '',
           jsonb_build_object('kept_reply_id', k.id, 'keep_until', k.keep_until), k.template_send
    FROM kept_replies k WHERE k.conversation_id = ANY(conversation_parts(@conversation_id)) AND k.kept_at BETWEEN @since AND @until
    UNION ALL
    SELECT k.changed_at, 'kept_reply', k.id::text || '/' || k.state, 'kept_reply', NULL, '', k.state, '',
           jsonb_build_object('kept_reply_id', k.id), k.send_id
    FROM kept_replies k
    -- What else may become of one is a decision that was recorded.
    WHERE k.conversation_id = ANY(conversation_parts(@conversation_id)) AND k.state IN ('sent', 'superseded') AND k.changed_at BETWEEN @since AND @until
    UNION ALL
    -- What the gate allowed may still not arrive: without this a send that failed would read as allowed.
    SELECT a.ended_at, 'attempt', a.send_id::text || '/' || lpad(a.attempt::text, 10, '0'), 'attempt', NULL, '', a.outcome, '',
           jsonb_build_object('attempt', a.attempt, 'origin', s.origin, 'type', s.type, 'template', s.template_name,
                              'error_code', a.error_code, 'class', a.class), a.send_id
    FROM sends s JOIN send_attempts a ON a.send_id = s.id
    WHERE s.conversation_id = ANY(conversation_parts(@conversation_id)) AND a.ended_at BETWEEN @since AND @until
    UNION ALL
    SELECT e.received_at, 'delivery', e.id::text, 'delivery', NULL, '', e.type, '', jsonb_build_object('error_code', e.error_code), s.id
    FROM sends s JOIN events e ON e.message_id = s.message_id
    WHERE s.conversation_id = ANY(conversation_parts(@conversation_id)) AND e.kind = 'status' AND e.type = 'failed' AND e.received_at BETWEEN @since AND @until
)
SELECT at::timestamptz AS at, source::text AS source, id::text AS id, subject::text AS subject, allowed, rule::text AS rule,
       code::text AS code, sentence::text AS sentence, facts::jsonb AS facts, send_id,
       (SELECT jsonb_build_object('type', s.type, 'template', s.template_name, 'origin', s.origin, 'planned_at', s.planned_at)
        FROM sends s WHERE s.id = item.send_id) AS send
FROM item
WHERE source = ANY(@sources::text[])
  AND CASE WHEN @newest_first::boolean THEN (at, source, id) < (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text)
           ELSE (at, source, id) > (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text) END
ORDER BY CASE WHEN @newest_first::boolean THEN at END DESC, CASE WHEN @newest_first::boolean THEN source END DESC, CASE WHEN @newest_first::boolean THEN id END DESC,
         at, source, id
LIMIT @max_rows;
