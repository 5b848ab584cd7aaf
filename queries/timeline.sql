-- name: ListTimeline :many
-- The messages, reminders and charges of a conversation and of what has become part of it (W10), in order of (at, source, id) from
-- a cursor on, either way. Each item is JSON in the shape that the API's Go types have, with what they make sentences of; texts are
-- in it. Each kind is cut to a page by itself (@since and @until enclose it, one of them is the cursor's time), so that a page of a
-- long conversation reads little more than itself. @newest_first::boolean is known when the query is planned, so the order that is
-- not asked for costs nothing.
WITH part AS (
    SELECT unnest(conversation_parts(@conversation_id)) AS id
), item AS (
    -- What the contact wrote, and what was sent by other means. A send is no item here, unless the provider took it twice: then the
    -- second copy is.
    SELECT e.occurred_at AS at, 'message' AS source, e.id::text AS id, jsonb_build_object(
               'direction', e.kind, 'type', coalesce(e.content ->> 'sent_as', e.type), 'text', coalesce(e.content ->> 'text', ''),
               'received_at', e.received_at, 'opens_window', e.opens_window, 'clock_clamped', e.clock_clamped, 'entry_point', e.entry_point,
               'inferred', e.inferred, 'send_id', copy.id, 'origin', coalesce(copy.origin, 'elsewhere'), 'possible_duplicate', copy.id IS NOT NULL,
               'category', e.category, 'template', copy.template, 'components', t.components,
               'delivery_status', o.delivery_status, 'times', d.times, 'failed_with', d.failed_with) AS item
    FROM part CROSS JOIN LATERAL (
        SELECT e.* FROM events e
        WHERE e.conversation_id = part.id AND e.occurred_at BETWEEN @since::timestamptz AND @until::timestamptz
          AND CASE WHEN @newest_first::boolean
                   THEN (e.occurred_at, 'message', e.id::text) < (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text)
                   ELSE (e.occurred_at, 'message', e.id::text) > (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text) END
          AND (e.kind = 'inbound'
               OR e.kind = 'outbound' AND NOT EXISTS (SELECT FROM sends s WHERE s.message_id = e.id) AND NOT superseded(e))
        ORDER BY CASE WHEN @newest_first::boolean THEN e.occurred_at END DESC, CASE WHEN @newest_first::boolean THEN e.id::text END DESC, e.occurred_at, e.id::text
        LIMIT @max_rows
    ) e
    LEFT JOIN LATERAL (
        SELECT s.id, s.origin, s.template, n.waba_id
        FROM events r JOIN sends s ON s.id = r.send_id JOIN business_numbers n ON n.id = s.business_number_id
        WHERE e.kind = 'outbound' AND e.source = 'send' AND r.message_id = e.id LIMIT 1
    ) copy ON true
    LEFT JOIN templates t ON t.waba_id = copy.waba_id AND t.name = copy.template ->> 'name' AND t.language = copy.template ->> 'language'
    LEFT JOIN outbound_messages o ON e.kind = 'outbound' AND o.message_id = coalesce(e.message_id, e.id)
    LEFT JOIN LATERAL (
        SELECT jsonb_build_object('sent_at', min(r.occurred_at) FILTER (WHERE r.type = 'sent'),
                                  'delivered_at', min(r.occurred_at) FILTER (WHERE r.type = 'delivered'),
                                  'read_at', min(r.occurred_at) FILTER (WHERE r.type = 'read')) AS times,
               (array_agg(r.error_code ORDER BY r.occurred_at DESC, r.id) FILTER (WHERE r.type = 'failed'))[1] AS failed_with
        FROM events r WHERE e.kind = 'outbound' AND r.message_id = coalesce(e.message_id, e.id) AND r.kind = 'status'
    ) d ON true
    UNION ALL
    -- What we have sent, are to send, or were kept from sending: at the moment when the provider took it, else when it was planned.
    SELECT s.at, 'message', s.id::text, jsonb_build_object(
               'direction', 'outbound', 'type', s.type, 'text', coalesce(s.text, ''), 'send_id', s.id, 'origin', s.origin,
               'state', s.state, 'planned_at', s.planned_at, 'accepted_at', s.accepted_at, 'possible_duplicate', s.possible_duplicate,
               'final', s.final, 'replaced_by', s.replaced_by, 'category', s.category, 'template', s.template, 'components', t.components,
               'delivery_status', o.delivery_status, 'times', d.times, 'failed_with', d.failed_with,
               'refused_with', s.reason, 'error_code', s.error_code, 'error_details', s.error_details, 'sentence', why.sentence)
    FROM (
        SELECT s.*, coalesce(s.accepted_at, s.planned_at) AS at FROM part JOIN sends s ON s.conversation_id = part.id
        WHERE coalesce(s.accepted_at, s.planned_at) BETWEEN @since AND @until
          AND CASE WHEN @newest_first::boolean
                   THEN (coalesce(s.accepted_at, s.planned_at), 'message', s.id::text) < (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text)
                   ELSE (coalesce(s.accepted_at, s.planned_at), 'message', s.id::text) > (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text) END
        ORDER BY CASE WHEN @newest_first::boolean THEN coalesce(s.accepted_at, s.planned_at) END DESC, CASE WHEN @newest_first::boolean THEN s.id::text END DESC,
                 coalesce(s.accepted_at, s.planned_at), s.id::text
        LIMIT @max_rows
    ) s
    JOIN business_numbers n ON n.id = s.business_number_id
    LEFT JOIN templates t ON t.waba_id = n.waba_id AND t.name = s.template_name AND t.language = s.template ->> 'language'
    LEFT JOIN outbound_messages o ON o.message_id = s.message_id
    LEFT JOIN LATERAL (
        SELECT jsonb_build_object('sent_at', min(r.occurred_at) FILTER (WHERE r.type = 'sent'),
                                  'delivered_at', min(r.occurred_at) FILTER (WHERE r.type = 'delivered'),
                                  'read_at', min(r.occurred_at) FILTER (WHERE r.type = 'read')) AS times,
               (array_agg(r.error_code ORDER BY r.occurred_at DESC, r.id) FILTER (WHERE r.type = 'failed'))[1] AS failed_with
        FROM events r WHERE r.message_id = s.message_id AND r.kind = 'status'
    ) d ON true
    LEFT JOIN LATERAL (
        SELECT w.sentence FROM decisions w
        WHERE w.conversation_id = s.conversation_id AND w.send_id = s.id AND w.code = s.reason
        ORDER BY w.at DESC, w.id DESC LIMIT 1
    ) why ON true
    UNION ALL
    SELECT r.fired_at, 'reminder', r.id::text,
           jsonb_build_object('deadline', r.deadline, 'due_at', r.due_at, 'leads_seconds', r.leads_seconds, 'outcome', r.outcome)
    FROM part JOIN reminders r ON r.conversation_id = part.id
    WHERE r.fired_at BETWEEN @since AND @until
    UNION ALL
    -- Comes after the message that it is for. A charge is of an event; the message that the timeline shows may be a send.
    SELECT h.charged_at, 'posted_charge', lpad(h.id::text, 20, '0'), jsonb_build_object(
               'id', h.id, 'scheme', h.scheme, 'kind', h.kind, 'rule', h.rule, 'category', h.category, 'market', h.market,
               'amount_micros', h.amount_micros, 'currency', h.currency, 'reverses', h.reverses,
               'reversed', EXISTS (SELECT FROM charges r WHERE r.reverses = h.id),
               'message_id', coalesce((SELECT s.id FROM sends s WHERE s.message_id = h.event_id), h.event_id))
    FROM part CROSS JOIN LATERAL (
        SELECT h.* FROM charges h
        WHERE h.conversation_id = part.id AND h.charged_at BETWEEN @since AND @until
          AND CASE WHEN @newest_first::boolean
                   THEN (h.charged_at, 'posted_charge', lpad(h.id::text, 20, '0')) < (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text)
                   ELSE (h.charged_at, 'posted_charge', lpad(h.id::text, 20, '0')) > (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text) END
        ORDER BY CASE WHEN @newest_first::boolean THEN h.charged_at END DESC, CASE WHEN @newest_first::boolean THEN h.id END DESC, h.charged_at, h.id
        LIMIT @max_rows
    ) h
)
SELECT at::timestamptz AS at, source::text AS source, id::text AS id, item::jsonb AS item
FROM item
WHERE CASE WHEN @newest_first::boolean THEN (at, source, id) < (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text)
           ELSE (at, source, id) > (@cursor_at::timestamptz, @cursor_source::text, @cursor_id::text) END
ORDER BY CASE WHEN @newest_first::boolean THEN at END DESC, CASE WHEN @newest_first::boolean THEN source END DESC, CASE WHEN @newest_first::boolean THEN id END DESC,
         at, source, id
LIMIT @max_rows;
