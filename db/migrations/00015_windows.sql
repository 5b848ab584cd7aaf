-- What reports ask of windows that have closed, and of the templates that followed.

-- +goose Up

-- The messages of a period that open or extend windows (W1, W2), whoever wrote them. All that the search for closed windows
-- reads of them is in the index.
CREATE INDEX events_opening ON events (occurred_at) INCLUDE (conversation_id, received_at) WHERE opens_window;

-- The messages that failed, which are few: what was not among them was said.
CREATE INDEX outbound_messages_failed ON outbound_messages (message_id) WHERE delivery_status = 'failed';

-- The templates of a period.
CREATE INDEX sends_of_templates_by_time ON sends (business_number_id, planned_at) WHERE type = 'template';

-- Whether a message of the contact was heard of while it could still open a window (W4).
-- +goose StatementBegin
CREATE FUNCTION heard_in_time(e events) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT e.received_at < e.occurred_at + interval '24 hours'
$$;
-- +goose StatementEnd

-- Since when the window is open that the contact's message at last belongs to: the earliest message of the unbroken chain, gaps
-- under 24 h (W1).
-- +goose StatementBegin
CREATE FUNCTION window_opened_at(parts uuid[], last timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT max(m.occurred_at)
    FROM (SELECT e.occurred_at, lag(e.occurred_at) OVER (ORDER BY e.occurred_at) AS before
          FROM events e
          WHERE e.conversation_id = ANY (parts) AND e.opens_window AND heard_in_time(e) AND e.occurred_at <= last) m
    WHERE m.before IS NULL OR m.occurred_at - m.before >= interval '24 hours'
$$;
-- +goose StatementEnd

-- The attempts to win a contact back once its window had closed: templates of ours, those of the policy and those that agents sent;
-- not those of campaigns, which have results of their own, nor one with which a conversation began. An attempt's answer is an
-- inbound message after its acceptance (W6) and not after that of a later template. It re-engages if it opens a window (W4).
CREATE VIEW reengagement_attempts AS
SELECT s.id, s.business_number_id, s.conversation_id, s.message_id, s.planned_at, s.accepted_at,
       CASE WHEN s.origin = 'reengagement' THEN 'policy' ELSE 'agent' END AS by_whom,
       CASE WHEN s.state = 'accepted' AND o.delivery_status = 'failed' THEN 'failed' -- it was accepted and failed after that
            WHEN s.state = 'accepted' THEN 'sent'
            WHEN s.state IN ('refused', 'failed') THEN s.state
            ELSE 'undecided' END AS came_to,
       CASE WHEN s.state IN ('refused', 'failed') OR o.delivery_status = 'failed' THEN coalesce(s.reason, 'failed') ELSE '' END AS code,
       v.parts
FROM sends s
JOIN conversations c ON c.id = s.conversation_id
LEFT JOIN outbound_messages o ON o.message_id = s.message_id
CROSS JOIN LATERAL (SELECT conversation_parts(coalesce(c.merged_into, c.id)) AS parts OFFSET 0) v -- once, not wherever it is used
CROSS JOIN LATERAL (
    SELECT max(e.occurred_at) AS last FROM events e
    WHERE e.conversation_id = ANY (v.parts) AND e.opens_window AND heard_in_time(e)
      AND e.occurred_at <= s.planned_at
) w
WHERE s.type = 'template' AND s.origin <> 'campaign'
  -- The policy attempts only where it knows of a window that has closed, if by a dispute (W9).
  AND (s.origin = 'reengagement' OR w.last + interval '24 hours' <= s.planned_at);

-- +goose Down
DROP VIEW reengagement_attempts;
DROP FUNCTION window_opened_at, heard_in_time;
DROP INDEX sends_of_templates_by_time, outbound_messages_failed, events_opening;
