-- name: KeepReply :exec
INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
VALUES (@id, @conversation_id, @text, @template_send, 'kept', @kept_at, @keep_until, @kept_at);

-- name: SupersedeKept :exec
-- A conversation has one kept reply; a new one takes its place.
UPDATE kept_replies SET state = 'superseded', changed_at = @now
WHERE conversation_id = @conversation_id AND state IN ('kept', 'offered');

-- name: LockKept :one
-- The conversation is locked.
SELECT * FROM kept_replies WHERE id = @id AND conversation_id = @conversation_id FOR UPDATE;

-- name: MoveKept :exec
UPDATE kept_replies SET state = @state, send_id = sqlc.narg(send_id), changed_at = @now WHERE id = @id;

-- name: OfferKeptAgain :many
-- Gives an agent back the text of a kept reply that could not be sent after all, unless another has taken its place.
UPDATE kept_replies k
SET state = CASE WHEN EXISTS (SELECT FROM kept_replies o WHERE o.conversation_id = k.conversation_id AND o.state IN ('kept', 'offered'))
                 THEN 'superseded' ELSE 'offered' END,
    send_id = NULL, changed_at = @now
WHERE k.send_id = @send_id::uuid AND k.state = 'sent'
RETURNING id;

-- name: MoveKeptReplies :exec
-- Gives the agents of the conversations that others have become part of (W10) the replies that were kept there: offered,
-- because the run that waited for the contact's answer has ended. One per conversation; a root's own and later ones go
-- before.
WITH pair AS (
    SELECT unnest(@losers::uuid[]) AS loser, unnest(@winners::uuid[]) AS winner
), moving AS (
    SELECT k.id, pair.winner, row_number() OVER (PARTITION BY pair.winner ORDER BY k.kept_at DESC, k.id) = 1
           AND NOT EXISTS (SELECT FROM kept_replies o WHERE o.conversation_id = pair.winner AND o.state IN ('kept', 'offered')) AS stays
    FROM kept_replies k JOIN pair ON pair.loser = k.conversation_id
    WHERE k.state IN ('kept', 'offered')
), noted AS (
    INSERT INTO decisions (conversation_id, key, at, subject, rule, code, sentence)
    SELECT m.winner, 'kept_reply/' || m.id || '/merged', @now, 'kept_reply', 'W10', 'offered',
           'the contact has become part of another, and the kept reply is offered to the agent'
    FROM moving m WHERE m.stays
    ON CONFLICT (conversation_id, key) DO NOTHING
)
UPDATE kept_replies k
SET conversation_id = m.winner, state = CASE WHEN m.stays THEN 'offered' ELSE 'superseded' END, changed_at = @now
FROM moving m
WHERE k.id = m.id;

-- name: ListKeptReplies :many
-- Of a conversation with what has become part of it, and of a part those of the whole (W10).
SELECT * FROM kept_replies
WHERE conversation_id = ANY(conversation_parts((SELECT coalesce(v.merged_into, v.id) FROM conversations v WHERE v.id = @conversation_id)))
  AND (kept_at, id) < (@before_kept_at::timestamptz, @before_id::uuid)
ORDER BY kept_at DESC, id DESC
LIMIT @max_rows;
