package console

import (
	"net/http"
	"net/url"
	"strings"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

// contactsPath is where contacts are listed; each has its page below.
const contactsPath = Path + "/contacts"

var contactsRoutes = []route{
	{"GET " + contactsPath, access.Read, (*Console).contacts},
	{"GET " + contactsPath + "/{id}", access.Read, (*Console).contact},
	{"POST " + contactsPath + "/{id}", access.Send, (*Console).setContact},
}

// contactParts are the pages of this part of the console.
func contactParts(here string) []choice {
	return []choice{
		{"Contacts", contactsPath, here == contactsPath},
		{"Segments", segmentsPath, here == segmentsPath},
		{"Imports", importsPath, here == importsPath},
	}
}

// contactsFilter is whom of the contacts is asked for, and which page of them.
type contactsFilter struct{ Q, Tag, Segment, Cursor string }

func contactsFilterOf(q url.Values) contactsFilter {
	return contactsFilter{strings.TrimSpace(q.Get("q")), q.Get("tag"), q.Get("segment"), q.Get("cursor")}
}

func (f contactsFilter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Q, "tag": f.Tag, "segment": f.Segment, "cursor": f.Cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (f contactsFilter) href() string { return contactsPath + query(f.values()) }

func (f contactsFilter) on(cursor string) string {
	f.Cursor = cursor
	return f.href()
}

// contactsView is a page of the contacts, those that came last first.
type contactsView struct {
	Parts          []choice
	Filter         contactsFilter
	Tags, Segments []choice
	Rows           []contactRow
	First, Next    string
	Empty          emptyList
}

// contactRow is one of them.
type contactRow struct {
	Href, Name, Detail string
	Market, Language   string
	Tags               []string
	More               int    // tags that are not shown
	Consent            string // for marketing, which campaigns mostly are
	Good, Bad          bool   // of the consent
}

// tagsShown is how many tags a row shows.
const tagsShown = 4

func contactsOf(f contactsFilter, page api.Page[api.ListedContact], known api.ContactAttributes, segments []api.Segment) contactsView {
	v := contactsView{Parts: contactParts(contactsPath), Filter: f, Tags: []choice{{"Any tag", "", f.Tag == ""}}, Segments: []choice{{"All contacts", "", f.Segment == ""}}}
	for _, t := range known.Tags {
		v.Tags = append(v.Tags, choice{t.Value, t.Value, t.Value == f.Tag})
	}
	v.Tags = withNone(v.Tags, f.Tag, "Any tag", "%s")
	for _, s := range segments {
		v.Segments = append(v.Segments, choice{s.Name, s.ID.String(), s.ID.String() == f.Segment})
	}
	for _, one := range page.Items {
		v.Rows = append(v.Rows, contactRowOf(one))
	}
	if f.Cursor != "" {
		v.First = f.on("")
	}
	if page.NextCursor != nil {
		v.Next = f.on(*page.NextCursor)
	}
	switch {
	case len(v.Rows) > 0:
	case f == contactsFilter{}:
		v.Empty = emptyList{"No contacts yet", "A contact appears here with its first message, or with an import."}
	default:
		v.Empty = emptyList{"Nobody found", "No contact is all of this."}
	}
	return v
}

func contactRowOf(one api.ListedContact) contactRow {
	row := contactRow{Href: contactHref(one.ID.String()), Market: one.Market, Language: orEmpty(one.Language), Tags: one.Tags}
	row.Name, row.Detail = namesOf(one.Contact)
	if len(row.Tags) > tagsShown {
		row.Tags, row.More = row.Tags[:tagsShown], len(row.Tags)-tagsShown
	}
	state := one.Consent["marketing"]
	row.Consent, row.Good, row.Bad = consentWords[state], state == "opted_in", state == "opted_out"
	if one.Suppressed != nil {
		row.Consent, row.Good, row.Bad = "Not written to", false, true
	}
	return row
}

func contactHref(id string) string { return contactsPath + "/" + url.PathEscape(id) }

// contacts lists them.
func (c *Console) contacts(w http.ResponseWriter, r *http.Request) error {
	f := contactsFilterOf(r.URL.Query())
	var page api.Page[api.ListedContact]
	if err := c.client.get(r.Context(), "/v1/contacts"+query(f.values()), &page); err != nil {
		return kindly(err)
	}
	known, err := c.attributes(r)
	if err != nil {
		return err
	}
	segments, err := c.client.listSegments(r.Context())
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Trigger") == filtersID {
		w.Header().Set("HX-Push-Url", f.href())
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Contacts", Here: "contacts", Page: "contacts", View: contactsOf(f, page, known, segments)})
}

// attributes asks what contacts can be told apart by.
func (c *Console) attributes(r *http.Request) (known api.ContactAttributes, err error) {
	return known, c.client.get(r.Context(), "/v1/contact-attributes", &known)
}
