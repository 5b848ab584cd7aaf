-- name: LockConversationFacts :one
-- The row as it is now, held against whoever stores the next message until the reminder is recorded.
SELECT * FROM conversations WHERE id = @id FOR SHARE;

-- name: RecordReminder :execrows
-- One row per conversation, deadline and longest lead (W7); a repetition changes nothing.
INSERT INTO reminders (id, conversation_id, deadline, lead_seconds, leads_seconds, due_at, fired_at, outcome)
VALUES (@id, @conversation_id, @deadline, (@leads_seconds::int[])[1], @leads_seconds::int[], @due_at, @fired_at, @outcome)
ON CONFLICT (conversation_id, deadline, lead_seconds) DO NOTHING;

-- name: FindWhatFollowed :one
-- Whether, before the deadline, the contact wrote again or the business answered the message that set it. At one instant
-- the answer comes after the message; one that failed is none. OFFSET 0 keeps the planner from going through what all contacts wrote
-- in that time, by the index of that.
SELECT EXISTS (SELECT FROM (SELECT e.opens_window FROM events e
                            WHERE e.conversation_id = ANY(conversation_parts(@conversation_id))
                              AND e.occurred_at > @last AND e.occurred_at < @deadline OFFSET 0) e
               WHERE e.opens_window) AS extended,
       EXISTS (SELECT FROM events e JOIN outbound_messages o ON o.message_id = coalesce(e.message_id, e.id)
               WHERE e.conversation_id = ANY(conversation_parts(@conversation_id)) AND e.kind = 'outbound' AND o.delivery_status <> 'failed'
                 AND e.occurred_at >= @last AND e.occurred_at < @deadline AND NOT superseded(e)) AS answered;
