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

-- name: GetWABA :one
SELECT waba_id FROM business_numbers WHERE id = @id;
