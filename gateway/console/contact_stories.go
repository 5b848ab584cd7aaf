package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/audience"
	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/importing"
	"reengage/whatsapp/template"
)

var contactStories = []story{
	{"contacts-list", contactsStory(contactsFilter{}, storyContacts())},
	{"contacts-none", contactsStory(contactsFilter{}, nil)},
	{"contacts-nobody-found", contactsStory(contactsFilter{Q: "zz", Tag: "vip"}, nil)},
	{"contact", personStory(nil)},
	{"contact-wrong", personStory(func(v *personView) {
		v.Form.Fields = "city Lima"
		v.Problems = []api.FieldError{{Field: "fields", Detail: "one a line, as city = Lima; this is none: city Lima"}, {Field: "time_zone", Detail: "time_zone is not a time zone such as America/Sao_Paulo"}}
	})},
	{"segments-list", frame{Title: "Segments", Here: "contacts", Page: "segments", View: segmentsView{Parts: contactParts(segmentsPath), Rows: storySegments(), May: true}}},
	{"segments-none", frame{Title: "Segments", Here: "contacts", Page: "segments", View: segmentsView{Parts: contactParts(segmentsPath), May: true}}},
	{"segment", segmentStory(nil)},
	{"segment-wrong", segmentStory(func(v *segmentView) {
		v.Problems = []api.FieldError{{Field: "name", Detail: "there is a segment with this name; nothing was done"}, {Field: "filter.markets[0]", Detail: "filter.markets[0]: this is no region"}}
		v.Count = countView{Problems: segmentLines(v.Problems[1:])}
		v.Changed = true
	})},
	{"imports-list", importsStory(true, storyImports())},
	{"imports-refused", importsStory(true, nil)},
	{"imports-viewer", importsStory(false, storyImports()[:1])},
	{"import-checking", importStory(storyImport(importing.Checking), false)},
	{"import-checked", importStory(storyImport(importing.Checked), true)},
	{"import-finished", importStory(storyImport(importing.Finished), true)},
	{"import-failed", importStory(api.Import{FileName: "contacts.xlsx", State: importing.Failed, Reason: "the file is a spreadsheet of a program of its own, not a text; save it as CSV"}, false)},
	{"templates-list", templatesStory(storyTemplatePage())},
	{"templates-none", templatesStory(api.TemplatePage{})},
	{"template", frame{Title: "spring_sale", Here: "campaigns", Page: "templates/template", View: templateOf(storyTemplateDetail(), storyTime)}},
}

func storyContacts() (all []api.ListedContact) {
	for i, name := range []string{"Ada Example", "", strings.Repeat("W", 300), "Edsger Madeup"} {
		phone := fmt.Sprintf("+1202555010%d", i)
		c := api.ListedContact{Contact: api.Contact{ID: uuid.UUID{byte(i + 1)}, Name: name, Phone: &phone}, Market: "US", Language: new("en_US"),
			Consent: map[string]api.ConsentState{"marketing": []api.ConsentState{"opted_in", "none", "opted_out", "opted_in"}[i]}}
		c.Tags = []string{"vip", "newsletter", "lamp buyers of the last two years", "Lima", "spring", "<b>bold</b>"}[:2*i]
		all = append(all, c)
	}
	all[3].Suppressed = new("manual")
	return all
}

func contactsStory(f contactsFilter, all []api.ListedContact) frame {
	v := contactsOf(f, api.Page[api.ListedContact]{Items: all, NextCursor: new("e30")}, storyAttributes, []api.Segment{{ID: uuid.UUID{7}, Name: "Wrote this year, opted in"}})
	return frame{Title: "Contacts", Here: "contacts", Page: "contacts", View: v}
}

