package template

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckOfParameters(t *testing.T) {
	two := good("utility", "Dear {{1}}, your {{2}} is ready, {{1}}.")
	names := good("utility", "Dear {{first_name}}, your {{thing}} is ready.")
	all := good("marketing", "Dear {{1}}, here it is.", header("News of {{1}} today"),
		buttons(quick("Yes"), link("https://shop.example/{{1}}"), Button{Type: "COPY_CODE", Example: Samples{"A"}}))
	full := func(body string) Parameters {
		return Parameters{Body: Values{Positional: []string{body}}, Header: Values{Positional: []string{"us"}}, Buttons: map[int]string{1: "a", 2: "SAVE"}}
	}
	without := func(p Parameters, change func(*Parameters)) Parameters { change(&p); return p }
	for name, tc := range map[string]struct {
		template Template
		given    Parameters
		place    string
		reason   Reason
	}{
		"as many as there are":              {two, positional("Ada", "bike"), "", ""},
		"by name":                           {names, byName(map[string]string{"first_name": "Ada", "thing": "bike"}), "", ""},
		"of every part":                     {all, full("Ada"), "", ""},
		"none where none are due":           {good("utility", "Your order has come."), Parameters{}, "", ""},
		"four spaces":                       {two, positional("A    a", "bike"), "", ""},
		"emoji and other scripts":           {two, positional("阿达 👩‍💻", "vélo"), "", ""},
		"of a template in Meta's words":     {Template{Name: "a", Components: []Component{{Type: "body", Text: "Dear {{1}}."}}}, positional("Ada"), "", ""},
		"too few":                           {two, positional("Ada"), "body", ReasonCount},
		"too many":                          {two, positional("Ada", "bike", "x"), "body", ReasonCount},
		"none":                              {two, Parameters{}, "body", ReasonCount},
		"some where none are due":           {good("utility", "Your order has come."), positional("Ada"), "body", ReasonCount},
		"an empty one":                      {two, positional("Ada", ""), "body.2", ReasonEmpty},
		"a blank one":                       {two, positional(" \u00a0", "b"), "body.1", ReasonEmpty},
		"a line break":                      {two, positional("Ada", "a\nb"), "body.2", ReasonNewline},
		"another line break":                {two, positional("Ada", "a\u2028b"), "body.2", ReasonNewline},
		"a tab":                             {two, positional("Ada", "a\tb"), "body.2", ReasonTab},
		"five spaces":                       {two, positional("Ada", "a     b"), "body.2", ReasonSpaces},
		"what is not UTF-8":                 {two, positional("Ada", "a\xffb"), "body.2", ReasonInvalid},
		"a NUL":                             {two, positional("Ada", "a\x00b"), "body.2", ReasonInvalid},
		"a name too few":                    {names, byName(map[string]string{"first_name": "Ada"}), "body.thing", ReasonMissing},
		"a name too many":                   {names, byName(map[string]string{"first_name": "Ada", "thing": "b", "x": "c"}), "body", ReasonUnknownName},
		"another name":                      {names, byName(map[string]string{"first_name": "Ada", "things": "b"}), "body.thing", ReasonMissing},
		"by position where names are due":   {names, positional("Ada", "bike"), "body", ReasonFormat},
		"by name where positions are due":   {two, byName(map[string]string{"first_name": "Ada", "thing": "b"}), "body", ReasonFormat},
		"by both":                           {two, Parameters{Body: Values{[]string{"Ada", "b"}, map[string]string{"a": "b"}}}, "body", ReasonMixed},
		"by name in one, position in other": {all, without(full("Ada"), func(p *Parameters) { p.Header = Values{Named: map[string]string{"a": "b"}} }), "header", ReasonMixed},
		"a body of 1024":                    {two, positional(strings.Repeat("é", 490), strings.Repeat("é", 20)), "", ""},
		"a body of 1025":                    {two, positional(strings.Repeat("é", 490), strings.Repeat("é", 21)), "body", ReasonTooLong},
		"a header of 60":                    {all, without(full("Ada"), func(p *Parameters) { p.Header.Positional = []string{strings.Repeat("é", 46)} }), "", ""},
		"a header of 61":                    {all, without(full("Ada"), func(p *Parameters) { p.Header.Positional = []string{strings.Repeat("é", 47)} }), "header", ReasonTooLong},
		"no header":                         {all, without(full("Ada"), func(p *Parameters) { p.Header = Values{} }), "header", ReasonCount},
		"no address":                        {all, without(full("Ada"), func(p *Parameters) { p.Buttons = map[int]string{2: "SAVE"} }), "buttons.1", ReasonMissing},
		"no code":                           {all, without(full("Ada"), func(p *Parameters) { p.Buttons = map[int]string{1: "a"} }), "buttons.2", ReasonMissing},
		"an address for a quick reply":      {all, without(full("Ada"), func(p *Parameters) { p.Buttons = map[int]string{0: "x", 1: "a", 2: "SAVE"} }), "buttons.0", ReasonCount},
		"an address for no button":          {all, without(full("Ada"), func(p *Parameters) { p.Buttons = map[int]string{1: "a", 2: "SAVE", 7: "x"} }), "buttons", ReasonCount},
		"an address that is too long":       {all, without(full("Ada"), func(p *Parameters) { p.Buttons = map[int]string{1: strings.Repeat("a", 1980), 2: "SAVE"} }), "buttons.1", ReasonTooLong},
		"an empty address":                  {all, without(full("Ada"), func(p *Parameters) { p.Buttons = map[int]string{1: "", 2: "SAVE"} }), "buttons.1", ReasonEmpty},
		"a code of 15":                      {good("authentication", "Code {{1}}."), positional(strings.Repeat("1", 15)), "", ""},
		"a code of 16":                      {good("authentication", "Code {{1}}."), positional(strings.Repeat("1", 16)), "body.1", ReasonTooLong},
		"of a picture":                      {good("marketing", "Hello.", func(t *Template) { t.Components = append(t.Components, Component{Type: "HEADER", Format: "IMAGE"}) }), Parameters{}, "header", ReasonUnsupported},
		"of a carousel":                     {good("marketing", "Hello.", func(t *Template) { t.Components = append(t.Components, Component{Type: "CAROUSEL"}) }), Parameters{}, "carousel", ReasonUnsupported},
		"of a list of products":             {good("marketing", "Hello.", buttons(Button{Type: "MPM", Text: "See"})), Parameters{}, "buttons.0", ReasonUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			given := Parameters{tc.given.Body, tc.given.Header, maps.Clone(tc.given.Buttons)}
			err := tc.template.Check(tc.given)
			require.Equal(t, given, tc.given, "nothing was changed")
			if tc.reason == "" {
				require.NoError(t, err)
				return
			}
			var wrong *ParameterError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, []any{tc.place, tc.reason}, []any{wrong.Place, wrong.Reason})
			require.NotEmpty(t, wrong.Sentence)
			if words := sentences[name]; words != "" {
				require.Equal(t, words, wrong.Sentence)
			}
			require.NotContains(t, err.Error()+wrong.Sentence, "Ada")
		})
	}
}

// sentences are what some of these wrongs are called.
var sentences = map[string]string{
	"too few":                         "Text: 2 values are needed, not 1.",
	"none":                            "Text: 2 values are needed.",
	"no header":                       "Header: 1 value is needed.",
	"some where none are due":         "Text: no values are needed.",
	"an empty one":                    "Value 2 of the text is empty.",
	"a name too few":                  "Value thing of the text is missing.",
	"by position where names are due": "Text: values are given by name: first_name, thing.",
	"no address":                      "The value of button 2 is missing.",
	"a header of 61":                  "Header: it would be 61 characters long with these values; at most 60 are allowed.",
}
