package sending_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/sending"
)

// broadcast is a running campaign of the shop's.
type broadcast struct {
	*world
	id uuid.UUID
}

// broadcasts begins a campaign of come_back; limits are JSON.
func (w *world) broadcasts(limits string) *broadcast {
	w.Helper()
	b := &broadcast{w, uuid.New()}
	w.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, $2, '{}', now(), 'test', now())`, b.id, b.id.String())
	w.exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, parameters, segment_id, limits, state, category,
			created_at, created_by, launched_at)
		SELECT $1, 'Spring', n.id, 'come_back', 'en', '{"body": ["{{contact.first_name|there}}"]}', $1, $2, 'running', 'marketing', now(), 'test', now()
		FROM business_numbers n WHERE n.phone_number_id = $3`, b.id, limits, shop)
	return b
}

// chooses a contact and asks for it, as the campaign does; parameters are frozen, or empty: not yet.
func (b *broadcast) chooses(conversation uuid.UUID, parameters string) uuid.UUID {
	b.Helper()
	var frozen *string
	if parameters != "" {
		frozen = &parameters
	}
	id := uuid.NewSHA1(b.id, []byte(b.one(`SELECT contact_id::text FROM conversations WHERE id = $1`, conversation)))
	b.exec(`INSERT INTO campaign_recipients (id, campaign_id, contact_id, conversation_id, parameters, state, asked_at)
		SELECT $1, $2, contact_id, id, $4, 'asked', now() FROM conversations WHERE id = $3`, id, b.id, conversation, frozen)
	return id
}

// contact has written some time ago, and has opted in.
func (b *broadcast) contact(phone string, ago time.Duration) (conversation, recipient uuid.UUID) {
	b.Helper()
	conversation = b.writes(shop, phone, ago)
	b.consents(conversation, "marketing", true)
	return conversation, b.chooses(conversation, `["Ada"]`)
}

func (b *broadcast) asks(of, recipient uuid.UUID) sending.PlanResult {
	b.Helper()
	return b.plans(sending.PlanRequest{ConversationID: of, SendID: recipient, CampaignID: b.id, Origin: sending.FromCampaign})
}

// sent is a message of the campaign's that the provider has.
func (b *broadcast) sent(of, recipient uuid.UUID) sending.Result {
	b.Helper()
	planned := b.asks(of, recipient)
	require.NotNil(b, planned.Send, planned.Answer)
	return b.sends(of, *planned.Send)
}

func (b *broadcast) becomes(state string) {
	b.Helper()
	b.exec(`UPDATE campaigns SET state = $2::text, reason = CASE WHEN $2::text = 'paused' THEN 'by_hand' END,
		finished_at = CASE WHEN $2::text IN ('finished', 'cancelled') THEN now() END WHERE id = $1`, b.id, state)
}

// place is what is stored of a recipient; settled says whether it has that time.
type place struct {
	State, Code, Delivery string
	DueAt                 time.Time
	Settled, Answered     bool
	OptedOut              bool
	Reserved              int64
}

func (b *broadcast) place(recipient uuid.UUID) (p place) {
	b.Helper()
	var due *time.Time
	require.NoError(b, b.pool.QueryRow(context.Background(), `SELECT state, coalesce(code, ''), coalesce(delivery, ''), due_at, settled_at IS NOT NULL,
		answered_at IS NOT NULL, opted_out_at IS NOT NULL, coalesce(reserved_micros, 0) FROM campaign_recipients WHERE id = $1`, recipient).Scan(
		&p.State, &p.Code, &p.Delivery, &due, &p.Settled, &p.Answered, &p.OptedOut, &p.Reserved))
	if due != nil {
		p.DueAt = due.UTC()
	}
	return p
}

func (b *broadcast) reserved() (micros int64) {
	b.Helper()
	require.NoError(b, b.pool.QueryRow(context.Background(), `SELECT reserved_micros FROM campaigns WHERE id = $1`, b.id).Scan(&micros))
	return micros
}

// balanced: what is reserved is what the sends that have not failed may cost.
func (b *broadcast) balanced() {
	b.Helper()
	var quoted int64
	require.NoError(b, b.pool.QueryRow(context.Background(), `SELECT coalesce(sum(s.quoted_micros), 0) FROM sends s
		LEFT JOIN outbound_messages o ON o.message_id = s.message_id
		WHERE s.campaign_id = $1 AND s.state NOT IN ('refused', 'failed') AND o.delivery_status IS DISTINCT FROM 'failed'`, b.id).Scan(&quoted))
	require.Equal(b, quoted, b.reserved())
}

// night are quiet hours that last the whole day but for one minute, which is not now.
func night() *conversation.QuietHours {
	from := time.Now().UTC().Add(12 * time.Hour).Truncate(time.Minute)
	return &conversation.QuietHours{From: from.Add(time.Minute).Format("15:04"), To: from.Format("15:04")}
}

func asJSON(t *testing.T, v any) string {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
