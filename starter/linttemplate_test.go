package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

const (
	fine     = `{"name":"your_order","language":"en_US","category":"UTILITY","status":"APPROVED","components":[{"type":"BODY","text":"Your order {{1}} has come.","example":{"body_text":[["A1"]]}}]}`
	careless = `{"name":"your_order","language":"en_US","category":"UTILITY","components":[{"type":"BODY","text":"Your order  has come."}]}`
	wrong    = `{"name":"Your-order\u001b[31m","language":"en_US","category":"UTILITY","components":[{"type":"BODY","text":"You left something in your cart. See https://bit.ly/a now."}]}`
)

func TestLintTemplate(t *testing.T) {
	s := newStack(t)
	file := filepath.Join(t.TempDir(), "templates.json")
	require.NoError(t, os.WriteFile(file, []byte(fine), 0o600))
	require.Equal(t, result0("No findings.\n"), s.run("lint-template", file))
	require.Equal(t, result0("No findings.\n"), s.runWith(`{"data":[`+fine+`],"paging":{}}`, "lint-template", "-"))
	require.Equal(t, result0("No findings.\n"), s.runWith("[]", "lint-template", "-"))
	require.Equal(t, result0("formatting  your_order/en_US body  (warning) Several spaces follow each other.\n"), s.runWith(careless, "lint-template", "-"))

	r := s.runWith("["+fine+","+careless+","+wrong+"]", "lint-template", "-")
	require.Equal(t, result{1, `formatting            your_order/en_US body       (warning) Several spaces follow each other.
name                  Your-order�[31m/en_US name  A name has 1 to 512 lower-case letters a to z, digits and underscores.
url_shortener         Your-order�[31m/en_US body  The address of a URL shortener (bit.ly) hides where it leads.
marketing_as_utility  Your-order�[31m/en_US body  It wins a customer back: Meta counts that as marketing, even if it was asked for.
`, "starter: 3 findings would be objected to\n"}, r)

	r = s.runWith(wrong, "lint-template", "--json", "-")
	require.Equal(t, 1, r.code)
	var page api.Page[template.Finding]
	require.NoError(t, json.Unmarshal([]byte(r.out), &page))
	require.Len(t, page.Items, 3)
	require.Equal(t, template.Finding{Template: "Your-order\x1b[31m", Language: "en_US", Rule: "name", Place: "name",
		Reason: "A name has 1 to 512 lower-case letters a to z, digits and underscores.", Severity: template.Error}, page.Items[0])
	require.JSONEq(t, `{"items":[],"next_cursor":null}`, s.runWith(fine, "lint-template", "--json", "-").out)
}

func TestLintTemplateKnowsHowManyAnAccountMayHave(t *testing.T) {
	s := newStack(t)
	var list []template.Template
	for i := range 225 {
		var one template.Template
		require.NoError(t, json.Unmarshal([]byte(fine), &one))
		one.Name += "_" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		list = append(list, one)
	}
	text, err := json.Marshal(list)
	require.NoError(t, err)
	require.Equal(t, result0("template_limit  templates  (warning) 225 of the 250 templates that an account may have are in use.\n"), s.runWith(string(text), "lint-template", "-"))
	require.Equal(t, result0("No findings.\n"), s.runWith(string(text), "lint-template", "--verified", "-"))
}
