package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
	"reengage/whatsapp/template"
)

// templatesOfPolicy says of each attempt what is known of its template, as the gate would be told, were it due now.
func templatesOfPolicy(ctx context.Context, q *db.Queries, waba string, p conversation.Policy) ([]conversation.KnownTemplate, error) {
	if len(p.Attempts) == 0 {
		return nil, nil
	}
	names, languages := make([]string, len(p.Attempts)), make([]string, len(p.Attempts))
	for i, a := range p.Attempts {
		names[i], languages[i] = a.Template, a.Language
	}
	rows, err := q.FindTemplates(ctx, names, languages, waba)
	if err != nil {
		return nil, err
	}
	listed := map[[2]string]db.FindTemplatesRow{}
	for _, t := range rows {
		if t.RemovedAt == nil {
			listed[[2]string{t.Name, t.Language}] = t
		}
	}
	known := make([]conversation.KnownTemplate, len(p.Attempts))
	for i, a := range p.Attempts {
		row, found := listed[[2]string{a.Template, a.Language}]
		known[i] = knownTemplate(a, row, found && waba != "")
	}
	return known, nil
}

func knownTemplate(a conversation.AttemptPolicy, row db.FindTemplatesRow, found bool) conversation.KnownTemplate {
	parameters, problem := sending.PolicyParameters(a.Parameters)
	k := conversation.KnownTemplate{Known: true, Found: found, Parameters: problem}
	if !found {
		return k
	}
	k.Status, k.Category = row.Status, sending.CategoryOf(row.Category)
	t := template.Template{Name: row.Name, Language: row.Language, Category: row.Category, Status: row.Status}
	if json.Unmarshal(row.Components, &t.Components) != nil {
		k.Parameters = "the template as the provider lists it cannot be read"
	}
	var wrong *template.ParameterError
	if k.Parameters == "" && errors.As(t.Check(parameters), &wrong) {
		k.Parameters = wrong.Sentence
	}
	return k
}

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
