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
