package console

import (
	"encoding/json"
	"net/http"
	"strings"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// defaultsOf are what holds where a campaign of the number says nothing.
func defaultsOf(n api.BusinessNumber) limitDefaults {
	d := limitDefaults{Pace: percentText(campaign.DefaultPacePercent), AnswerWithin: writeLength(conversation.Duration(campaign.DefaultAnswerWithin)),
		MaxFailures: percentText(campaign.DefaultMaxFailuresPercent), MaxOptOuts: percentText(campaign.DefaultMaxOptOutsPercent), Quiet: "no quiet hours"}
	if q := n.Settings.Reengagement.QuietHours; q != nil {
		d.Quiet = "quiet from " + q.From + " to " + q.To + ", as the number’s"
	}
	return d
}

// shownAsWritten is a template with its variables as they are written, for where nobody can be shown yet.
func shownAsWritten(t api.Template) template.Preview {
	return shownWith(t, template.Parameters{})
}

// shownWith is a template with these values in place of its variables.
func shownWith(t api.Template, p template.Parameters) template.Preview {
	return template.Template{Name: t.Name, Language: t.Language, Components: componentsOf(t)}.Preview(p)
}

// componentsOf are the parts of a template; of one that cannot be read there are none.
func componentsOf(t api.Template) (parts []template.Component) {
	if json.Unmarshal(t.Components, &parts) != nil {
		return nil
	}
	return parts
}

// normalParameters reads parameters, so that two ways of writing them are one.
func normalParameters(raw json.RawMessage) (p template.Parameters) {
	if len(raw) > 0 && json.Unmarshal(raw, &p) != nil {
		return template.Parameters{}
	}
	return p
}

// goneLabel says of what is chosen that it cannot be chosen any more.
func goneLabel(gone, chosen string) string {
	name, language := ofKey(chosen)
	if language != "" {
		name += " · " + language
	}
	return strings.Replace(gone, "%s", name, 1)
}

// refused takes in why the form was not saved, and is the status of the answer; nil: it was.
func (v *editorView) refused(p *api.Problem) int {
	switch {
	case p == nil:
		return http.StatusOK
	case p.Code == "campaign_changed":
		v.Changed = true
	case len(p.Errors) > 0:
		v.Problems = p.Errors
	default:
		v.Refusal = sentenceOf(p.Detail)
	}
	return p.Status
}
