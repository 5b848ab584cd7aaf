package template

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func positional(values ...string) Parameters { return Parameters{Body: Values{Positional: values}} }
func byName(values map[string]string) Parameters {
	return Parameters{Body: Values{Named: values}}
}

func TestParametersAreReadInThreeForms(t *testing.T) {
	for given, want := range map[string]Parameters{
		`["Ada","blue"]`:          positional("Ada", "blue"),
		` [ ]`:                    {},
		`{}`:                      {},
		`null`:                    {},
		`{"first_name":"Ada"}`:    byName(map[string]string{"first_name": "Ada"}),
		`{"body":"Ada"}`:          byName(map[string]string{"body": "Ada"}),
		`{"body":["Ada"]}`:        positional("Ada"),
		`{"header":["Sale"]}`:     {Header: Values{Positional: []string{"Sale"}}},
		`{"buttons":{"1":"x"}}`:   {Buttons: map[int]string{1: "x"}},
		`{"buttons":{"1":["x"]}}`: {Buttons: map[int]string{1: "x"}},
		`{"body":{"first_name":"Ada"},"header":{"shop":"Ours"},"buttons":{"0":"a","2":"b"}}`: {
			Body: Values{Named: map[string]string{"first_name": "Ada"}}, Header: Values{Named: map[string]string{"shop": "Ours"}},
			Buttons: map[int]string{0: "a", 2: "b"}},
	} {
		var p Parameters
		require.NoError(t, json.Unmarshal([]byte(given), &p), given)
		require.Equal(t, want, p, given)
	}
}

func TestParametersOfAnyOtherFormAreRefusedWithoutBeingQuoted(t *testing.T) {
	for _, given := range []string{`"Ada"`, `3`, `["Ada",3]`, `["Ada",null]`, `["Ada",["x"]]`, `[{"name":"Ada"}]`, `{"first_name":3}`, `{"first_name":null}`,
		`{"body":["Ada"],"first_name":"Ada"}`, `{"body":["Ada"],"bottom":["x"]}`, `{"buttons":{"one":"Ada"}}`, `{"buttons":{"1":["Ada","b"]}}`, `{"buttons":["Ada"]}`} {
		var p Parameters
		err := json.Unmarshal([]byte(given), &p)
		require.Error(t, err, given)
		require.NotContains(t, err.Error(), "Ada")
	}
}

func TestParametersAreWrittenShortlyAndAlwaysTheSame(t *testing.T) {
	for want, p := range map[string]Parameters{
		`[]`:                        {},
		`["Ada","blue"]`:            positional("Ada", "blue"),
		`{"a":"1","b":"2","c":"3"}`: byName(map[string]string{"c": "3", "a": "1", "b": "2"}),
		`{"body":["Ada"],"buttons":{"0":"a","10":"b"}}`: {Body: Values{Positional: []string{"Ada"}}, Buttons: map[int]string{10: "b", 0: "a"}},
		`{"body":[],"header":{"shop":"Ours"}}`:          {Header: Values{Named: map[string]string{"shop": "Ours"}}},
	} {
		b, err := json.Marshal(p)
		require.NoError(t, err)
		require.Equal(t, want, string(b))
	}
	_, err := json.Marshal(Values{Positional: []string{"a"}, Named: map[string]string{"b": "c"}})
	require.Error(t, err)
}

func TestParametersSurviveAWayThroughJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.Custom(func(t *rapid.T) Values {
			if list := rapid.SliceOf(rapid.String()).Draw(t, "list"); rapid.Bool().Draw(t, "by position") && len(list) > 0 {
				return Values{Positional: list}
			}
			names := rapid.MapOf(rapid.StringMatching(`[a-z][a-z0-9_]{0,8}|body|header|buttons`), rapid.String()).Draw(t, "names")
			if len(names) == 0 {
				names = nil
			}
			return Values{Named: names}
		})
		p := Parameters{Body: values.Draw(t, "body"), Header: values.Draw(t, "header")}
		if b := rapid.MapOf(rapid.IntRange(0, 9), rapid.String()).Draw(t, "buttons"); len(b) > 0 {
			p.Buttons = b
		}
		b, err := json.Marshal(p)
		require.NoError(t, err)
		var back Parameters
		require.NoError(t, json.Unmarshal(b, &back), string(b))
		require.Equal(t, p, back, string(b))
	})
}

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
			require.NotContains(t, err.Error()+wrong.Sentence, "Ada")
		})
	}
}