var storyAttributes = api.ContactAttributes{Tags: []api.AttributeCount{{Value: "newsletter", Contacts: 2310}, {Value: "vip", Contacts: 41}},
	Fields: []api.AttributeCount{{Value: "city", Contacts: 1800}, {Value: "plan", Contacts: 320}}, Languages: []api.AttributeCount{{Value: "en_US", Contacts: 1100}}, Markets: []api.AttributeCount{{Value: "US", Contacts: 1800}}}

func personStory(otherwise func(*personView)) frame {
	k := storyKnown()
	k.Tags, k.Fields = []string{"newsletter", "vip"}, map[string]string{"city": "Lima", "plan": "gold"}
	v := personOf(k, storyNumbers(shop, support))
	v.May = true
	if otherwise != nil {
		otherwise(&v)
	}
	return frame{Title: v.Name, Here: "contacts", Page: "contacts/person", View: v}
}

func storyKnown() api.KnownContact {
	return api.KnownContact{Contact: api.Contact{ID: uuid.UUID{1}, Name: "Ada Example", Phone: new("+12025550101"), BSUID: new("US.13491208655302741918")}, Market: "US", Language: new("en_US"),
		Conversations: []api.ConversationRef{{ID: uuid.UUID{1}, Number: shop.ID}, {ID: uuid.UUID{2}, Number: support.ID}},
		Consent:       map[string]api.ConsentState{"marketing": "opted_in", "utility": "none", "authentication": "none"},
		History:       []api.ConsentRecord{{Category: "marketing", OptedIn: true, Source: "import", OccurredAt: storyTime.Add(-240 * time.Hour)}},
		Suppressions:  []api.Suppression{{Scope: "marketing", Reason: "experiment", Since: storyTime.Add(-time.Hour), InForce: true}}}
}

var storyFilter = audience.Filter{AllTags: []string{"newsletter"}, NoTags: []string{"vip", "staff"}, Fields: map[string]string{"city": "Lima"}, Languages: []string{"en", "es"}, Number: shop.ID,
	Statuses: []conversation.StatusName{conversation.Expired, conversation.AwaitingReply}, LastInboundAfter: storyTime.AddDate(0, -6, 0), OptedIn: conversation.Marketing,
	Campaign: &audience.CampaignAnswer{ID: uuid.UUID{9}, Answered: true}}

func storySegments() []segmentRow {
	return []segmentRow{segmentRowOf(api.Segment{ID: uuid.UUID{7}, Name: "Lima, wrote this year", Filter: storyFilter, Waiting: 1}),
		segmentRowOf(api.Segment{ID: uuid.UUID{8}, Name: "Spring sale: answered", Filter: answeredFilter(uuid.UUID{9})}),
		segmentRowOf(api.Segment{ID: uuid.UUID{6}, Name: strings.Repeat("Everybody ", 19)})}
}

func segmentStory(otherwise func(*segmentView)) frame {
	names := segmentNames{map[string]string{shop.ID: shop.Display}, map[string]string{uuid.UUID{9}.String(): "Spring sale"}}
	count := countView{Known: true, Contacts: 1204, Words: filterWords(storyFilter, names), Consent: []leftOutLine{{"have opted in to marketing", "1,180"}, {"have opted out", "24"}}}
	v := segmentOf(segmentFormOf(api.Segment{ID: uuid.UUID{7}, Name: "Lima, wrote this year", Filter: storyFilter, Version: 2}), count, storyAttributes, storyNumbers(shop, support),
		[]choice{{"Any or none", "", false}, {"Spring sale", uuid.UUID{9}.String(), true}})
	v.May, v.Waiting = true, 1
	if otherwise != nil {
		otherwise(&v)
	}
	return frame{Title: v.Title, Here: "contacts", Page: "segments/editor", View: v}
}

