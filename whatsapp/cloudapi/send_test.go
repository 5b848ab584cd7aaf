package cloudapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
	"reengage/whatsapp/template"
	"reengage/whatsapp/whatsapptest"
)

func TestASendIsAccepted(t *testing.T) {
	values := func(s ...string) template.Values { return template.Values{Positional: s} }
	for name, tc := range map[string]struct {
		message func(w *world) Message
		want    string
	}{
		"a text": {func(*world) Message { return hello() },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"` + words + `"},"biz_opaque_callback_data":"` + opaque + `"}`},
		"a text to a phone with its plus": {func(*world) Message { return helloTo(func(m *Message) { m.To = "+" + customer; m.OpaqueData = "" }) },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"` + words + `"}}`},
		"a text to a phone rather than to a business-scoped id": {func(*world) Message { return helloTo(func(m *Message) { m.BSUID = bsuid; m.OpaqueData = "" }) },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"` + words + `"}}`},
		"a text to a business-scoped id": {func(*world) Message {
			return helloTo(func(m *Message) { m.To = ""; m.BSUID = bsuid; m.OpaqueData = "" })
		},
			`{"messaging_product":"whatsapp","recipient_type":"individual","recipient":"` + bsuid + `","type":"text","text":{"body":"` + words + `"}}`},
		"a template by position": {func(w *world) Message {
			return helloTo(func(m *Message) {
				m.Text, m.OpaqueData = "", ""
				m.Template = w.filled("come_back", template.Parameters{Body: values("Ada", "<bike> & bell"), Header: values("us"), Buttons: map[int]string{1: "42"}})
			})
		}, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"template","template":{"name":"come_back","language":{"code":"en_US"},"components":[
			{"type":"header","parameters":[{"type":"text","text":"us"}]},
			{"type":"body","parameters":[{"type":"text","text":"Ada"},{"type":"text","text":"<bike> & bell"}]},
			{"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"42"}]}]}}`},
		"a template by name": {func(w *world) Message {
			return helloTo(func(m *Message) {
				m.Text, m.OpaqueData = "", ""
				m.Template = w.filled("by_name", template.Parameters{Body: template.Values{Named: map[string]string{"thing": "bike", "first_name": "Ada"}}})
			})
		}, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"template","template":{"name":"by_name","language":{"code":"en_US"},"components":[
			{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"Ada"},{"type":"text","parameter_name":"thing","text":"bike"}]}]}}`},
		"a template without variables": {func(w *world) Message {
			return helloTo(func(m *Message) { m.Text, m.OpaqueData, m.Template = "", "", w.filled("plain", template.Parameters{}) })
		}, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"template","template":{"name":"plain","language":{"code":"en_US"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, known := range []whatsapptest.Template{comeBack, byName, {Name: "plain"}} {
				w.SetTemplate(known)
			}
			got, err := w.client.Send(t.Context(), tc.message(w))
			require.NoError(t, err)
			sent := w.Messages()
			require.Len(t, sent, 1)
			require.Equal(t, Accepted{WAMID: sent[0].WAMID}, got)
			require.False(t, sent[0].Dropped)
			require.JSONEq(t, tc.want, string(sent[0].Body))
			requests := w.Requests()
			require.Equal(t, "/v26.0/"+shop+"/messages", requests[len(requests)-1].Path)
		})
	}
	t.Run("and held back", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.Script(whatsapptest.Rule{Do: "accept", MessageStatus: "held_for_quality_assessment"}))
		got, err := w.client.Send(t.Context(), hello())
		require.NoError(t, err)
		require.True(t, got.Held)
	})
}

func TestWhatNobodyCouldMeanIsNotSent(t *testing.T) {
	w := newWorld(t)
	for name, m := range map[string]Message{
		"to nobody":                         helloTo(func(m *Message) { m.To = "" }),
		"a business-scoped id as phone":     helloTo(func(m *Message) { m.To = bsuid }),
		"a phone as a business-scoped id":   helloTo(func(m *Message) { m.To, m.BSUID = "", customer }),
		"a phone as people write it":        helloTo(func(m *Message) { m.To = "+44 7700 900101" }),
		"no text":                           helloTo(func(m *Message) { m.Text = "" }),
		"a text that is too long":           helloTo(func(m *Message) { m.Text = strings.Repeat("a", 4097) }),
		"a text and a template":             helloTo(func(m *Message) { m.Template = &Template{Name: "a", Language: "en"} }),
		"a template without a language":     helloTo(func(m *Message) { m.Text, m.Template = "", &Template{Name: "a"} }),
		"from no number":                    helloTo(func(m *Message) { m.PhoneNumberID = "" }),
		"from a number that is another way": helloTo(func(m *Message) { m.PhoneNumberID = "../1" }),
		"opaque data of 513":                helloTo(func(m *Message) { m.OpaqueData = strings.Repeat("é", 513) }),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.client.Send(t.Context(), m)
			e := failed(t, err)
			require.Equal(t, SendError{NotSent, Failure{Class: whatsapp.ClassRequestFault, Reason: ReasonBadRequest}}, *e)
		})
	}
	require.Empty(t, w.Requests())
}

func TestAGraphErrorIsNotSentAndDecidedByItsCode(t *testing.T) {
	w := newWorld(t)
	for _, code := range []int{1, 2, 3, 4, 10, 100, 190, 200, 299, 368, 80007, 130429, 130472, 130497, 131000, 131005, 131008, 131009, 131016, 131021, 131026,
		131031, 131042, 131045, 131047, 131048, 131049, 131050, 131051, 131053, 131056, 131057, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018,
		133000, 133004, 133010, 135000} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			require.NoError(t, w.Script(whatsapptest.Rule{Do: "error", Code: code, HTTPStatus: 400, Details: words}))
			_, err := w.client.Send(t.Context(), hello())
			e := failed(t, err)
			require.Equal(t, SendError{NotSent, Failure{Code: code, HasCode: true, Class: whatsapp.ClassOf(code), HTTPStatus: 400, Reason: ReasonGraphError}}, *e)
		})
	}
	t.Run("also with a status of 500", func(t *testing.T) {
		require.NoError(t, w.Script(whatsapptest.Rule{Do: "error", Code: 131016}))
		_, err := w.client.Send(t.Context(), hello())
		e := failed(t, err)
		require.Equal(t, []any{NotSent, 131016, 500}, []any{e.Outcome, e.Code, e.HTTPStatus})
		require.Equal(t, "send a message: not sent: graph_error 131016 (retry), HTTP 500", err.Error())
	})
	t.Run("also with the code 0", func(t *testing.T) {
		c := newClient(t, at(server(t, answering(401, `{"error":{"code":0}}`))))
		_, err := c.Send(t.Context(), hello())
		require.Equal(t, SendError{NotSent, Failure{HasCode: true, Class: whatsapp.ClassAuth, HTTPStatus: 401, Reason: ReasonGraphError}}, *failed(t, err))
	})
	t.Run("also if our token is not Meta's", func(t *testing.T) {
		other := newClient(t, at(w.url), func(o *Options) { o.AccessToken = "another" })
		_, err := other.Send(t.Context(), hello())
		require.Equal(t, whatsapp.ClassAuth, failed(t, err).Class)
	})
	t.Run("also as a string, among members of other types", func(t *testing.T) {
		c := newClient(t, at(server(t, answering(400, `{"error":{"message":3,"code":"131056","error_data":"none"}}`))))
		_, err := c.Send(t.Context(), hello())
		require.Equal(t, whatsapp.ClassPairThrottle, failed(t, err).Class)
	})
	t.Run("and says how long to wait", func(t *testing.T) {
		for header, want := range map[string]time.Duration{"7": 7 * time.Second, "999999": time.Hour, "-1": 0, "Sat, 21 Nov 2026 05:30:00 GMT": 0} {
			c := newClient(t, at(server(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", header)
				answering(429, `{"error":{"code":130429}}`)(w, r)
			})))
			_, err := c.Send(t.Context(), hello())
			require.Equal(t, want, failed(t, err).RetryAfter, header)
		}
	})
	require.Empty(t, w.Messages())
}

func TestAnUnknownCodeKeepsMetasWordsWithoutWhatIsAPersons(t *testing.T) {
	w := newWorld(t)
	m := helloTo(func(m *Message) {
		m.Text = ""
		m.Template = &Template{"a", "en", []template.SendComponent{{Type: "body", Parameters: []template.SendParameter{{Type: "text", Text: "Ada Muster"}}}}}
	})
	require.NoError(t, w.Script(whatsapptest.Rule{Do: "error", Code: 139999, Details: "The colour of +44 7700 900-101 (wamid.HBgMNDQ3NzAw+/=, " + bsuid +
		") is wrong: Ada Muster, 447700900101 of https://graph.facebook.com/v26.0?access_token=x " + opaque + " EAAGm0PX4ZCpsBAJ9qZA " + token + " 3 times\n\x1b[31m" + strings.Repeat(" so", 300)}))
	_, err := w.client.Send(t.Context(), m)
	e := failed(t, err)
	require.Equal(t, whatsapp.ClassUnknown, e.Class)
	require.True(t, strings.HasPrefix(e.Details, "(#139999) Error The colour of # (#, #) is wrong: #, # of # # # # 3 times [31m so so"), e.Details)
	require.Len(t, []rune(e.Details), 500)
}
