package template

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func FuzzLint(f *testing.F) {
	f.Add(order, "Header {{1}}", "https://shop.example/{{1}}", "utility")
	f.Add("{{1}}{{2}} \xff {{ {{{1}}}", "{{99999999999999999999}}", "%zz{{", "authentication")
	f.Add("***__~~ 4111 1111 1111 1111 1", "", "https://", "marketing")
	f.Fuzz(func(t *testing.T, body, head, url, category string) {
		template := Template{Name: body, Language: head, Category: category, Components: []Component{
			{Type: "BODY", Text: body, Example: &Example{BodyText: SampleRows{{head}}, BodyNamed: []NamedSample{{body, url}}}},
			{Type: "HEADER", Text: head, Example: &Example{HeaderText: Samples{url}}},
			{Type: "FOOTER", Text: url}, {Type: head},
			{Type: "BUTTONS", Buttons: []Button{{Type: "URL", Text: head, URL: url}, {Type: category, URL: body}}},
		}}
		for _, finding := range Lint(template) {
			require.NotEmpty(t, finding.Rule)
			require.NotEmpty(t, finding.Place)
			require.True(t, utf8.ValidString(finding.Reason))
		}
		p := Parameters{Body: Values{Positional: []string{url}}, Header: Values{Named: map[string]string{head: body}}, Buttons: map[int]string{0: body, -1: url}}
		_ = template.Check(p)
		_ = template.Fill(p)
		_ = template.Preview(p)
	})
}
