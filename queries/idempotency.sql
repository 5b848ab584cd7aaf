-- name: UseIdempotencyKey :one
-- Takes a key for a request; if it has been taken before, says for what and, where that is kept, how it was answered. Forgets a few
-- of those that are older than anybody repeats a request.
WITH forgotten AS (
    DELETE FROM idempotency_keys k
    WHERE k.id <> @id AND k.id IN (SELECT o.id FROM idempotency_keys o WHERE o.used_at < clock_timestamp() - interval '30 days'
                                   ORDER BY o.used_at LIMIT 10 FOR UPDATE SKIP LOCKED)
)
INSERT INTO idempotency_keys AS k (id, fingerprint) VALUES (@id, @fingerprint)
ON CONFLICT (id) DO UPDATE SET used_at = k.used_at
RETURNING k.fingerprint, k.answer, (k.xmax = 0)::boolean AS taken;

-- name: KeepIdempotentAnswer :exec
UPDATE idempotency_keys SET answer = @answer WHERE id = @id;

-- name: FreeIdempotencyKey :exec
-- Of a request that was refused: nothing was done under the key.
DELETE FROM idempotency_keys WHERE id = @id AND answer IS NULL;
