package template

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
