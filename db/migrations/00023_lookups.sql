-- What is looked up when contacts become one (W10), and when a reply that went could not be delivered. Rarely, but in tables that grow
-- with every message.

-- +goose Up
CREATE INDEX sends_by_contact ON sends (contact_id);
CREATE INDEX kept_replies_by_send ON kept_replies (send_id) WHERE send_id IS NOT NULL;

-- +goose Down
DROP INDEX kept_replies_by_send;
DROP INDEX sends_by_contact;
