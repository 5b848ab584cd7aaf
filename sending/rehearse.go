package sending

import (
	"context"
	"encoding/json"

	"reengage/conversation"
	"reengage/db"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// AccountPolicy is a policy with the WhatsApp business account whose templates its attempts name.
type AccountPolicy struct {
	WABA   string
	Policy conversation.Policy
}

// Rehearse says of each attempt of each policy what the gate would be told of its template, were it due now, for a contact of whom
// everything is known.
func Rehearse(ctx context.Context, q *db.Queries, policies ...AccountPolicy) ([][]conversation.KnownTemplate, error) {
	var wanted []accountTemplate
	for _, p := range policies {
		for _, a := range p.Policy.Attempts {
			wanted = append(wanted, accountTemplate{p.WABA, a.Template, a.Language})
		}
	}
	listed := map[accountTemplate]db.FindTemplateRow{}
	if len(wanted) > 0 {
		rows, err := q.FindTemplates(ctx, encode(wanted))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			listed[accountTemplate{r.WabaID, r.Name, r.Language}] = db.FindTemplateRow{Name: r.Name, Language: r.Language, Category: r.Category,
				Status: r.Status, Quality: r.Quality, Components: r.Components}
		}
	}
	all := make([][]conversation.KnownTemplate, len(policies))
	for i, p := range policies {
		for _, a := range p.Policy.Attempts {
			row, found := listed[accountTemplate{p.WABA, a.Template, a.Language}]
			all[i] = append(all[i], rehearsed(a, row, found))
		}
	}
	return all, nil
}

// accountTemplate names a template.
type accountTemplate struct {
	WABA     string `json:"waba_id"`
	Name     string `json:"name"`
	Language string `json:"language"`
}

func rehearsed(a conversation.AttemptPolicy, row db.FindTemplateRow, found bool) conversation.KnownTemplate {
	c := candidateOf(contract.Template{Name: a.Template, Language: a.Language, Parameters: a.Parameters})
	if found {
		c.found(row)
	}
	if c.Unreadable == "" {
		c.Parameters, c.Unreadable = PolicyParameters(a.Parameters)
	}
	w := c.Wish()
	return conversation.KnownTemplate{Known: true, Found: w.Found, Category: w.Category, Status: w.Status, Parameters: w.Parameters}
}

// PolicyParameters reads the parameters of a policy's attempt and puts an example's fields in their places: those that every contact may
// have. One that only some have needs a fallback, or the attempt would be refused to all others. problem says why they could be sent to nobody; empty if they could.
func PolicyParameters(raw json.RawMessage) (p template.Parameters, problem string) {
	if len(raw) > 0 && json.Unmarshal(raw, &p) != nil {
		return p, unreadableParameters
	}
	phone := "12025550100"
	filled, problem := Fill(p, db.Contact{Name: "Ada Example", Phone: &phone, Language: "en"})
	switch {
	case problem != "":
		return filled, problem + "; there are name, first_name, language and phone, and with a fallback the contact's other fields"
	case storable(filled) == nil:
		return filled, "a parameter is not valid text"
	}
	return filled, ""
}
