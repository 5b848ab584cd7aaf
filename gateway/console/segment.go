package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// segmentView is the page of a segment, or of one that is yet to be made.
type segmentView struct {
	Here, Title     string
	Form            segmentForm
	Count           countView
	Numbers         []choice
	Statuses        []choice
	Categories      []choice
	Campaigns       []choice
	Known           api.ContactAttributes // to choose from
	Saved, Changed  bool
	Problems        []api.FieldError
	Refusal         string
	Waiting         int64
	Contacts, Begin string // where its contacts are listed, and where a campaign for it begins
	May             bool
}

// countView is whom the form means as it stands.
type countView struct {
	Known    bool
	Contacts int64
	Words    []string
	Consent  []leftOutLine // of those, for marketing
	Problems []problemLine // why that cannot be said
}

// Wrong is what keeps a field from being saved.
func (v segmentView) Wrong(field string) string {
	for _, e := range v.Problems {
		if e.Field == field || len(e.Field) > len(field) && e.Field[:len(field)] == field && (e.Field[len(field)] == '[' || e.Field[len(field)] == '.') {
			return capital(besideField(e))
		}
	}
	return ""
}

// Text is a control for a field of the form.
func (v segmentView) Text(id, label, value, placeholder, hint, list string) fieldControl {
	return fieldControl{ID: id, Label: label, Value: value, Placeholder: placeholder, Hint: hint, List: list, Wrong: cmp.Or(v.Wrong("filter."+id), v.Wrong(id))}
}

// showSegment shows the form; s: as it is stored, if that is known.
func (c *Console) showSegment(w http.ResponseWriter, r *http.Request, status int, form segmentForm, s *api.Segment, refused *api.Problem) error {
	known, err := c.attributes(r)
	if err != nil {
		return err
	}
	numbers, err := c.everyNumber(r.Context())
	if err != nil {
		return err
	}
	campaigns, err := c.campaignChoices(r.Context(), form.Campaign)
	if err != nil {
		return err
	}
	if form.ID == "" && form.Key == "" {
		form.Key = uuid.NewString()
	}
	count, err := c.count(r.Context(), form, namesFor(numbers, campaigns))
	if err != nil {
		return err
	}
	v := segmentOf(form, count, known, numbers, campaigns)
	who, _ := access.From(r.Context())
	v.May, v.Saved = who.May(access.Send), r.URL.Query().Has("saved")
	if s != nil {
		v.Waiting = s.Waiting
	}
	switch {
	case refused == nil:
	case refused.Code == "segment_changed":
		v.Changed = true
	case len(refused.Errors) > 0:
		v.Problems = refused.Errors
	default:
		v.Refusal = sentenceOf(refused.Detail)
	}
	return c.page(w, r, status, frame{Title: v.Title, Here: "contacts", Page: "segments/editor", View: v})
}

func segmentOf(form segmentForm, count countView, known api.ContactAttributes, numbers []api.BusinessNumber, campaigns []choice) segmentView {
	v := segmentView{Here: segmentsPath + "/new", Title: cmp.Or(form.Name, "New segment"), Form: form, Count: count, Known: known, Campaigns: campaigns,
		Numbers: numberChoices(numbers, form.Number)}
	v.Numbers[0].Label = "Any number"
	if form.ID != "" {
		v.Here = segmentHref(form.ID)
		v.Contacts, v.Begin = contactsFilter{Segment: form.ID}.href(), campaignsNew(form.ID)
	}
	for _, s := range inboxStates[1:] {
		v.Statuses = append(v.Statuses, choice{stateWords[s], string(s), slices.Contains(form.Statuses, string(s))})
	}
	v.Categories = []choice{{"Whatever they have said", "", form.OptedIn == ""}}
	for _, category := range conversation.Categories {
		v.Categories = append(v.Categories, choice{"Opted in to " + string(category), string(category), form.OptedIn == string(category)})
	}
	return v
}

// campaignChoices are the latest campaigns to choose among; one that is chosen and older is among them by its id.
func (c *Console) campaignChoices(ctx context.Context, chosen string) ([]choice, error) {
	var page api.Page[api.Campaign]
	if err := c.client.get(ctx, "/v1/campaigns?limit=200", &page); err != nil {
		return nil, err
	}
	all := []choice{{"Any or none", "", chosen == ""}}
	for _, one := range page.Items {
		if one.LaunchedAt != nil {
			all = append(all, choice{one.Name, one.ID.String(), one.ID.String() == chosen})
		}
	}
	return withNone(all, chosen, "Any or none", "A campaign of long ago"), nil
}

func namesFor(numbers []api.BusinessNumber, campaigns []choice) segmentNames {
	names := segmentNames{numbers: map[string]string{}, campaigns: map[string]string{}}
	for _, n := range numbers {
		names.numbers[n.ID] = n.Display
	}
	for _, one := range campaigns[1:] {
		names.campaigns[one.Value] = one.Label
	}
	return names
}

// segmentNames asks for what the form's ids stand for.
func (c *Console) segmentNames(r *http.Request, form segmentForm) (names segmentNames, err error) {
	numbers, err := c.everyNumber(r.Context())
	if err != nil {
		return names, err
	}
	campaigns, err := c.campaignChoices(r.Context(), form.Campaign)
	if err != nil {
		return names, err
	}
	return namesFor(numbers, campaigns), nil
}

// count asks whom the form means now.
func (c *Console) count(ctx context.Context, form segmentForm, names segmentNames) (countView, error) {
	filter, wrong := form.filter()
	if len(wrong) > 0 {
		return countView{Problems: segmentLines(wrong)}, nil
	}
	var counted api.AudienceCount
	err := c.client.do(ctx, http.MethodPost, "/v1/segments/count", "", map[string]any{"filter": filter, "category": conversation.Marketing}, &counted)
	var p *api.Problem
	if errors.As(err, &p) && p.Status == http.StatusUnprocessableEntity {
		return countView{Problems: segmentLines(p.Errors)}, nil
	}
	if err != nil {
		return countView{}, err
	}
	v := countView{Known: true, Contacts: counted.Contacts, Words: filterWords(filter, names)}
	if k := counted.Consent; k != nil {
		for _, part := range []struct {
			why string
			n   int64
		}{{"have opted in to marketing", k.OptedIn}, {"have said nothing of it", k.Unknown}, {"have opted out", k.OptedOut}, {"may not be written to", k.Suppressed}} {
			if part.n > 0 {
				v.Consent = append(v.Consent, leftOutLine{part.why, number(part.n)})
			}
		}
	}
	return v, nil
}
