package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/db"
	"reengage/whatsapp/template"
)

// ListTemplates asks for the templates of a business number's account, or of all accounts, by name and language.
//
//	GET /v1/templates?number=106540352242922&status=approved
type ListTemplates struct {
	Number   string `query:"number" maxLength:"64" doc:"Phone number id: only templates that this business number can send."`
	Name     string `query:"name" maxLength:"512" doc:"Only this template, in all its languages."`
	Status   string `query:"status" maxLength:"64" example:"approved" doc:"approved, pending, rejected, paused, disabled, or another word of the provider's."`
	Category string `query:"category" enum:"marketing,utility,authentication"`
	Use      bool   `query:"use" doc:"Also what came of each template's sends of the last 30 days."`
	Cursor   string `query:"cursor" maxLength:"2000" doc:"next_cursor of the page before."`
	Limit    int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Template is one language of an approved text, as last heard of.
type Template struct {
	WABA       string              `json:"waba_id" doc:"The WhatsApp business account whose it is."`
	Name       string              `json:"name"`
	Language   string              `json:"language" doc:"As in sends: en_US."`
	Status     string              `json:"status"`
	Category   string              `json:"category" doc:"Empty: not known yet."`
	Quality    string              `json:"quality" doc:"green, yellow, red, unknown, or empty: not known yet."`
	Reason     string              `json:"reason" doc:"Of the status."`
	Components json.RawMessage     `json:"components" doc:"As the provider lists them."`
	Parameters []template.Variable `json:"parameters" nullable:"false" doc:"What a sender has to fill in, in the order in which people read."`
	ChangedAt  time.Time           `json:"changed_at" doc:"Of the latest news."`
	LastUsedAt *time.Time          `json:"last_used_at" doc:"When it was last planned to be sent and not refused."`
	Use        *TemplateUse        `json:"use,omitempty" doc:"Of the last 30 days; where it is asked for."`
}

// TemplatePage is a page of templates, with what should worry somebody about their number.
type TemplatePage struct {
	Page[Template]
	Accounts []TemplateAccount `json:"accounts" nullable:"false" doc:"How many each account has, whatever the page holds."`
	Warnings []TemplateWarning `json:"warnings" nullable:"false"`
}

// TemplateAccount says how many templates an account has.
type TemplateAccount struct {
	WABA      string `json:"waba_id"`
	Templates int64  `json:"templates" doc:"All languages of a name count as one, as Meta counts them."`
	Limit     int64  `json:"limit" doc:"How many it may have: REENGAGE_TEMPLATE_LIMIT, 250 by default; 6,000 if it has more than that."`
}

// TemplateWarning says that an account can soon take no more templates.
type TemplateWarning struct {
	Code      string `json:"code" enum:"template_limit"`
	WABA      string `json:"waba_id"`
	Templates int64  `json:"templates"`
	Limit     int64  `json:"limit"`
	Sentence  string `json:"sentence"`
}

var listTemplatesOp = huma.Operation{
	OperationID: "list-templates", Method: http.MethodGet, Path: "/v1/templates",
	Summary: "List templates",
	Description: "By account, name and language. With how many templates each account has, and a warning for one that has nine tenths of what it " +
		"may have: 250 if it is not verified, 6,000 if it is; all languages of a name count as one.",
}

// templateCursor is where the list goes on: after this one.
type templateCursor struct {
	WABA     string `json:"waba"`
	Name     string `json:"name"`
	Language string `json:"language"`
}

// Execute returns one page.
func (r *ListTemplates) Execute(ctx context.Context, a *API, real time.Time) (TemplatePage, error) {
	page := TemplatePage{Page: Page[Template]{Items: []Template{}}, Accounts: []TemplateAccount{}, Warnings: []TemplateWarning{}}
	var after templateCursor
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	waba, known, err := a.wabaOf(ctx, r.Number, real)
	if err != nil || !known {
		return page, err
	}
	rows, err := a.queries.ListTemplates(ctx, db.ListTemplatesParams{
		WabaID: waba, Name: r.Name, Status: r.Status, Category: r.Category, AfterWaba: after.WABA, AfterName: after.Name, AfterLanguage: after.Language,
		MaxRows: pageSize(r.Limit) + 1,
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last db.ListTemplatesRow) any {
		return templateCursor{last.WabaID, last.Name, last.Language}
	})
	for _, row := range rows {
		page.Items = append(page.Items, templateOf(row))
	}
	if r.Use {
		if err := a.addUse(ctx, page.Items, a.clock.At(real), false); err != nil {
			return page, err
		}
	}
	counts, err := a.queries.CountTemplates(ctx, waba)
	for _, c := range counts {
		account := TemplateAccount{c.WabaID, c.Templates, a.templateLimitOf(c.Templates)}
		page.Accounts = append(page.Accounts, account)
		page.Warnings = append(page.Warnings, account.nearLimit()...)
	}
	return page, err
}

// wabaOf is the account of a number; empty for no number, that is of all. Not known: nothing has named its account yet, so
// we know of no template that it could send.
func (a *API) wabaOf(ctx context.Context, number string, real time.Time) (waba string, known bool, err error) {
	if number == "" {
		return "", true, nil
	}
	rows, err := a.queries.ListNumbers(ctx, a.clock.At(real), number)
	if err != nil {
		return "", false, err
	}
	if len(rows) == 0 {
		return "", false, invalid("number", "unknown_number", "there is no business number with this phone number id")
	}
	waba = rows[0].BusinessNumber.WabaID
	return waba, waba != "", nil
}

func templateOf(t db.ListTemplatesRow) Template {
	var known template.Template
	_ = json.Unmarshal(t.Components, &known.Components) // what cannot be read is refused when it is to be sent
	return Template{WABA: t.WabaID, Name: t.Name, Language: t.Language, Status: t.Status, Category: t.Category, Quality: t.Quality,
		Reason: t.Reason, Components: t.Components, Parameters: known.Variables(), ChangedAt: t.ChangedAt.UTC(), LastUsedAt: orNull(t.LastUsedAt.UTC())}
}

// templateLimitOf is how many templates an account with so many may have. Nothing that Meta sends us says whether its business is
// verified; one that has more than others may have is.
func (a *API) templateLimitOf(templates int64) int64 {
	if templates > a.templateLimit {
		return max(a.templateLimit, template.LimitVerified)
	}
	return a.templateLimit
}

// nearLimit warns from nine tenths of the limit on.
func (t TemplateAccount) nearLimit() []TemplateWarning {
	if t.Templates > t.Limit || t.Templates*10 < t.Limit*9 {
		return nil
	}
	return []TemplateWarning{{Code: "template_limit", WABA: t.WABA, Templates: t.Templates, Limit: t.Limit,
		Sentence: fmt.Sprintf("the account has %d of %d templates", t.Templates, t.Limit)}}
}
