-- name: FindNumbers :many
SELECT id, phone_number_id, display, waba_id, portfolio FROM business_numbers WHERE phone_number_id = ANY(@phone_number_ids::text[]);

-- name: RegisterNumbers :many
-- Makes the numbers that nobody has set up, and learns what is not known yet of the others.
INSERT INTO business_numbers (id, phone_number_id, display, waba_id, created_at)
SELECT n.id, n.phone_number_id, n.display, n.waba_id, @now
FROM jsonb_to_recordset(@numbers::jsonb) AS n(id uuid, phone_number_id text, display text, waba_id text)
ORDER BY n.phone_number_id
ON CONFLICT (phone_number_id) DO UPDATE
    SET display = coalesce(nullif(business_numbers.display, ''), excluded.display),
        waba_id = coalesce(nullif(business_numbers.waba_id, ''), excluded.waba_id)
RETURNING id, phone_number_id, display, waba_id;

-- name: FindNumbersOfConversations :many
SELECT c.id, n.id AS business_number_id, n.phone_number_id
FROM conversations c JOIN business_numbers n ON n.id = c.business_number_id
WHERE c.id = ANY(@ids::uuid[]);

-- name: ConfigureNumber :exec
-- Sets a number up by hand; what a webhook has registered before keeps its id.
INSERT INTO business_numbers (id, phone_number_id, display, waba_id, settings, configured, created_at)
VALUES (gen_random_uuid(), @phone_number_id, @display, @waba_id, @settings, true, @now)
ON CONFLICT (phone_number_id) DO UPDATE
    SET display = excluded.display, waba_id = excluded.waba_id, settings = excluded.settings, configured = true;

-- name: ListNumbers :many
-- All of them; a business has few. Each with the scheme that it owes by at @now; the year 1 stands for always.
SELECT sqlc.embed(n), coalesce(a.scheme, '')::text AS scheme,
       greatest(a.effective_from, '0001-01-01 00:00:00+00')::timestamptz AS scheme_from, a.card_set
FROM business_numbers n
LEFT JOIN LATERAL (
    SELECT s.scheme, s.effective_from, s.card_set FROM scheme_assignments s
    WHERE s.business_number_id = n.id AND s.effective_from <= @now::timestamptz
    ORDER BY s.effective_from DESC LIMIT 1
) a ON true
WHERE @phone_number_id::text = '' OR n.phone_number_id = @phone_number_id
ORDER BY n.phone_number_id;

-- name: RegisterNumber :one
-- Makes a number that nobody has named yet, and locks it in any case.
INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES (gen_random_uuid(), @phone_number_id, @now)
ON CONFLICT (phone_number_id) DO UPDATE SET created_at = business_numbers.created_at
RETURNING *;

-- name: SetNumber :exec
UPDATE business_numbers
SET display = @display, waba_id = @waba_id, portfolio = @portfolio, time_zone = @time_zone, account_time_zone = @account_time_zone,
    settings = @settings, stop_words = @stop_words, messages_per_second = @messages_per_second,
    contacts_per_day = nullif(@contacts_per_day::int, 0), configured = true
WHERE id = @id;

-- name: TryTimeZone :one
-- Fails (22023) for a zone that Postgres does not know; reports by days need it to.
SELECT (timestamptz '2026-01-01 00:00:00+00' AT TIME ZONE @zone::text)::text;

-- name: TellSettingsChanged :execrows
-- Has the number's conversations told of its new settings whose runs are open, because of a window or of what else is waited for
-- (W11): an event each, and a turn with the relay. The run reads nothing of the event but that it happened.
WITH told AS (
    INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, needs_signal)
    SELECT gen_random_uuid(), 'notice', 'settings_changed', 'api', c.business_number_id, c.id, @now, @now, true
    FROM conversations c
    WHERE c.business_number_id = @business_number_id AND c.merged_into IS NULL
      AND (conversation_window_open(c, @now)
           OR EXISTS (SELECT FROM reengagement_plans p WHERE p.conversation_id = c.id)
           OR EXISTS (SELECT FROM kept_replies k WHERE k.conversation_id = c.id AND k.state = 'kept')
           OR EXISTS (SELECT FROM sends s WHERE s.conversation_id = c.id AND s.state IN ('planned', 'inflight', 'unknown') AND NOT s.final))
    ORDER BY c.id
    RETURNING conversation_id
)
INSERT INTO relay_lease (conversation_id, pending_since)
SELECT t.conversation_id, @recorded_at::timestamptz FROM told t ORDER BY t.conversation_id
ON CONFLICT (conversation_id) DO UPDATE SET pending_since = least(relay_lease.pending_since, excluded.pending_since);

-- name: PauseNumber :execrows
-- What is paused already, by the provider or by hand, keeps its reason.
UPDATE business_numbers SET sender_paused_at = @now::timestamptz, sender_paused_class = 'manual'
WHERE phone_number_id = @phone_number_id AND sender_paused_at IS NULL;

-- name: ResumeNumber :execrows
UPDATE business_numbers SET sender_paused_at = NULL, sender_paused_class = NULL, sender_paused_code = NULL
WHERE phone_number_id = @phone_number_id AND sender_paused_at IS NOT NULL;

-- name: GetWABA :one
SELECT waba_id FROM business_numbers WHERE id = @id;

-- name: FindPortfolios :many
-- The portfolio of each WhatsApp business account of which we know a number.
SELECT waba_id, min(portfolio)::text AS portfolio FROM business_numbers WHERE waba_id = ANY(@waba_ids::text[]) GROUP BY waba_id;

-- name: PauseSender :many
-- Has a business number send nothing until somebody resumes it; nothing is returned if it was paused already.
UPDATE business_numbers
SET sender_paused_at = @paused_at::timestamptz, sender_paused_class = @class::text, sender_paused_code = @code::int
WHERE id = @id AND sender_paused_at IS NULL
RETURNING phone_number_id;
