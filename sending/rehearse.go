package sending

import (
	"context"
	"encoding/json"
	"strings"

	"reengage/conversation"
	"reengage/db"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// Rehearse says what the gate would be told of an attempt's template, were it due now, for a contact of whom everything is known.
func Rehearse(ctx context.Context, q *db.Queries, waba string, a conversation.AttemptPolicy) (conversation.KnownTemplate, error) {
	c, err := FindCandidate(ctx, q, waba, contract.Template{Name: a.Template, Language: a.Language, Parameters: a.Parameters})
	if err != nil {
		return conversation.KnownTemplate{}, err
	}
	if c.Unreadable == "" {
		c.Parameters, c.Unreadable = PolicyParameters(a.Parameters)
	}
	w := c.Wish()
	return conversation.KnownTemplate{Known: true, Found: w.Found, Category: w.Category, Status: w.Status, Parameters: w.Parameters}, nil
}

// PolicyParameters reads the parameters of a policy's attempt and puts an example's fields in their places: those of a contact of
// whom everything is known. problem says why they could be sent to nobody; empty if they could.
func PolicyParameters(raw json.RawMessage) (p template.Parameters, problem string) {
	if len(raw) > 0 && json.Unmarshal(raw, &p) != nil {
		return p, "the parameters are neither a list of texts nor an object of texts by name"
	}
	phone := "12025550100"
	filled, problem := withFields(p, db.Contact{Name: "Ada Example", Phone: &phone, Language: "en"})
	switch {
	case problem != "":
		return filled, problem + "; there are name, first_name, language and phone"
	case strings.Contains(textsOf(filled), "{{"):
		return filled, "a field of the contact is written as in {{contact.name}}; there are name, first_name, language and phone"
	case storable(filled) == nil:
		return filled, "a parameter is not valid text"
	}
	return filled, ""
}

func textsOf(p template.Parameters) string {
	var all []string
	for _, v := range []template.Values{p.Header, p.Body} {
		all = append(all, v.Positional...)
		for _, text := range v.Named {
			all = append(all, text)
		}
	}
	for _, text := range p.Buttons {
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

// CategoryOf takes a category that we do not know for the one that most is asked of.
func CategoryOf(listed string) conversation.Category {
	switch c := conversation.Category(listed); c {
	case conversation.Utility, conversation.Authentication:
		return c
	}
	return conversation.Marketing
}
