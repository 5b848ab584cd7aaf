package sending_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/sending"
	"reengage/whatsapp/template"
)

func TestFieldsAreFilledAndNeverLeaveAHole(t *testing.T) {
	phone := "12025550100"
	ada := db.Contact{Name: "Ada\n  Muster", Phone: &phone, Fields: json.RawMessage(`{"city": " Lima ", "phone": "none", "quote": "{{contact.name}}", "blank": " "}`)}
	for text, want := range map[string]struct{ filled, problem string }{
		"plain":                             {"plain", ""},
		"{{contact.name}}":                  {"Ada Muster", ""},
		"Dear {{ contact.first_name }}!":    {"Dear Ada!", ""},
		"{{contact.city}}":                  {"Lima", ""},
		"{{contact.phone}}":                 {"+12025550100", ""},
		"{{contact.city|your town}}":        {"Lima", ""},
		"{{contact.language|en}}":           {"en", ""},
		"{{contact.street | your street }}": {"your street", ""},
		"{{contact.quote}}":                 {"{{contact.name}}", ""}, // a value is a text, and is not read again
		"{{contact.language}}":              {"", "language is not known"},
		"{{contact.blank}}":                 {"", "blank is not known"},
		"{{contact.blank|}}":                {"", "blank is not known"},
		"{{contact.street}}":                {"", "no field street"},
		"{{contact.City}}":                  {"{{contact.City}}", "as in {{contact.name}}"},
		"{{contact.street|{{x}}}}":          {"{{contact.street|{{x}}}}", "as in {{contact.name}}"},
	} {
		p, problem := sending.Fill(template.Parameters{Body: template.Values{Positional: []string{text}}}, ada)
		require.Equal(t, want.filled, p.Body.Positional[0], text)
		if want.problem == "" {
			require.Empty(t, problem, text)
		} else {
			require.Contains(t, problem, want.problem, text)
		}
	}
}
