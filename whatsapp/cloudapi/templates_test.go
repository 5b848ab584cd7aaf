package cloudapi

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
	"reengage/whatsapp/template"
	"reengage/whatsapp/whatsapptest"
)

var nothing = log.New(io.Discard, "", 0)

func TestTemplatesAreListedOverAllPagesInOurWords(t *testing.T) {
	w := newWorld(t)
	none, err := w.client.ListTemplates(t.Context(), waba)
	require.NoError(t, err)
	require.Empty(t, none)
	var want []string
	for i := range 250 {
		name := fmt.Sprintf("t%03d", i)
		want = append(want, name)
		w.SetTemplate(whatsapptest.Template{Name: name, Language: "pt-BR", Status: "PAUSED", Category: "UTILITY"})
	}
	list, err := w.client.ListTemplates(t.Context(), waba)
	require.NoError(t, err)
	var names []string
	for _, got := range list {
		names = append(names, got.Name)
	}
	require.Equal(t, want, names)
	require.Equal(t, template.Template{ID: list[7].ID, Name: "t007", Language: "pt_BR", Status: "paused", Category: "utility", Quality: "green"}, list[7])
	require.NotEmpty(t, list[7].ID)
}

func TestWhatCannotBeReadInAListDropsNothingElse(t *testing.T) {
	w := newWorld(t)
	c := newClient(t, func(o *Options) { o.Log = w.client.log }, at(server(t, answering(200, `{"data":[3,{"name":"a","language":"en-GB","status":"IN_APPEAL","components":[]},
		{"name":"b","components":"none"},{"language":"de"},{"name":"c","language":"de","quality_score":"RED"}]}`))))
	list, err := c.ListTemplates(t.Context(), waba)
	require.NoError(t, err)
	require.Equal(t, []template.Template{{Name: "a", Language: "en_GB", Status: "in_appeal"}, {Name: "c", Language: "de", Quality: "red"}}, list)
	require.Equal(t, 3, strings.Count(w.log.String(), "cannot be read"))
}

func TestAListThatFails(t *testing.T) {
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   Failure
	}{
		"a Graph error": {answering(401, `{"error":{"code":190,"message":"`+token+`"}}`),
			Failure{Code: 190, HasCode: true, Class: whatsapp.ClassAuth, HTTPStatus: 401, Reason: ReasonGraphError}},
		"an error nobody knows": {answering(400, `{"error":{"code":2500,"message":"Odd `+token+`"}}`),
			Failure{Code: 2500, HasCode: true, Class: whatsapp.ClassUnknown, HTTPStatus: 400, Reason: ReasonGraphError, Details: "Odd #"}},
		"a proxy":                {answering(502, "Bad Gateway"), Failure{Class: whatsapp.ClassRetry, HTTPStatus: 502, Reason: ReasonBadAnswer}},
		"garbage":                {answering(200, "<html>"), Failure{Class: whatsapp.ClassRetry, HTTPStatus: 200, Reason: ReasonBadAnswer}},
		"no list":                {answering(200, `{}`), Failure{Class: whatsapp.ClassRetry, HTTPStatus: 200, Reason: ReasonBadAnswer}},
		"more than one reads":    {answering(200, `{"data":["`+strings.Repeat("x", maxPage)+`"]}`), Failure{Class: whatsapp.ClassRetry, HTTPStatus: 200, Reason: ReasonBadAnswer}},
		"a list that never ends": {endless(), Failure{Class: whatsapp.ClassRetry, HTTPStatus: 200, Reason: ReasonBadAnswer}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newClient(t, at(server(t, tc.answer))).ListTemplates(t.Context(), waba)
			var f *Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tc.want, *f)
			require.NotContains(t, err.Error(), token)
		})
	}
	t.Run("a cursor that stands still ends it", func(t *testing.T) {
		list, err := newClient(t, at(server(t, answering(200, `{"data":[{"name":"a","language":"de"}],"paging":{"cursors":{"after":"x"}}}`)))).ListTemplates(t.Context(), waba)
		require.NoError(t, err)
		require.Len(t, list, 2)
	})
	t.Run("an account that is none", func(t *testing.T) {
		_, err := newClient(t, at("http://127.0.0.1:1")).ListTemplates(t.Context(), "../me")
		require.Equal(t, "bad_request", err.Error())
	})
	t.Run("in its time", func(t *testing.T) {
		_, err := newClient(t, within(50*time.Millisecond), at(server(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))).ListTemplates(t.Context(), waba)
		var f *Failure
		require.ErrorAs(t, err, &f)
		require.Equal(t, ReasonTimeout, f.Reason)
	})
}

func endless() http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		n++
		answering(200, fmt.Sprintf(`{"data":[{"name":"a%d","language":"de"}],"paging":{"cursors":{"after":"%d"}}}`, n, n))(w, r)
	}
}
