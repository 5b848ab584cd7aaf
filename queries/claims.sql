-- The claim on a conversation (W6): an agent has opened Resume. It is the one fact that its own request writes.

-- name: ClaimResume :execrows
-- No row: another agent has it.
UPDATE conversations SET resume_claimed_until = @until, resume_claimed_by = @by
WHERE id = @id AND (resume_claimed_until IS NULL OR resume_claimed_until <= @now OR resume_claimed_by = @by);

-- name: ReleaseResume :execrows
UPDATE conversations SET resume_claimed_until = NULL, resume_claimed_by = NULL
WHERE id = @id AND (resume_claimed_until <= @now OR resume_claimed_by = @by);

-- name: GetResumeClaim :one
SELECT resume_claimed_until, resume_claimed_by FROM conversations WHERE id = @id;
