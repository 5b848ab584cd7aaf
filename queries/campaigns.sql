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
SET state = @state, told = false, watched_from = @now::timestamptz, launched_at = @now::timestamptz, launched_by = @launched_by::text, category = @category::text,
    filter = (SELECT s.filter FROM segments s WHERE s.id = c.segment_id)
WHERE c.id = @id;

-- name: SetCampaignState :exec
-- The caller has locked it. reason is given if it is paused, finished_at if it is over; watched_from if it begins or goes on.
UPDATE campaigns
SET state = @state, told = false, reason = sqlc.narg(reason), reason_facts = sqlc.narg(reason_facts), finished_at = sqlc.narg(finished_at),
    watched_from = coalesce(sqlc.narg(watched_from), watched_from)
WHERE id = @id;

-- name: MarkCampaignTold :exec
-- Its run knows of a state, unless that has changed again.
UPDATE campaigns SET told = true WHERE id = @id AND state = @state AND NOT told;

-- name: FindCampaignNumber :one
-- What a campaign asks of its number.
SELECT id, waba_id, configured, sender_paused_at IS NOT NULL AS paused FROM business_numbers WHERE phone_number_id = @phone_number_id;

-- name: FindSegmentFilter :one
-- Of one that is deleted nothing is found.
SELECT filter FROM segments WHERE id = @id AND deleted_at IS NULL;

-- name: ListWantedCampaigns :many
-- Those that need a run: to begin, to go on, to hear of the end of a pause, or to settle what a cancelled one has left.
SELECT c.id, c.name, c.state, c.told, n.phone_number_id, n.display
FROM campaigns c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.state IN ('scheduled', 'running', 'paused')
   -- each by its own index: of one that was cancelled long ago they are empty, and it has all its recipients
   OR c.state = 'cancelled' AND (EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = c.id AND r.state IN ('pending', 'held'))
                              OR EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = c.id AND r.state IN ('asked', 'planned')))
ORDER BY c.created_at, c.id;

-- name: ReadCampaign :one
-- A campaign with its number, for its run.
SELECT sqlc.embed(c), sqlc.embed(n)
FROM campaigns c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.id = @id;

-- name: LockToChoose :one
-- A campaign whose recipients are being chosen: by one at a time.
SELECT sqlc.embed(c), sqlc.embed(n)
FROM campaigns c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.id = @id
FOR NO KEY UPDATE OF c;

-- name: ListCandidates :many
-- The next contacts that a campaign's filter means, in the order of their ids, each with the first reason for which it is no recipient,
-- if there is one (K1). Of a suppression that is for marketing alone, and of consent, what holds for the category counts.
SELECT sqlc.embed(p), (CASE
    WHEN p.phone IS NULL AND NOT EXISTS (SELECT FROM contact_aliases a
                                         WHERE a.contact_id = p.id AND a.kind = 'bsuid' AND a.portfolio = @portfolio::text) THEN 'unreachable'
    WHEN m.suppressed <> '' OR @category::text = 'marketing' AND m.suppressed_marketing <> '' THEN 'suppressed'
    WHEN k.consent = 'out' THEN 'opted_out'
    WHEN k.consent <> 'in' THEN 'no_opt_in'
    ELSE '' END)::text AS left_out
FROM audience(@filter::jsonb, @at::timestamptz, @after::uuid, @max_rows::bigint) a
JOIN contacts p ON p.id = a.contact_id
CROSS JOIN LATERAL contact_permissions(p.id) m
CROSS JOIN LATERAL (SELECT CASE @category WHEN 'marketing' THEN m.marketing WHEN 'utility' THEN m.utility ELSE m.authentication END AS consent) k
ORDER BY p.id;

-- name: InsertRecipients :execrows
-- Whoever is there already stays as it is (K3).
INSERT INTO campaign_recipients (id, campaign_id, contact_id, market, parameters, state, code, settled_at)
SELECT r.id, @campaign_id, r.contact_id, r.market, r.parameters, r.state, r.code, CASE WHEN r.state = 'refused' THEN @now::timestamptz END
FROM jsonb_to_recordset(@recipients::jsonb) AS r(id uuid, contact_id uuid, market text, parameters jsonb, state text, code text)
ORDER BY r.id
ON CONFLICT DO NOTHING;

-- name: NoteChosen :exec
-- How far choosing has got. materialised_at is given at its end.
UPDATE campaigns
SET choosing_at = @choosing_at::timestamptz, chosen_to = @chosen_to::uuid, recipients = @recipients::int, left_out = @left_out::jsonb,
    materialised_at = sqlc.narg(materialised_at)
WHERE id = @id;

