package sending_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/sending"
)

func TestParametersOfAPolicyNameFieldsThatContactsHave(t *testing.T) {
	for raw, wrong := range map[string]string{
		``:                                    "",
		`null`:                                "",
		`["{{contact.name}}", "blue"]`:        "",
		`{"n": "{{ contact.first_name }}"}`:   "",
		`{"body": [], "buttons": {"0": "a"}}`: "",
		`["{{contact.nme}}"]`:                 "no field nme",
		`["{{contact.city|your town}}"]`:      "",
		`["{{contact.city| }}"]`:              "no field city",
		`["{{contact.city|{x}}}"]`:            "as in {{contact.name}}",
		`["{{contact.Name}}"]`:                "as in {{contact.name}}",
		`["{{name}}"]`:                        "as in {{contact.name}}",
		`{"header": ["{{x}}"]}`:               "as in {{contact.name}}",
		`{"buttons": {"0": "{{x}}"}}`:         "as in {{contact.name}}",
		`{"n": "{{x}}"}`:                      "as in {{contact.name}}",
		`[1]`:                                 "neither a list",
		`["a\u0000"]`:                         "not valid text",
	} {
		_, problem := sending.PolicyParameters(json.RawMessage(raw))
		if wrong == "" {
			require.Empty(t, problem, raw)
			continue
		}
		require.Contains(t, problem, wrong, raw)
	}
	p, _ := sending.PolicyParameters(json.RawMessage(`["{{contact.first_name}}"]`))
	require.Equal(t, []string{"Ada"}, p.Body.Positional)
}
