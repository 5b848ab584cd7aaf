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
