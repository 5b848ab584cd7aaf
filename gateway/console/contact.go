package console

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// personView is the page of a contact: what the business knows of it, and what it permits.
type personView struct {
	Parts         []choice
	Here          string
	Name, Detail  string
	BSUID, Market string
	Form          personForm
	Consent       []consentView
	Suppressed    []suppressionView
	Talks         []choice // its conversations, by number
	Saved         bool
	Problems      []api.FieldError
	Refusal       string
	May           bool
}

// personForm is what can be changed of a contact, as it stands on the page.
type personForm struct {
	Tags               string // separated by semicolons, as in files
	Fields             string // one a line: city = Lima
	Language, TimeZone string
}

func personFormOf(k api.KnownContact) personForm {
	f := personForm{Tags: strings.Join(k.Tags, "; "), Language: orEmpty(k.Language), TimeZone: orEmpty(k.TimeZone)}
	for _, name := range slices.Sorted(maps.Keys(k.Fields)) {
		f.Fields += name + " = " + strings.Join(strings.Fields(k.Fields[name]), " ") + "\n"
	}
	return f
}

func personOf(k api.KnownContact, numbers []api.BusinessNumber) personView {
	v := personView{Parts: contactParts(contactsPath), Here: contactHref(k.ID.String()), BSUID: orEmpty(k.BSUID), Market: k.Market, Form: personFormOf(k)}
	v.Name, v.Detail = namesOf(k.Contact)
	if v.Detail == v.BSUID {
		v.Detail = ""
	}
	names := map[string]string{}
	for _, n := range numbers {
		names[n.ID] = n.Display
	}
	for _, talk := range k.Conversations {
		name := names[talk.Number]
		if name == "" {
			name = talk.Number
		}
		v.Talks = append(v.Talks, choice{Label: name, Value: hrefOf(talk.ID.String())})
	}
	for _, category := range conversation.Categories {
		v.Consent = append(v.Consent, consentOf(k, string(category), zoneOf("UTC")))
	}
	for _, s := range k.Suppressions {
		if s.InForce {
			scope := map[string]string{"all": "Nothing is sent", "marketing": "No marketing is sent"}[s.Scope]
			v.Suppressed = append(v.Suppressed, suppressionView{scope, suppressionReasons[s.Reason], zonedOf(s.Since, zoneOf("UTC"))})
		}
	}
	return v
}

// Wrong is what keeps a field from being saved.
func (v personView) Wrong(field string) string {
	for _, e := range v.Problems {
		if e.Field == field || strings.HasPrefix(e.Field, field+".") || strings.HasPrefix(e.Field, field+"[") {
			return capital(e.Detail)
		}
	}
	return ""
}

// contact shows one.
func (c *Console) contact(w http.ResponseWriter, r *http.Request) error {
	v, _, err := c.person(r)
	if err != nil {
		return err
	}
	v.Saved = r.URL.Query().Has("saved")
	return c.showPerson(w, r, http.StatusOK, v)
}

func (c *Console) person(r *http.Request) (personView, api.KnownContact, error) {
	var known api.KnownContact
	if err := c.client.get(r.Context(), apiContact(r), &known); err != nil {
		return personView{}, known, err
	}
	numbers, err := c.everyNumber(r.Context())
	if err != nil {
		return personView{}, known, err
	}
	v := personOf(known, numbers)
	who, _ := access.From(r.Context())
	v.May = who.May(access.Send)
	return v, known, nil
}

func (c *Console) showPerson(w http.ResponseWriter, r *http.Request, status int, v personView) error {
	return c.page(w, r, status, frame{Title: v.Name, Here: "contacts", Page: "contacts/person", View: v})
}

func apiContact(r *http.Request) string { return "/v1/contacts/" + url.PathEscape(r.PathValue("id")) }

// personChange is the body of the PUT: null removes a field.
type personChange struct {
	Tags     []string           `json:"tags"`
	Fields   map[string]*string `json:"fields,omitempty"`
	Language *string            `json:"language,omitempty"`
	TimeZone *string            `json:"time_zone,omitempty"`
}

// change is from the form that is shown to the one that was posted: only what somebody has changed is set, since messages and
// imports change contacts as well.
func (f personForm) change(shown personForm, known map[string]string) (personChange, []api.FieldError) {
	c := personChange{Tags: splitTexts(f.Tags), Fields: map[string]*string{}}
	fields, wrong := readFields("fields", f.Fields)
	for name, text := range fields {
		if before, had := known[name]; !had || strings.Join(strings.Fields(before), " ") != text {
			c.Fields[name] = &text
		}
	}
	for name := range known {
		if _, kept := fields[name]; !kept {
			c.Fields[name] = nil
		}
	}
	if f.Language != shown.Language {
		c.Language = &f.Language
	}
	if f.TimeZone != shown.TimeZone {
		c.TimeZone = &f.TimeZone
	}
	return c, wrong
}

// setContact saves what is known of a contact.
func (c *Console) setContact(w http.ResponseWriter, r *http.Request) error {
	v, known, err := c.person(r)
	if err != nil {
		return err
	}
	form := personForm{r.PostFormValue("tags"), unix(r.PostFormValue("fields")), strings.TrimSpace(r.PostFormValue("language")), strings.TrimSpace(r.PostFormValue("time_zone"))}
	change, wrong := form.change(v.Form, known.Fields)
	err = nil
	if len(wrong) > 0 {
		err = notFilledIn(wrong)
	} else {
		err = c.client.do(r.Context(), http.MethodPut, apiContact(r), "", change, nil)
	}
	var p *api.Problem
	switch {
	case err == nil:
		http.Redirect(w, r, v.Here+"?saved=1", http.StatusSeeOther)
		return nil
	case !errors.As(err, &p):
		return err
	}
	v.Form = form
	if v.Problems = p.Errors; len(p.Errors) == 0 {
		v.Refusal = sentenceOf(p.Detail)
	}
	return c.showPerson(w, r, p.Status, v)
}

// splitTexts reads texts that are separated by semicolons or stand one a line.
func splitTexts(text string) []string {
	all := []string{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// readFields reads custom fields, one a line: city = Lima.
func readFields(field, text string) (map[string]string, []api.FieldError) {
	fields, wrong := map[string]string{}, []api.FieldError(nil)
	for _, line := range linesOf(text) {
		name, value, is := strings.Cut(line, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !is || name == "" || value == "" {
			wrong = append(wrong, api.FieldError{Field: field, Code: "invalid_field", Detail: "one a line, as city = Lima; this is none: " + line})
			continue
		}
		fields[name] = value
	}
	return fields, wrong
}
