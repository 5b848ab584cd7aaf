package cloudapi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/whatsapp/template"
	"reengage/whatsapp/whatsapptest"
)

// What Check accepts, Meta accepts as well, in the form in which Fill writes it.
func TestParametersThatAreAcceptedHereAreAcceptedThere(t *testing.T) {
	w := newWorld(t)
	value := rapid.OneOf(rapid.StringN(1, 20, -1), rapid.SampledFrom([]string{"Ada", "a bike", "{{1}}", `"<&>\`, "a     b", "a\nb", " ", ""}))
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		named := rapid.Bool().Draw(t, "by name")
		text, values := "Dear customer,", template.Values{}
		for i := range rapid.IntRange(0, 12).Draw(t, "variables") {
			name := fmt.Sprint(i + 1)
			if named {
				name = "v" + name
			}
			text += " here is {{" + name + "}}" + strings.Repeat(" again {{"+name+"}}", rapid.IntRange(0, 1).Draw(t, "repeated"))
			if v := value.Draw(t, name); named {
				if values.Named == nil {
					values.Named = map[string]string{}
				}
				values.Named[name] = v
			} else {
				values.Positional = append(values.Positional, v)
			}
		}
		known := template.Template{Name: "made_up", Language: "en_US", Category: "marketing", Components: []template.Component{
			{Type: "BODY", Text: text + "."}, {Type: "BUTTONS", Buttons: []template.Button{{Type: "URL", Text: "See", URL: "https://shop.example/{{1}}"}}}}}
		w.SetTemplate(whatsapptest.Template{Name: "made_up", Components: []whatsapptest.TemplateComponent{
			{Type: "BODY", Text: text + "."}, {Type: "BUTTONS", Buttons: []whatsapptest.TemplateButton{{Type: "URL", Text: "See", URL: "https://shop.example/{{1}}"}}}}})
		p := template.Parameters{Body: values, Buttons: map[int]string{0: value.Draw(t, "button")}}
		if known.Check(p) != nil {
			return
		}
		accepted++
		_, err := w.client.Send(w.t.Context(), helloTo(func(m *Message) { m.Text, m.Template = "", &Template{known.Name, known.Language, known.Fill(p)} }))
		require.NoError(t, err)
	})
	require.NotZero(t, accepted)
}
