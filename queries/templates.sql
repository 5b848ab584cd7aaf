-- name: NoteTemplateChanges :exec
-- Takes in what webhooks say of templates: of the status, the category and the quality the latest news counts, in whatever
-- order they come, and nothing that a list has held since. One without a language concerns all languages of that name.
WITH told AS (
    SELECT u.value ->> 'waba_id' AS waba_id, u.value ->> 'name' AS name, u.value ->> 'language' AS language,
           u.value ->> 'provider_id' AS provider_id, u.value ->> 'status' AS status, u.value ->> 'reason' AS reason,
           u.value ->> 'category' AS category, u.value ->> 'quality' AS quality, (u.value ->> 'at')::timestamptz AS at
    FROM jsonb_array_elements(@changes::jsonb) AS u
), news AS (
    SELECT u.waba_id, u.name, coalesce(nullif(u.language, ''), k.language) AS language, u.provider_id, u.status, u.reason,
           u.category, u.quality, u.at
    FROM told u
    LEFT JOIN templates k ON u.language = '' AND k.waba_id = u.waba_id AND k.name = u.name
    WHERE u.language <> '' OR k.language IS NOT NULL
), latest AS (
    SELECT n.waba_id, n.name, n.language, max(n.at) AS at, max(n.provider_id) AS provider_id,
           (array_agg(n.status ORDER BY n.at DESC) FILTER (WHERE n.status <> ''))[1] AS status,
           (array_agg(n.reason ORDER BY n.at DESC) FILTER (WHERE n.status <> ''))[1] AS reason,
           max(n.at) FILTER (WHERE n.status <> '') AS status_at,
           (array_agg(n.category ORDER BY n.at DESC) FILTER (WHERE n.category <> ''))[1] AS category,
           max(n.at) FILTER (WHERE n.category <> '') AS category_at,
           (array_agg(n.quality ORDER BY n.at DESC) FILTER (WHERE n.quality <> ''))[1] AS quality,
           max(n.at) FILTER (WHERE n.quality <> '') AS quality_at
    FROM news n
    GROUP BY n.waba_id, n.name, n.language
)
INSERT INTO templates AS t (waba_id, name, language, provider_id, status, reason, category, quality, changed_at,
                            status_at, category_at, quality_at)
SELECT n.waba_id, n.name, n.language, n.provider_id, coalesce(n.status, 'unknown'), coalesce(n.reason, ''), coalesce(n.category, ''),
       coalesce(n.quality, ''), n.at, coalesce(n.status_at, '-infinity'), coalesce(n.category_at, '-infinity'),
       coalesce(n.quality_at, '-infinity')
FROM latest n
ORDER BY n.waba_id, n.name, n.language
ON CONFLICT (waba_id, name, language) DO UPDATE SET
    provider_id = CASE WHEN excluded.provider_id <> '' THEN excluded.provider_id ELSE t.provider_id END,
    status = CASE WHEN template_news(t, t.status_at, excluded.status_at) THEN excluded.status ELSE t.status END,
    reason = CASE WHEN template_news(t, t.status_at, excluded.status_at) THEN excluded.reason ELSE t.reason END,
    category = CASE WHEN template_news(t, t.category_at, excluded.category_at) THEN excluded.category ELSE t.category END,
    quality = CASE WHEN template_news(t, t.quality_at, excluded.quality_at) THEN excluded.quality ELSE t.quality END,
    removed_at = CASE WHEN template_news(t, t.status_at, excluded.status_at) AND excluded.status_at > t.removed_at
                      THEN NULL ELSE t.removed_at END,
    status_at = greatest(t.status_at, excluded.status_at), category_at = greatest(t.category_at, excluded.category_at),
    quality_at = greatest(t.quality_at, excluded.quality_at), changed_at = greatest(t.changed_at, excluded.changed_at);

-- name: ListTemplateAccounts :many
-- The WhatsApp business accounts that our numbers belong to.
SELECT DISTINCT waba_id FROM business_numbers WHERE waba_id <> '' ORDER BY waba_id;

-- name: SaveListedTemplates :exec
-- Takes in an account's list as of @asked_at. What a webhook has told of since, of the status, category or quality, stays;
-- webhooks carry whole seconds. A list that was asked for earlier and comes later takes nothing back.
INSERT INTO templates AS t (waba_id, name, language, provider_id, status, category, quality, components, changed_at, listed_at)
SELECT @waba_id, l.name, l.language, l.provider_id, l.status, l.category, l.quality, l.components, @asked_at, @asked_at
FROM jsonb_to_recordset(@listed::jsonb) AS l(name text, language text, provider_id text, status text, category text, quality text,
                                             components jsonb)
ORDER BY l.name, l.language
ON CONFLICT (waba_id, name, language) DO UPDATE
SET provider_id = excluded.provider_id, components = excluded.components, listed_at = excluded.listed_at, removed_at = NULL,
    status = CASE WHEN t.status_at >= date_trunc('second', excluded.listed_at) THEN t.status ELSE excluded.status END,
    reason = CASE WHEN t.status_at >= date_trunc('second', excluded.listed_at) OR t.status = excluded.status THEN t.reason ELSE '' END,
    category = CASE WHEN t.category_at >= date_trunc('second', excluded.listed_at) THEN t.category ELSE excluded.category END,
    quality = CASE WHEN t.quality_at >= date_trunc('second', excluded.listed_at) THEN t.quality ELSE excluded.quality END,
    changed_at = CASE WHEN (t.status, t.category, t.quality) = (excluded.status, excluded.category, excluded.quality) AND t.removed_at IS NULL
                      THEN t.changed_at ELSE greatest(t.changed_at, excluded.changed_at) END
