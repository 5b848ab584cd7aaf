package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// W10: two conversations that have proved to be one contact's.
func TestAMergedConversationIsReadAsTheOneThatItIsPartOf(t *testing.T) {
	l := newLedger(t)
	part := l.conversation
	root := l.add(someone{name: "Ada Example", inbound: noon.Add(-time.Hour)})
	l.charge(noon, "zenvia-conversion", "Z4", "USD", 22_000)
	l.exec("UPDATE conversations SET merged_into = $2 WHERE id = $1", part, root)
	l.exec(`UPDATE contacts SET merged_into = (SELECT contact_id FROM conversations WHERE id = $2)
		WHERE id = (SELECT contact_id FROM conversations WHERE id = $1)`, part, root)
	var loser, winner uuid.UUID
	require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT a.contact_id, b.contact_id FROM conversations a, conversations b
		WHERE a.id = $1 AND b.id = $2`, part, root).Scan(&loser, &winner))
	l.exec("UPDATE conversations SET contact_id = $2 WHERE id = $1", part, winner)

	require.Equal(t, l.at(root, noon), l.at(part, noon))
	require.Equal(t, root.String(), l.at(part, noon)["id"])
	l.inbound(root, "text", true, noon.Add(-2*time.Hour), noon.Add(-2*time.Hour))
	require.Equal(t, http.StatusOK, l.call("POST", "/v1/conversations/"+part.String()+"/resume-claim", `{"by": "Grace Example"}`, nil).StatusCode)
	require.Equal(t, http.StatusConflict, l.call("POST", "/v1/conversations/"+root.String()+"/resume-claim", `{"by": "Joan Example"}`, nil).StatusCode)
	require.Equal(t, http.StatusOK, l.call("DELETE", "/v1/conversations/"+part.String()+"/resume-claim", `{"by": "Grace Example"}`, nil).StatusCode)
	l.exec(`DELETE FROM decisions`)
	for _, named := range []uuid.UUID{part, root} {
		var why api.Page[api.Decision]
		require.Equal(t, http.StatusOK, l.call("GET", "/v1/conversations/"+named.String()+"/explain", "", &why).StatusCode)
		require.Equal(t, []string{"20T10:00 window W1 window_opened", "20T12:00 window W1 window_extended"}, explained(why))
	}
	require.Equal(t, []uuid.UUID{root}, l.list(noon, api.ListConversations{Limit: 50}))
	require.Equal(t, []uuid.UUID{root}, l.list(noon.AddDate(0, 0, 7), api.ListConversations{Limit: 50}), "also when the window is closed")
	for _, contact := range []uuid.UUID{loser, winner} {
		charges := l.read(api.ListCharges{Contact: contact.String()})
		require.Len(t, charges, 1)
		require.Equal(t, []uuid.UUID{root, winner}, []uuid.UUID{*charges[0].ConversationID, *charges[0].ContactID})
	}
}
