package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/db"
	"reengage/whatsapp/template"
)

// GetTemplate asks for one language of a template.
//
//	GET /v1/templates/102290129340398/we_miss_you/pt_BR
type GetTemplate struct {
	WABA     string `path:"waba" maxLength:"64" doc:"The WhatsApp business account."`
	Name     string `path:"name" maxLength:"512"`
	Language string `path:"language" maxLength:"64" example:"en_US"`
}

// TemplateDetail is a template with what its sends came to and what the linter says of it.
type TemplateDetail struct {
	Template
	Findings []template.Finding `json:"findings" nullable:"false" doc:"What a review of the provider's could object to; errors first."`
	Shown    template.Preview   `json:"shown" doc:"Its parts as they are written, with places such as {{1}} where something is filled in."`
}

var getTemplateOp = huma.Operation{
	OperationID: "get-template", Method: http.MethodGet, Path: "/v1/templates/{waba}/{name}/{language}",
	Summary:     "Show a template",
	Description: "With what came of its sends of the last 30 days, and the linter's findings about it as it stands.",
	Errors:      []int{http.StatusNotFound},
}

// Execute reads it, lints it and counts its use.
func (r *GetTemplate) Execute(ctx context.Context, a *API, real time.Time) (d TemplateDetail, err error) {
	rows, err := a.queries.ListTemplates(ctx, db.ListTemplatesParams{WabaID: r.WABA, Name: r.Name, Language: r.Language, MaxRows: 1})
	if err != nil {
		return d, err
	}
	if len(rows) == 0 {
		return d, newProblem(http.StatusNotFound, "template_not_found", "this account has no template of this name in this language")
	}
	one := []Template{templateOf(rows[0])}
	if err := a.addUse(ctx, one, a.clock.At(real), true); err != nil {
		return d, err
	}
	d.Template = one[0]
	known := template.Template{Name: d.Name, Language: d.Language, Category: d.Category, Status: d.Status, Quality: d.Quality}
	_ = json.Unmarshal(d.Components, &known.Components) // what cannot be read is refused when it is to be sent
	d.Shown, d.Findings = known.Preview(template.Parameters{}), lintListed(known)
	return d, nil
}

// lintListed has errors first. Of a template of which only webhooks have told the texts are not known, so nothing can be said of them.
func lintListed(t template.Template) []template.Finding {
	findings := []template.Finding{}
	if len(t.Components) > 0 {
		findings = append(findings, template.Lint(t)...)
	}
	slices.SortStableFunc(findings, func(x, y template.Finding) int { return cmp.Compare(x.Severity, y.Severity) })
	return findings
}
