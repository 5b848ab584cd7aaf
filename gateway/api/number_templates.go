package api

import (
	"fmt"

	"reengage/conversation"
	"reengage/sending"
)

// warnings names the templates of the policy that could not go now. That is no reason to refuse the settings: a template may be
// approved tomorrow, and a list of templates may be out of date.
func warnings(waba string, p conversation.Policy, known []conversation.KnownTemplate) []NumberWarning {
	all := []NumberWarning{}
	if len(p.Attempts) > 0 && waba == "" {
		return append(all, NumberWarning{"account_unknown", "waba_id", "the number's WhatsApp business account is not known, so none of its templates is"})
	}
	for i, a := range p.Attempts {
		field := fmt.Sprintf("settings.reengagement.attempts[%d]", i)
		switch k := known[i]; {
		case !k.Found:
			all = append(all, NumberWarning{"template_not_found", field, fmt.Sprintf("there is no template %s in %s", a.Template, a.Language)})
		case k.Status != "approved":
			all = append(all, NumberWarning{"template_not_approved", field,
				fmt.Sprintf("the template %s in %s is %s, not approved", a.Template, a.Language, k.Status)})
		}
		if k := known[i]; k.Found && k.Parameters != "" {
			all = append(all, NumberWarning{"template_parameters", field + ".parameters", k.Parameters})
		}
	}
	return all
}

// checkParameters refuses parameters that could go to nobody, whatever the templates say.
func checkParameters(p conversation.Policy) (wrong []FieldError) {
	for i, a := range p.Attempts {
		if _, problem := sending.PolicyParameters(a.Parameters); problem != "" {
			field := fmt.Sprintf("settings.reengagement.attempts[%d].parameters", i)
			wrong = append(wrong, FieldError{field, "template_parameters", field + ": " + problem})
		}
	}
	return wrong
}