-- name: TakeCampaignSlots :one
-- Takes the next slots of a number's campaigns, if they begin within their taker's patience, and says in how many seconds that is.
INSERT INTO campaign_paces AS p (business_number_id, next_at)
VALUES (@business_number_id, clock_timestamp() + make_interval(secs => @lasts_seconds))
ON CONFLICT (business_number_id) DO UPDATE
SET next_at = greatest(p.next_at, clock_timestamp()) + make_interval(secs => @lasts_seconds)
WHERE p.next_at <= clock_timestamp() + make_interval(secs => @patience_seconds)
RETURNING (extract(epoch FROM p.next_at - clock_timestamp()) - @lasts_seconds)::float8 AS wait_seconds;

-- name: LockReach :exec
-- Makes those wait for one another who ask for new contacts of a number that may begin with only so many a day.
SELECT pg_advisory_xact_lock(reach_lock(@business_number_id));

-- name: MeasureReach :one
-- How many contacts a number has begun with since then, or is about to: each counts once, from the plan of its latest template on;
-- and when the first of them ceases to count, which is the plan that it counts from. The year 1: nobody counts by a plan.
WITH begun AS (
    SELECT s.contact_id, max(s.planned_at) AS at
    FROM sends s
    WHERE s.business_number_id = @business_number_id AND s.type = 'template' AND s.planned_at > @since::timestamptz
      AND s.state NOT IN ('refused', 'failed')
    GROUP BY s.contact_id
), about AS (
    SELECT DISTINCT v.contact_id
    FROM campaigns c
    JOIN campaign_recipients r ON r.campaign_id = c.id AND r.state = 'asked'
    JOIN conversations v ON v.id = r.conversation_id
    WHERE c.business_number_id = @business_number_id
)
SELECT (SELECT count(*) FROM (SELECT b.contact_id FROM begun b UNION SELECT a.contact_id FROM about a) u)::bigint AS contacts,
       coalesce((SELECT min(b.at) FROM begun b), '0001-01-01 00:00:00+00')::timestamptz AS first_at;

-- name: ClaimHeldRecipients :many
-- Those who were held back until now, the longest first, with the contacts that they are now (W10); nobody else gets them meanwhile.
SELECT r.id, sqlc.embed(p)
FROM campaign_recipients r
JOIN contacts chosen ON chosen.id = r.contact_id
JOIN contacts p ON p.id = coalesce(chosen.merged_into, chosen.id)
WHERE r.campaign_id = @campaign_id AND r.state = 'held' AND r.due_at <= @now::timestamptz
ORDER BY r.due_at, r.id
LIMIT @max_rows
FOR NO KEY UPDATE OF r SKIP LOCKED;

-- name: ClaimPendingRecipients :many
-- The same of those whose turn has not come yet, by key.
SELECT r.id, sqlc.embed(p)
FROM campaign_recipients r
JOIN contacts chosen ON chosen.id = r.contact_id
JOIN contacts p ON p.id = coalesce(chosen.merged_into, chosen.id)
WHERE r.campaign_id = @campaign_id AND r.state = 'pending' AND r.due_at IS NULL
ORDER BY r.id
LIMIT @max_rows
FOR NO KEY UPDATE OF r SKIP LOCKED;

-- name: HoldRecipients :exec
UPDATE campaign_recipients r
SET state = 'held', code = h.code, due_at = h.due_at
FROM jsonb_to_recordset(@held::jsonb) AS h(id uuid, code text, due_at timestamptz)
WHERE r.id = h.id;

-- name: StartConversations :exec
-- Makes the conversations of contacts with a number that do not exist yet, one after the other as their locks are ordered.
INSERT INTO conversations (id, business_number_id, contact_id, created_at)
SELECT gen_random_uuid(), @business_number_id, c.id, @now
FROM (SELECT DISTINCT unnest(@contact_ids::uuid[]) AS id) c
ORDER BY c.id
ON CONFLICT (business_number_id, contact_id) WHERE merged_into IS NULL DO NOTHING;

-- name: AskRecipients :many
-- Marks recipients as asked, whom the caller has claimed, and says which conversations are to be told. One whose conversation another
-- transaction has merged away at the same moment is left as it is.
UPDATE campaign_recipients r
SET state = 'asked', code = NULL, due_at = NULL, asked_at = clock_timestamp(), conversation_id = v.id
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@contact_ids::uuid[]) AS contact_id) a
JOIN conversations v ON v.business_number_id = @business_number_id AND v.contact_id = a.contact_id AND v.merged_into IS NULL
WHERE r.id = a.id
RETURNING r.id, v.id AS conversation_id;

-- name: AskAgain :many
-- Those who were asked so long ago that the question must have got lost, and those whose send must have lost its run: asked once more,
-- in the conversation in which it was planned, which may have become part of another since (W10). That changes nothing where neither
-- is so (K3).
UPDATE campaign_recipients r
SET asked_at = clock_timestamp()
FROM (SELECT o.id FROM campaign_recipients o
      WHERE o.campaign_id = @campaign_id
        AND (o.state = 'asked' AND o.asked_at < clock_timestamp() - interval '1 second' * @asked_seconds::float8
             OR (o.state = 'planned' OR o.state = 'unknown' AND EXISTS (SELECT FROM sends s WHERE s.id = o.id AND NOT s.final))
                AND o.asked_at < clock_timestamp() - interval '1 second' * @open_seconds::float8)
      ORDER BY o.asked_at LIMIT @max_rows
      FOR NO KEY UPDATE SKIP LOCKED) o
