package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestMarkupInNamesAndTextsStaysText(t *testing.T) {
	f := newFixture(t)
	const name, text = `<script>alert("Ada")</script>`, `</td><img src=x onerror='alert(1)'> & "so on"`
	body, err := json.Marshal(map[string]any{"business_number": number, "contact": map[string]any{"phone": "+447700900123", "name": name},
		"message": map[string]any{"id": "m", "occurred_at": noon.Format(time.RFC3339), "type": "text", "text": text}})
	require.NoError(t, err)
	var receipt api.Receipt
	require.Equal(t, 200, f.call("POST", "/v1/inbound", string(body), &receipt).StatusCode)
	var c api.Conversation
	res := f.call("GET", "/v1/conversations/"+receipt.ConversationID.String(), "", &c)
	require.Equal(t, name, c.Contact.Name)
	require.Equal(t, "application/json", res.Header.Get("Content-Type"))
	require.Equal(t, text, f.timeline(c.ID, "asc", 50)[0].Message.Text)
	var page api.Page[api.Conversation]
	require.Equal(t, 200, f.call("GET", "/v1/conversations?q=%3Cscript", "", &page).StatusCode)
	require.Len(t, page.Items, 1)
}

func TestANameOfTenThousandCharactersCostsNoMessage(t *testing.T) {
	f := newFixture(t)
	body := strings.Replace(inboundBody, "Ada Example", strings.Repeat("ä", 10_000), 1)
	require.NotEqual(t, inboundBody, body)
	var receipt api.Receipt
	require.Equal(t, 200, f.call("POST", "/v1/inbound", body, &receipt).StatusCode)
	var c api.Conversation
	require.Equal(t, 200, f.call("GET", "/v1/conversations/"+receipt.ConversationID.String(), "", &c).StatusCode)
	require.Equal(t, strings.Repeat("ä", 512), c.Contact.Name)
	var p api.Problem
	require.Equal(t, 422, f.call("GET", "/v1/conversations?q="+strings.Repeat("a", 10_000), "", &p).StatusCode)
	require.Equal(t, "q", p.Field)
}

// What each answers of an id that there is not, or of one that is none.
func TestWhatThereIsNotIsAProblemEverywhere(t *testing.T) {
	f := newFixture(t)
	nothing := "/v1/conversations/" + uuid.NewString()
	template := `{"name": "thanks", "language": "en_US"}`
	for _, tt := range []struct{ method, path, body, code string }{
		{"GET", nothing, "", "conversation_not_found"},
		{"GET", nothing + "/timeline", "", "conversation_not_found"},
		{"GET", nothing + "/explain", "", "conversation_not_found"},
		{"GET", nothing + "/kept-replies", "", "conversation_not_found"},
		{"POST", nothing + "/preview", template, "conversation_not_found"},
		{"POST", nothing + "/resume-claim", `{"by": "Grace Example"}`, "conversation_not_found"},
		{"DELETE", nothing + "/resume-claim", `{"by": "Grace Example"}`, "conversation_not_found"},
		{"GET", "/v1/sends/" + uuid.NewString(), "", "send_not_found"},
		{"GET", "/v1/contacts/" + uuid.NewString(), "", "contact_not_found"},
		{"GET", "/v1/numbers/1", "", "number_not_found"},
		{"POST", "/v1/numbers/1/pause", "", "number_not_found"},
		{"GET", "/v1/nothing", "", "no_such_endpoint"},
		{"GET", nothing + "/timeline/", "", "no_such_endpoint"},
	} {
		var p api.Problem
		res := f.call(tt.method, tt.path, tt.body, &p)
		require.Equal(t, []any{404, tt.code}, []any{res.StatusCode, p.Code}, "%s %s", tt.method, tt.path)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
		require.NotEmpty(t, p.Detail)
	}
}

func TestOtherMethods(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	path := "/v1/conversations/" + id.String()
	var p api.Problem
	res := f.call("DELETE", path, "", &p)
	require.Equal(t, []any{405, "method_not_allowed", "GET, HEAD"}, []any{res.StatusCode, p.Code, res.Header.Get("Allow")})
	res = f.call("PUT", path+"/timeline", "{}", &p)
	require.Equal(t, []any{405, "GET, HEAD"}, []any{res.StatusCode, res.Header.Get("Allow")})
	for path, status := range map[string]int{path: 200, path + "/timeline": 200, "/v1/conversations/" + uuid.NewString(): 404, "/v1/numbers?state=x": 422, "/docs/": 200} {
		res := f.call("HEAD", path, "", nil)
		require.Equal(t, status, res.StatusCode, path)
	}
	req, err := http.NewRequest("HEAD", f.server.URL+path, nil)
	require.NoError(t, err)
	require.Equal(t, 401, f.do(req, nil).StatusCode)
}
