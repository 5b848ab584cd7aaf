-- The claim on a conversation (W6): an agent has opened Resume. It is the one fact that its own request writes.
-- Of a conversation that has become part of another (W10) it is the other's.

-- name: ClaimResume :execrows
-- No row: another agent has it.
UPDATE conversations c SET resume_claimed_until = @until, resume_claimed_by = @by
WHERE c.id = (SELECT coalesce(v.merged_into, v.id) FROM conversations v WHERE v.id = @id)
  AND (c.resume_claimed_until IS NULL OR c.resume_claimed_until <= @now OR c.resume_claimed_by = @by);

-- name: ReleaseResume :execrows
UPDATE conversations c SET resume_claimed_until = NULL, resume_claimed_by = NULL
WHERE c.id = (SELECT coalesce(v.merged_into, v.id) FROM conversations v WHERE v.id = @id)
  AND (c.resume_claimed_until <= @now OR c.resume_claimed_by = @by);

-- name: GetResumeClaim :one
SELECT c.resume_claimed_until, c.resume_claimed_by FROM conversations c
WHERE c.id = (SELECT coalesce(v.merged_into, v.id) FROM conversations v WHERE v.id = @id);