WHERE r.id = o.id AND r.conversation_id IS NOT NULL
RETURNING r.id, coalesce((SELECT s.conversation_id FROM sends s WHERE s.id = r.id AND s.state <> 'refused'), r.conversation_id)::uuid AS conversation_id;

-- name: TallyCampaign :one
-- What a campaign is judged by (K6). Of the last sends whose fate is known, how many failed; of those that were accepted, how many
-- have opted out since; why somebody has come back who could not be sent to, nor anybody else.
WITH last AS (
    SELECT r.state = 'failed' OR r.delivery = 'failed' AS failed
    FROM campaign_recipients r
    WHERE r.campaign_id = @campaign_id AND r.settled_at >= @watched_from::timestamptz AND r.state IN ('accepted', 'failed')
    ORDER BY r.settled_at DESC LIMIT @last_sends
), got AS (
    SELECT count(*) AS accepted, count(r.opted_out_at) AS opted_out
    FROM campaign_recipients r
    WHERE r.campaign_id = @campaign_id AND r.settled_at >= @watched_from AND r.state = 'accepted'
)
SELECT (SELECT count(*) FROM last)::int AS settled, (SELECT count(*) FROM last WHERE last.failed)::int AS failed,
       got.accepted::int AS accepted, got.opted_out::int AS opted_out,
       coalesce((SELECT r.code FROM campaign_recipients r
                 WHERE r.campaign_id = @campaign_id AND r.state = 'pending' AND r.code IS NOT NULL AND r.code <> 'campaign_stopped' LIMIT 1),
                '')::text AS returned
FROM got;

-- name: ForgetReturned :exec
-- Somebody resumes it, who answers for what had come in the way.
UPDATE campaign_recipients SET code = NULL WHERE campaign_id = @campaign_id AND state = 'pending' AND code IS NOT NULL;

-- name: CountRecipients :one
-- How far a campaign has got. Open are those of whom something is still to be heard; due_at is when the first of those held back is
-- asked again; the year 1: nobody is.
SELECT count(*)::int AS recipients, count(*) FILTER (WHERE state IN ('pending', 'held'))::int AS waiting,
       count(*) FILTER (WHERE state = 'held')::int AS held,
       count(*) FILTER (WHERE asked_at IS NOT NULL AND state NOT IN ('pending', 'held'))::int AS asked,
       count(*) FILTER (WHERE state IN ('asked', 'planned') OR state = 'unknown'
                        AND EXISTS (SELECT FROM sends s WHERE s.id = r.id AND NOT s.final))::int AS open,
       coalesce(min(due_at) FILTER (WHERE state = 'held'), '0001-01-01 00:00:00+00')::timestamptz AS due_at
FROM campaign_recipients r WHERE r.campaign_id = @campaign_id;

-- name: CountOpenRecipients :one
-- How many have been asked and are not heard of, how many of their conversations have not even looked at it, and how many of those
-- late, though not so late that it must have got lost.
SELECT count(*)::int AS open, count(*) FILTER (WHERE state = 'asked')::int AS asked,
       count(*) FILTER (WHERE state = 'asked' AND asked_at < clock_timestamp() - interval '1 second' * @late_seconds::float8
                          AND asked_at > clock_timestamp() - interval '1 second' * @lost_seconds::float8)::int AS late
FROM campaign_recipients WHERE campaign_id = @campaign_id AND state IN ('asked', 'planned');

-- name: WriteOffRecipients :execrows
-- Those who were not reached before the campaign's end.
UPDATE campaign_recipients r
SET state = 'not_sent', code = @code::text, due_at = NULL
FROM (SELECT o.id FROM campaign_recipients o
      WHERE o.campaign_id = @campaign_id AND o.state IN ('pending', 'held')
      ORDER BY o.id LIMIT @max_rows FOR NO KEY UPDATE) o
WHERE r.id = o.id;

-- name: CountCampaigns :many
-- By state, those that are neither drafts nor over.
SELECT state, count(*) AS campaigns FROM campaigns WHERE state IN ('scheduled', 'running', 'paused') GROUP BY state;

-- name: HasDueRecipients :one
-- Whether there is somebody whose turn has come.
SELECT (EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = @campaign_id AND r.state = 'pending' AND r.due_at IS NULL)
     OR EXISTS (SELECT FROM campaign_recipients r WHERE r.campaign_id = @campaign_id AND r.state = 'held' AND r.due_at <= @now::timestamptz))::boolean AS due;
