-- Campaigns, their recipients, and what keeps them at their pace (tables campaigns, campaign_recipients, campaign_paces).

-- name: GetCampaign :one
-- A campaign with its number and its segment's name. The category is, of a draft, the template's as it is listed.
SELECT sqlc.embed(c), n.phone_number_id, n.display, n.waba_id, s.name AS segment_name,
       coalesce(c.category, (SELECT t.category FROM templates t
                             WHERE t.waba_id = n.waba_id AND t.name = c.template_name AND t.language = c.template_language
                               AND t.removed_at IS NULL), '')::text AS category
FROM campaigns c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN segments s ON s.id = c.segment_id
WHERE c.id = @id;

-- name: ListCampaigns :many
-- The same of campaigns that were made before the given one, the latest first; all states, or one.
SELECT sqlc.embed(c), n.phone_number_id, n.display, n.waba_id, s.name AS segment_name,
       coalesce(c.category, (SELECT t.category FROM templates t
                             WHERE t.waba_id = n.waba_id AND t.name = c.template_name AND t.language = c.template_language
                               AND t.removed_at IS NULL), '')::text AS category
FROM campaigns c
JOIN business_numbers n ON n.id = c.business_number_id
JOIN segments s ON s.id = c.segment_id
WHERE (c.created_at, c.id) < (@before_created_at::timestamptz, @before_id::uuid)
  AND (@state::text = '' OR c.state = @state)
ORDER BY c.created_at DESC, c.id DESC
LIMIT @max_rows;

-- name: LockCampaign :one
-- Holds a campaign against whoever changes its state.
SELECT state FROM campaigns WHERE id = @id FOR NO KEY UPDATE;

-- name: InsertCampaign :exec
INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, parameters, segment_id, limits, start_at, end_at,
                       created_at, created_by)
VALUES (@id, @name, @business_number_id, @template_name, @template_language, @parameters, @segment_id, @limits, sqlc.narg(start_at),
        sqlc.narg(end_at), @created_at, @created_by);

-- name: ChangeCampaign :execrows
-- Changes a draft, if it is still at the version that was read.
UPDATE campaigns
SET name = @name, business_number_id = @business_number_id, template_name = @template_name, template_language = @template_language,
    parameters = @parameters, segment_id = @segment_id, limits = @limits, start_at = sqlc.narg(start_at), end_at = sqlc.narg(end_at),
    version = version + 1
WHERE id = @id AND state = 'draft' AND version = @version;

-- name: DeleteCampaign :execrows
DELETE FROM campaigns WHERE id = @id AND state = 'draft';

-- name: LaunchCampaign :exec
-- Freezes what it goes by: the segment's filter and the template's category as they stand.
UPDATE campaigns c
SET state = @state, launched_at = @now::timestamptz, launched_by = @launched_by::text, category = @category::text,
    filter = (SELECT s.filter FROM segments s WHERE s.id = c.segment_id)
WHERE c.id = @id;

-- name: SetCampaignState :exec
-- The caller has locked it. reason is given if it is paused; now if it is over.
UPDATE campaigns
SET state = @state, reason = sqlc.narg(reason), reason_facts = sqlc.narg(reason_facts), finished_at = sqlc.narg(finished_at)
WHERE id = @id;

-- name: FindCampaignNumber :one
-- What a campaign asks of its number.
SELECT id, waba_id, configured, sender_paused_at IS NOT NULL AS paused FROM business_numbers WHERE phone_number_id = @phone_number_id;

-- name: FindSegmentFilter :one
SELECT filter FROM segments WHERE id = @id;

-- name: ListWantedCampaigns :many
-- Those that need a run: to begin, to go on, to hear of the end of a pause, or to write off who was not reached.
SELECT c.id, c.name, n.phone_number_id, n.display
FROM campaigns c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.state IN ('scheduled', 'running', 'paused')
   OR c.state = 'cancelled' AND EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = c.id AND r.state IN ('pending', 'held'))
ORDER BY c.created_at, c.id;