WHERE t.listed_at IS NULL OR t.listed_at <= excluded.listed_at;

-- name: RemoveUnlistedTemplates :execrows
-- Those that a list as of @asked_at did not hold any more, unless something has been heard of them since.
UPDATE templates t SET removed_at = @asked_at::timestamptz
WHERE t.waba_id = @waba_id AND t.removed_at IS NULL AND t.status_at < date_trunc('second', @asked_at::timestamptz)
  AND (t.listed_at IS NULL OR t.listed_at < @asked_at::timestamptz);

-- name: FindTemplate :one
-- A template of an account, as the provider last had it.
SELECT name, language, category, status, quality, components FROM templates
WHERE waba_id = @waba_id AND name = @name AND language = @language AND removed_at IS NULL;

-- name: FindTemplates :many
-- The same of several, of several accounts.
SELECT t.waba_id, t.name, t.language, t.category, t.status, t.quality, t.components
FROM jsonb_to_recordset(@wanted::jsonb) AS w(waba_id text, name text, language text)
JOIN templates t ON t.waba_id = w.waba_id AND t.name = w.name AND t.language = w.language
WHERE t.removed_at IS NULL;

-- name: ListTemplates :many
-- The templates of the numbers' accounts, or of one number's, by account, name and language, each with when it was last
-- planned to go and was not refused; the year 1 stands for never.
SELECT t.waba_id, t.name, t.language, t.status, t.category, t.quality, t.reason, t.components, t.changed_at, coalesce((
    SELECT s.planned_at FROM sends s JOIN business_numbers n ON n.id = s.business_number_id
    WHERE s.type = 'template' AND s.template_name = t.name AND s.template ->> 'language' = t.language
      AND n.waba_id = t.waba_id AND s.state <> 'refused'
    ORDER BY s.planned_at DESC LIMIT 1
), '0001-01-01 00:00:00+00')::timestamptz AS last_used_at
FROM templates t
WHERE (t.waba_id, t.name, t.language) > (@after_waba::text, @after_name::text, @after_language::text)
  AND (@waba_id::text = '' OR t.waba_id = @waba_id)
  AND (@status::text = '' OR t.status = @status)
  AND (@category::text = '' OR t.category = @category)
  AND (@name::text = '' OR t.name = @name)
  AND (@language::text = '' OR t.language = @language)
  AND t.removed_at IS NULL
ORDER BY t.waba_id, t.name, t.language
LIMIT @max_rows;

-- name: SumTemplateUse :many
-- What came of the sends of some templates that were planned since then. Answered, where it is asked for: the contact wrote within
-- so long after the acceptance (W6), in whatever part of the conversation (W10). A campaign's send that was refused only for now, or
-- because the campaign had been paused or had ended, is not counted: it may still go, or was nobody's refusal.
SELECT w.waba_id::text AS waba_id, w.name::text AS name, w.language::text AS language,
       u.planned, u.refused, u.accepted, u.delivered, u.read, u.failed, u.answered
FROM jsonb_to_recordset(@wanted::jsonb) AS w(waba_id text, name text, language text)
CROSS JOIN LATERAL (
    SELECT count(*) AS planned,
           count(*) FILTER (WHERE s.state = 'refused') AS refused,
           count(*) FILTER (WHERE s.state = 'accepted') AS accepted,
           count(*) FILTER (WHERE s.state = 'accepted' AND o.delivery_status IN ('delivered', 'read')) AS delivered,
           count(*) FILTER (WHERE s.state = 'accepted' AND o.delivery_status = 'read') AS read,
           count(*) FILTER (WHERE s.state = 'failed' OR s.state = 'accepted' AND o.delivery_status = 'failed') AS failed,
           count(*) FILTER (WHERE CASE WHEN @with_answers::boolean AND s.state = 'accepted' THEN EXISTS (
               SELECT FROM conversations c
               JOIN events e ON e.conversation_id = ANY (conversation_parts(coalesce(c.merged_into, c.id)))
               WHERE c.id = s.conversation_id AND e.opens_window AND e.occurred_at > s.accepted_at
                 AND e.occurred_at <= s.accepted_at + make_interval(secs => @within_seconds)) END) AS answered
    FROM sends s
    JOIN business_numbers n ON n.id = s.business_number_id AND n.waba_id = w.waba_id
    LEFT JOIN outbound_messages o ON o.message_id = s.message_id
    WHERE s.type = 'template' AND s.template_name = w.name AND s.template ->> 'language' = w.language
      AND s.planned_at >= @since::timestamptz
      AND NOT (s.state = 'refused' AND s.campaign_id IS NOT NULL
               AND EXISTS (SELECT FROM campaign_recipients r WHERE r.id = s.id AND r.state <> 'refused'))
) u;

-- name: CountTemplates :many
-- How many each account has, or the one named, as Meta counts them against its limit: all languages of a name are one.
SELECT waba_id, count(DISTINCT name) AS templates FROM templates
WHERE removed_at IS NULL AND (@waba_id::text = '' OR waba_id = @waba_id)
GROUP BY waba_id ORDER BY waba_id;

-- name: ListApprovedTemplates :many
-- Of a number's account, those of some categories that could go now.
SELECT t.name, t.language, t.category
FROM templates t JOIN business_numbers n ON n.waba_id = t.waba_id
WHERE n.id = @business_number_id AND t.status = 'approved' AND t.removed_at IS NULL AND t.category = ANY(@categories::text[])
ORDER BY t.name, t.language
LIMIT @max_rows;
