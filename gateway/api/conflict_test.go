package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestAnIdThatAnotherMessageHasIsAConflictAndNoNewEvent(t *testing.T) {
	f := newFixture(t)
	outboundBody := `{"business_number": "106540352242922", "contact": {"phone": "+447700900123"},
		"message": {"id": "out-1", "occurred_at": "2026-11-20T09:00:00Z", "type": "freeform"}}`
	odd := strings.NewReplacer("crm-1", "crm-2", `"type": "text"`, `"type": "template"`).Replace(inboundBody)
	for path, bodies := range map[string][]string{"/v1/inbound": {inboundBody, odd}, "/v1/outbound": {outboundBody}} {
		for _, body := range bodies {
			require.Equal(t, http.StatusOK, f.call("POST", path, body, nil).StatusCode)
		}
	}
	change := func(body, old, new string) string {
		require.Contains(t, body, old)
		return strings.Replace(body, old, new, 1)
	}
	tests := []struct {
		name, path, body string
		conflict         bool
	}{
		{"an inbound of another contact", "/v1/inbound", change(inboundBody, "900123", "900124"), true},
		{"an outbound to another contact", "/v1/outbound", change(outboundBody, "900123", "900124"), true},
		{"an inbound with an outbound's id", "/v1/inbound", change(inboundBody, "crm-1", "out-1"), true},
		{"an outbound with an inbound's id", "/v1/outbound", change(outboundBody, "out-1", "crm-1"), true},
		{"a copy", "/v1/inbound", inboundBody, false},
		{"a copy of an outbound", "/v1/outbound", outboundBody, false},
		{"a copy that says something else", "/v1/inbound", change(inboundBody, "Is it still there?", "It is."), false},
		{"a copy that names the contact otherwise", "/v1/inbound", change(inboundBody, "+44 7700 900123", "447700900123"), false},
		{"a copy of another type", "/v1/outbound", change(outboundBody, "freeform", "template"), false},
		{"a copy of an inbound that is called a template", "/v1/inbound", odd, false},
		{"the id for another business number", "/v1/inbound", change(change(inboundBody, "106540352242922", "106540352242923"), "900123", "900125"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !tt.conflict {
				require.Equal(t, http.StatusOK, f.call("POST", tt.path, tt.body, nil).StatusCode)
				return
			}
			var p api.Problem
			res := f.call("POST", tt.path, tt.body, &p)
			require.Equal(t, http.StatusConflict, res.StatusCode)
			require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
			require.Equal(t, "message_id_conflict", p.Code)
			require.NotEmpty(t, p.Detail)
		})
	}
	var events int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM events`).Scan(&events))
	require.Equal(t, 4, events)
}
