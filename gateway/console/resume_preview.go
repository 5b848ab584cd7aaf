package console

import (
	"net/http"
	"strings"

	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// shownTemplate is a template as the contact will see it, and what it will cost.
type shownTemplate struct {
	template.Preview
	Refused  string // the gate would not let it through now
	Wrong    string // what is still to be filled in, or fits nowhere
	Price    string
	Priced   string // by which rule of which scheme
	Unpriced string // why there is no price
}

func shownOf(p api.TemplatePreview, missing int) shownTemplate {
	v := shownTemplate{Preview: p.Shown}
	if !p.Verdict.Allows() {
		v.Refused = sentenceOf(p.Verdict.Sentence)
	}
	switch {
	case missing == 1:
		v.Wrong = "A value is still missing."
	case missing > 1:
		v.Wrong = "Some values are still missing."
	default:
		v.Wrong = general(p.Problems)
	}
	switch {
	case p.Price != nil && p.Price.AmountMicros == 0:
		v.Price, v.Priced = "nothing", "by rule "+p.Price.Rule+" of "+p.Price.Scheme
	case p.Price != nil:
		v.Price, v.Priced = money(p.Price.AmountMicros, p.Price.Currency), "by rule "+p.Price.Rule+" of "+p.Price.Scheme
	default:
		v.Unpriced = "What it will cost is not known: " + p.PriceNote + "."
	}
	return v
}

// general is what is wrong with the template as a whole: what is wrong with a value stands beside it.
func general(problems []api.FieldError) string {
	for _, e := range problems {
		if strings.Count(e.Field, ".") < 2 { // parameters, or parameters.body
			return sentenceOf(e.Detail)
		}
	}
	return ""
}

// previewed asks the API about what is chosen; nil: nothing is.
func (c *Console) previewed(r *http.Request, d dossier, filled filledForm) (*api.TemplatePreview, error) {
	t := d.templates.find(ofKey(filled.Template))
	if t == nil {
		return nil, nil
	}
	var p api.TemplatePreview
	ref := api.TemplateRef{Name: t.Name, Language: t.Language, Parameters: filledParameters(t.Parameters, shown(t.Parameters, filled.Values))}
	if err := c.client.do(r.Context(), http.MethodPost, "/v1/conversations/"+d.c.ID.String()+"/preview", "", ref, &p); err != nil {
		return nil, err
	}
	return &p, nil
}

// showPreview is the form again, with what is chosen and filled in so far: asked for as somebody types, and when the conversation
// changes.
func (c *Console) showPreview(w http.ResponseWriter, r *http.Request) error {
	v, err := c.resumeView(r, filledBy(r), nil)
	if err != nil {
		return err
	}
	if byHTMX(r) {
		return c.page(w, r, http.StatusOK, frame{Title: v.Name, Here: "inbox", Page: "conversation/form", View: v})
	}
	return c.resumePage(w, r, http.StatusOK, v)
}
