package template

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFieldsAreWhatAFormHasToAskFor(t *testing.T) {
	for _, tt := range []struct {
		name, components string
		want             []Field
	}{
		{"nothing", `[{"type": "BODY", "text": "Hello."}]`, nil},
		{"by position, in its order, once each", `[{"type": "BODY", "text": "{{2}} of {{1}}, {{2}}", "example": {"body_text": [["Ada", "3"]]}}]`,
			[]Field{{"body", "1", "Text, value 1", "Ada", false}, {"body", "2", "Text, value 2", "3", false}}},
		{"by name", `[{"type": "HEADER", "format": "TEXT", "text": "For {{who}}", "example": {"header_text_named_params": [{"param_name": "who", "example": "Ada"}]}},
			{"type": "BODY", "text": "Until {{day}}"}]`,
			[]Field{{"header", "who", "Header: who", "Ada", true}, {"body", "day", "Text: day", "", true}}},
		{"buttons", `[{"type": "BODY", "text": "Hello."}, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"},
			{"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}", "example": ["https://shop.example/17"]},
			{"type": "COPY_CODE", "text": "Copy", "example": "SPRING"}]}]`,
			[]Field{{"buttons", "1", "Button “Track”: end of its address", "https://shop.example/17", false},
				{"buttons", "2", "Button “Copy”: its code", "SPRING", false}}},
		{"an image in place of a header", `[{"type": "HEADER", "format": "IMAGE", "text": "{{1}}"}, {"type": "BODY", "text": "Hello."}]`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var template Template
			require.NoError(t, json.Unmarshal([]byte(`{"name": "a", "language": "en_US", "components": `+tt.components+`}`), &template))
			require.Equal(t, tt.want, template.Fields())
		})
	}
}
