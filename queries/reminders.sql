-- name: LockConversationFacts :one
-- The row as it is now, held against whoever stores the next message until the reminder is recorded.
SELECT * FROM conversations WHERE id = @id FOR SHARE;

-- name: RecordReminder :execrows
-- One row per conversation, deadline and longest lead (W7); a repetition changes nothing.
INSERT INTO reminders (id, conversation_id, deadline, lead_seconds, leads_seconds, due_at, fired_at, outcome)
VALUES (@id, @conversation_id, @deadline, (@leads_seconds::int[])[1], @leads_seconds::int[], @due_at, @fired_at, @outcome)
ON CONFLICT (conversation_id, deadline, lead_seconds) DO NOTHING;