func TestFillAndPreview(t *testing.T) {
	template := good("marketing", "Dear {{1}}, your {{2}} is ready, {{1}}.", header("News of {{1}} today"), footer("Reply STOP to leave."),
		buttons(quick("Yes"), link("https://shop.example/{{1}}"), phone(), Button{Type: "COPY_CODE", Text: "Copy code"}))
	p := Parameters{Body: Values{Positional: []string{"Ada", "{{1}} bike"}}, Header: Values{Positional: []string{"us"}}, Buttons: map[int]string{1: "spring", 3: "SAVE"}}
	require.NoError(t, template.Check(p))
	filled, err := json.Marshal(template.Fill(p))
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"type":"header","parameters":[{"type":"text","text":"us"}]},
		{"type":"body","parameters":[{"type":"text","text":"Ada"},{"type":"text","text":"{{1}} bike"}]},
		{"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"spring"}]},
		{"type":"button","sub_type":"copy_code","index":"3","parameters":[{"type":"coupon_code","coupon_code":"SAVE"}]}]`, string(filled))
	preview := template.Preview(p)
	require.Equal(t, Preview{
		Header: "News of us today", Body: "Dear Ada, your {{1}} bike is ready, Ada.", Footer: "Reply STOP to leave.",
		Buttons: []PreviewButton{{Type: "quick_reply", Text: "Yes"}, {Type: "url", Text: "See", URL: "https://shop.example/spring"},
			{Type: "phone_number", Text: "Call", Phone: "+12025550100"}, {Type: "copy_code", Text: "Copy code", Code: "SAVE"}},
	}, preview, "a value is not filled in turn")
	require.Equal(t, "News of us today\nDear Ada, your {{1}} bike is ready, Ada.\nReply STOP to leave.", preview.String())

	byNames := good("marketing", "Dear {{first_name}}, your {{thing}} is ready.")
	filled, err = json.Marshal(byNames.Fill(byName(map[string]string{"thing": "bike", "first_name": "Ada"})))
	require.NoError(t, err)
	require.JSONEq(t, `[{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"Ada"},
		{"type":"text","parameter_name":"thing","text":"bike"}]}]`, string(filled))

	eleven := good("marketing", "a {{1}} b {{2}} c {{3}} d {{4}} e {{5}} f {{6}} g {{7}} h {{8}} i {{9}} j {{10}} k {{11}} l")
	values := strings.Split("A B C D E F G H I J K", " ")
	require.Equal(t, "a A b B c C d D e E f F g G h H i I j J k K l", eleven.Preview(positional(values...)).Body, "10 comes after 9")
	require.Equal(t, "K", eleven.Fill(positional(values...))[0].Parameters[10].Text)

	require.Empty(t, good("utility", "Your order has come.").Fill(Parameters{}))
	require.Equal(t, "Dear {{1}}, your {{2}} is ready, {{1}}.\nReply STOP to leave.", good("marketing", "Dear {{1}}, your {{2}} is ready, {{1}}.", footer("Reply STOP to leave.")).Preview(Parameters{}).String())
	require.Equal(t, "image", good("marketing", "Hello.", func(t *Template) { t.Components = append(t.Components, Component{Type: "HEADER", Format: "IMAGE"}) }).Preview(Parameters{}).HeaderFormat)
}

// listed is a template as Meta lists it.
const listed = `{"id":"700000000000001","name":"come_back","language":"en-US","status":"APPROVED","category":"MARKETING","quality_score":{"score":"GREEN","date":1790000000},
	"parameter_format":"POSITIONAL","components":[
	{"type":"HEADER","format":"TEXT","text":"News of {{1}}","example":{"header_text":["the shop"]}},
	{"type":"BODY","text":"Dear {{1}}, {{2}} waits.","example":{"body_text":[["Ada","a bike"]]}},
	{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Yes"},{"type":"URL","text":"See","url":"https://shop.example/{{1}}","example":["https://shop.example/a"]},
		{"type":"COPY_CODE","text":"Copy","example":"SAVE"}]}]}`

func TestATemplateIsReadAsMetaListsIt(t *testing.T) {
	want := Template{ID: "700000000000001", Name: "come_back", Language: "en_US", Status: "approved", Category: "marketing", Quality: "green", Components: []Component{
		{Type: "HEADER", Format: "TEXT", Text: "News of {{1}}", Example: &Example{HeaderText: Samples{"the shop"}}},
		{Type: "BODY", Text: "Dear {{1}}, {{2}} waits.", Example: &Example{BodyText: SampleRows{{"Ada", "a bike"}}}},
		{Type: "BUTTONS", Buttons: []Button{{Type: "QUICK_REPLY", Text: "Yes"}, {Type: "URL", Text: "See", URL: "https://shop.example/{{1}}", Example: Samples{"https://shop.example/a"}},
			{Type: "COPY_CODE", Text: "Copy", Example: Samples{"SAVE"}}}},
	}}
	for form, text := range map[string]string{"one": listed, "a list": "\ufeff[" + listed + "]", "an answer": `{"data":[` + listed + `],"paging":{"cursors":{}}}`} {
		got, err := Parse([]byte(text))
		require.NoError(t, err, form)
		require.Equal(t, []Template{want}, got, form)
	}
	again, err := json.Marshal(want)
	require.NoError(t, err)
	var back Template
	require.NoError(t, json.Unmarshal(again, &back))
	require.Equal(t, want, back)
	bare, err := json.Marshal(Template{Name: "a", Language: "en"})
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"a","language":"en","components":[]}`, string(bare))
}

func TestWhatIsNoTemplateIsRefused(t *testing.T) {
	for _, text := range []string{"", " ", "{", "[", "3", `"x"`, "null", "[3]", "[null]", `{"name":3}`, `{"components":{}}`, `{"data":3}`, `{"data":[3]}`, listed + "x"} {
		_, err := Parse([]byte(text))
		require.Error(t, err, text)
	}
	none, err := Parse([]byte("[]"))
	require.NoError(t, err)
	require.Empty(t, none)
}
