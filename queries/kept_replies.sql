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

-- name: ListKeptReplies :many
SELECT * FROM kept_replies
WHERE conversation_id = @conversation_id AND (kept_at, id) < (@before_kept_at::timestamptz, @before_id::uuid)
ORDER BY kept_at DESC, id DESC
LIMIT @max_rows;
