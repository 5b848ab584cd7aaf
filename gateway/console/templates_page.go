package console

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// templatesPath is where templates are listed; each has its page below.
const templatesPath = Path + "/templates"

var templatesRoutes = []route{
	{"GET " + templatesPath, access.Read, (*Console).templateList},
	{"GET " + templatesPath + "/{waba}/{name}/{language}", access.Read, (*Console).templatePage},
}

// templatesView is the list.
type templatesView struct {
	Parts       []choice
	Self        string // where this page is, for asking again
	Numbers     []choice
	Warnings    []string
	Accounts    []string
	Rows        []templateRow
	First, Next string
}

// templateRow is one language of a template.
type templateRow struct {
	Href, Name, Language, Category string
	Status, Quality                string
	Good, Bad                      bool // of the status
	Used                           *moment
	Sent, Arrived, Read            string // of the last 30 days: counts, and shares of the accepted
	Findings                       int
	Errors                         bool // among the findings
}

// templateView is one of them.
type templateView struct {
	templateRow
	Account  string
	Reason   string
	Changed  moment
	Shown    template.Preview
	Use      []figure
	Findings []findingLine
}

func templateRowOf(t api.Template, now time.Time) templateRow {
	row := templateRow{Href: templatesPath + "/" + url.PathEscape(t.WABA) + "/" + url.PathEscape(t.Name) + "/" + url.PathEscape(t.Language), Name: t.Name,
		Language: t.Language, Category: t.Category, Status: t.Status, Quality: t.Quality, Good: t.Status == "approved",
		Bad: t.Status == "rejected" || t.Status == "paused" || t.Status == "disabled"}
	if t.LastUsedAt != nil {
		row.Used = new(ago(*t.LastUsedAt, now))
	}
	if u := t.Use; u != nil && u.Accepted > 0 {
		row.Sent, row.Arrived, row.Read = number(u.Accepted), share(u.Delivered, u.Accepted), share(u.Read, u.Accepted)
	}
	for _, f := range template.Lint(template.Template{Name: t.Name, Language: t.Language, Category: t.Category, Components: componentsOf(t)}) {
		row.Findings++
		row.Errors = row.Errors || f.Severity == template.Error
	}
	return row
}

func templatesOf(page api.TemplatePage, numbers []api.BusinessNumber, chosen, cursor string, now time.Time) templatesView {
	v := templatesView{Parts: campaignParts(templatesPath), Self: templatesHref(chosen, cursor)}
	if len(numbers) > 1 {
		v.Numbers = numberChoices(numbers, chosen)
	}
	for _, w := range page.Warnings {
		v.Warnings = append(v.Warnings, sentenceOf(w.Sentence)+" Delete templates that nobody uses, in Meta’s tools, before new ones are refused.")
	}
	for _, a := range page.Accounts {
		v.Accounts = append(v.Accounts, number(a.Templates)+" of "+number(a.Limit)+" templates")
	}
	for _, t := range page.Items {
		v.Rows = append(v.Rows, templateRowOf(t, now))
	}
	if cursor != "" {
		v.First = templatesHref(chosen, "")
	}
	if page.NextCursor != nil {
		v.Next = templatesHref(chosen, *page.NextCursor)
	}
	return v
}

func templatesHref(number, cursor string) string {
	q := url.Values{}
	if number != "" {
		q.Set("number", number)
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return templatesPath + query(q)
}

// templateList lists them, with what came of their sends.
func (c *Console) templateList(w http.ResponseWriter, r *http.Request) error {
	chosen, cursor := r.URL.Query().Get("number"), r.URL.Query().Get("cursor")
	q := url.Values{"use": {"true"}}
	if chosen != "" {
		q.Set("number", chosen)
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var page api.TemplatePage
	if err := c.client.get(r.Context(), "/v1/templates?"+q.Encode(), &page); err != nil {
		return kindly(err)
	}
	numbers, err := c.everyNumber(r.Context())
	if err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Templates", Here: "campaigns", Page: "templates", View: templatesOf(page, numbers, chosen, cursor, c.clock.At(time.Now()))})
}

// templatePage shows one.
func (c *Console) templatePage(w http.ResponseWriter, r *http.Request) error {
	var t api.TemplateDetail
	path := "/v1/templates/" + url.PathEscape(r.PathValue("waba")) + "/" + url.PathEscape(r.PathValue("name")) + "/" + url.PathEscape(r.PathValue("language"))
	if err := c.client.get(r.Context(), path, &t); err != nil {
		return err
	}
	v := templateOf(t, c.clock.At(time.Now()))
	return c.page(w, r, http.StatusOK, frame{Title: t.Name, Here: "campaigns", Page: "templates/template", View: v})
}

func templateOf(t api.TemplateDetail, now time.Time) templateView {
	v := templateView{templateRow: templateRowOf(t.Template, now), Account: t.WABA, Reason: t.Reason, Changed: ago(t.ChangedAt, now), Shown: shownAsWritten(t.Template)}
	if u := t.Use; u != nil {
		accepted := func(n int64) string { return orText(share(n, u.Accepted), "none was sent", " of the accepted") }
		v.Use = []figure{{"Accepted", number(u.Accepted), "of " + plural(u.Planned, "send") + " that were planned"}, {"Delivered", number(u.Delivered), accepted(u.Delivered)},
			{"Read", number(u.Read), accepted(u.Read)}, {"Failed", number(u.Failed), "refused by a rule: " + number(u.Refused)}}
		if u.Answered != nil {
			v.Use = append(v.Use, figure{"Answered", number(*u.Answered), cmp.Or(accepted(*u.Answered))})
		}
	}
	for _, f := range t.Findings {
		v.Findings = append(v.Findings, findingLine{f.Severity == template.Error, capital(f.Place), sentenceOf(f.Reason)})
	}
	return v
}