func storyImport(state importing.State) api.Import {
	i := api.Import{ID: uuid.UUID{3}, FileName: "customers-2026-11.csv", DefaultRegion: "PE", State: state, Size: 48_200_000, Position: 48_200_000, Encoding: "utf-8", Separator: ";",
		Counts:    importing.Counts{Rows: 120_411, New: 80_213, Changed: 9_004, Unchanged: 30_991, Invalid: 171, Duplicate: 32, NoOptIn: 4_120, OptedOut: 388},
		Columns:   []importing.Column{{Header: "Teléfono", Meaning: importing.MeansPhone}, {Header: "Nombre", Meaning: importing.MeansName}, {Header: "Opt in", Meaning: importing.MeansOptIn}, {Header: "Ciudad", Meaning: importing.MeansField, Field: "ciudad"}},
		CreatedAt: storyTime.Add(-3 * time.Minute)}
	if state == importing.Checking {
		i.Position = 20_000_000
	}
	return i
}

func storyImports() []api.Import {
	all := []api.Import{storyImport(importing.Finished), storyImport(importing.Checked), storyImport(importing.Importing), {FileName: "notes.docx", State: importing.Failed, Reason: "the file is no text", CreatedAt: storyTime.Add(-50 * time.Hour)},
		{State: importing.Cancelled, CreatedAt: storyTime.Add(-70 * time.Hour)}}
	return all
}

func importsStory(may bool, all []api.Import) frame {
	v := importsView{Parts: contactParts(importsPath), May: may}
	if all == nil {
		v.Refusal, v.Region = "BRA is not a region such as BR.", "BRA"
	}
	for _, i := range all {
		v.Rows = append(v.Rows, importRowOf(i, storyTime))
	}
	f := frame{Title: "Imports", Here: "contacts", Page: "imports", View: v}
	if !may {
		f.Who = storyViewer
	}
	return f
}

func importStory(i api.Import, rejects bool) frame {
	v := importOf(i)
	v.May, v.Working = true, false // stories stand still
	if rejects {
		v.Rejects = &rejectsView{Head: []string{"Teléfono", "Nombre", "Opt in", "Ciudad"}, Href: v.Here + "/rejects.csv", More: true,
			Rows: []rejectRow{{"17", "the phone is too short for its country: are its first digits missing?", []string{"+447700900", "Ada Example", "yes", "Lima"}},
				{"204", "the row has neither a phone nor a bsuid", []string{"", strings.Repeat("Long ", 80), "", "", "one", "more"}}}}
	}
	return frame{Title: v.Name, Here: "contacts", Page: "imports/import", View: v}
}

func storyTemplatePage() api.TemplatePage {
	used, paused := storySpring, storyTemplates[0]
	used.LastUsedAt = new(storyTime.Add(-2 * time.Hour))
	used.Use = &api.TemplateUse{Planned: 2900, Refused: 60, Accepted: 2772, Delivered: 2703, Read: 2017, Failed: 40}
	paused.Quality, paused.Reason = "red", "quality"
	return api.TemplatePage{Page: api.Page[api.Template]{Items: []api.Template{used, paused, {Name: "order_update", Language: "pt_BR", Status: "pending", Quality: "yellow"}}, NextCursor: new("e30")},
		Accounts: []api.TemplateAccount{{WABA: "102290129340398", Templates: 231, Limit: 250}},
		Warnings: []api.TemplateWarning{{Code: "template_limit", Templates: 231, Limit: 250, Sentence: "the account has 231 of 250 templates"}}}
}

func templatesStory(page api.TemplatePage) frame {
	return frame{Title: "Templates", Here: "campaigns", Page: "templates", View: templatesOf(page, storyNumbers(shop, support), "", "", storyTime)}
}

func storyTemplateDetail() api.TemplateDetail {
	t := storyTemplatePage().Items[0]
	t.Use.Answered = new(int64(664))
	return api.TemplateDetail{Template: t, Findings: []template.Finding{{Rule: "x", Place: "body", Reason: "it ends with a variable", Severity: template.Error},
		{Rule: "y", Place: "footer", Reason: "a footer is easily overlooked", Severity: template.Warning}}}
}
