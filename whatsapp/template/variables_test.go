package template

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVariablesAreWhatASenderFillsIn(t *testing.T) {
	all := Template{Components: []Component{
		{Type: "header", Text: "News of {{1}}", Example: &Example{HeaderText: Samples{"Lisbon"}}},
		{Type: "BODY", Text: "{{2}}, dear {{1}}, {{2}}", Example: &Example{BodyText: SampleRows{{"Ada", "Hello"}}}},
		{Type: "BUTTONS", Buttons: []Button{{Type: "QUICK_REPLY", Text: "Yes"}, {Type: "URL", URL: "https://shop.example/{{1}}", Example: Samples{"spring"}}}},
	}}
	require.Equal(t, []Variable{
		{"header.1", "header", "1", false, "Lisbon"},
		{"body.1", "body", "1", false, "Ada"},
		{"body.2", "body", "2", false, "Hello"},
		{"buttons.1", "buttons", "1", false, "spring"},
	}, all.Variables())
	named := Template{Components: []Component{{Type: "BODY", Text: "Dear {{first_name}}, {{thing}}",
		Example: &Example{BodyNamed: []NamedSample{{"thing", "bike"}}}}}}
	require.Equal(t, []Variable{{"body.first_name", "body", "first_name", true, ""}, {"body.thing", "body", "thing", true, "bike"}}, named.Variables())
	require.Empty(t, Template{}.Variables())
}

func TestEveryValueAtFaultHasAProblemAtItsPlace(t *testing.T) {
	two := good("marketing", "Dear {{1}}, your {{2}} is ready, {{1}}.", header("News of {{1}} today"),
		buttons(quick("Yes"), link("https://shop.example/{{1}}"), link("https://shop.example/b/{{1}}")))
	var places []string
	for _, p := range two.Problems(Parameters{Body: Values{Positional: []string{"", "a\nb"}}, Header: Values{Positional: []string{"\t"}},
		Buttons: map[int]string{0: "x", 1: ""}}) {
		places = append(places, p.Place+" "+string(p.Reason))
	}
	require.Equal(t, []string{"header.1 empty", "body.1 empty", "body.2 newline", "buttons.0 count", "buttons.1 empty", "buttons.2 missing"}, places)
	known := map[string]bool{"buttons.0": true}
	for _, v := range two.Variables() {
		known[v.Place] = true
	}
	for _, p := range two.Problems(Parameters{Body: Values{Positional: []string{"", ""}}, Header: Values{Positional: []string{""}}}) {
		require.True(t, known[p.Place], p.Place)
	}
	require.Empty(t, two.Problems(Parameters{Body: Values{Positional: []string{"Ada", "bike"}}, Header: Values{Positional: []string{"us"}},
		Buttons: map[int]string{1: "a", 2: "b"}}))
}
