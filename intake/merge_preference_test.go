package intake_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a contact wishes may be the first that names phone and bsuid together, and comes to no business number.
func TestAPreferenceThatNamesTwoContactsTogetherMergesThem(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.P", receivedAt.Add(-2*time.Hour), ada)}, nil))
	deliver(t, s, webhook(shop, []object{from("wamid.B", "", first)}, nil))
	deliver(t, s, bodyOf(object{"field": "user_preferences", "value": object{
		"contacts": []object{{"wa_id": ada, "user_id": first}},
		"user_preferences": []object{{"wa_id": ada, "user_id": first, "category": "marketing_messages", "value": "stop", "detail": "",
			"timestamp": stamp(receivedAt)}}}}))
	require.Equal(t, 1, count(t, pool, "contacts WHERE merged_into IS NULL"))
	require.Equal(t, 1, count(t, pool, "conversations WHERE merged_into IS NULL"))
	require.Equal(t, 2, count(t, pool, "events WHERE type = 'merged'"), "both runs are told")
	require.Equal(t, receivedAt.Add(-2*time.Hour), value[time.Time](t, pool, "SELECT opened_at FROM conversations WHERE merged_into IS NULL").UTC())
}
