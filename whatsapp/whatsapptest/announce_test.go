package whatsapptest

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
)

func TestWhatIsNewAboutATemplateIsAnnounced(t *testing.T) {
	w := newWorld(t)
	changes := func() []whatsapp.TemplateUpdate {
		var out []whatsapp.TemplateUpdate
		for _, u := range received[*whatsapp.TemplateUpdate](w.in) {
			out = append(out, *u)
		}
		w.in.mu.Lock()
		defer w.in.mu.Unlock()
		w.in.updates = nil
		return out
	}
	said := func(kind whatsapp.TemplateKind, status, reason, before, after string) whatsapp.TemplateUpdate {
		return whatsapp.TemplateUpdate{Kind: kind, ID: "700000000000001", Name: "come_back", Language: "en_US", Status: status, Reason: reason, Previous: before, New: after, At: monday}
	}
	body := []TemplateComponent{{Type: "BODY", Text: "Dear {{1}}, hello."}}
	require.NoError(t, w.AnnounceTemplate(t.Context(), Template{Name: "come_back", Components: body}))
	require.Equal(t, []whatsapp.TemplateUpdate{said(whatsapp.TemplateStatusChanged, "APPROVED", "NONE", "", "")}, changes())
	require.NoError(t, w.AnnounceTemplate(t.Context(), Template{Name: "come_back"}))
	require.Empty(t, changes(), "nothing is new")
	require.NoError(t, w.AnnounceTemplate(t.Context(), Template{Name: "to_come", Status: "PENDING"}))
	require.Empty(t, changes(), "a review has begun, of which Meta says nothing")

	status, _ := w.control("/_sim/templates", `[{"name":"come_back","status":"PAUSED","quality":"RED","category":"UTILITY","announce":true}]`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []whatsapp.TemplateUpdate{said(whatsapp.TemplateStatusChanged, "PAUSED", "NONE", "", ""),
		said(whatsapp.TemplateQualityChanged, "", "", "GREEN", "RED"), said(whatsapp.TemplateCategoryChanged, "", "", "MARKETING", "UTILITY")}, changes())
	require.Equal(t, Template{ID: "700000000000001", Name: "come_back", Language: "en_US", Status: "PAUSED", Category: "UTILITY", Quality: "RED", Components: body},
		w.template("come_back", "en_US"), "what was not said stays")
	require.Equal(t, 132015, w.send(template).Error.Code)

	status, _ = w.control("/_sim/templates", `[{"name":"come_back","status":"APPROVED"}]`)
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, changes(), "without being announced")
}

func TestACustomerStopsAndResumesMarketing(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{`{"from":"+447700900101","value":"stop"}`, `{"from":"` + bsuid + `","value":"resume"}`} {
		status, answer := w.control("/_sim/preferences", body)
		require.Equal(t, http.StatusOK, status, answer)
	}
	wishes := received[*whatsapp.Preference](w.in)
	require.Len(t, wishes, 2)
	require.Equal(t, whatsapp.Preference{Contact: whatsapp.Contact{WaID: customer, Name: "Customer"}, Category: "marketing_messages", Value: "stop",
		Detail: "User requested to stop marketing messages", At: monday}, *wishes[0])
	require.Equal(t, []string{bsuid, "resume"}, []string{wishes[1].Contact.BSUID, wishes[1].Value})
	for _, body := range []string{`{"from":"+447700900101","value":"pause"}`, `{"value":"stop"}`, `{"from":"Ada","value":"stop"}`, `{"from":"+447700900101","value":"stop","number":"9"}`} {
		status, _ := w.control("/_sim/preferences", body)
		require.Equal(t, http.StatusBadRequest, status)
	}
}
