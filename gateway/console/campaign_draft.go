package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// campaignChange is the body of a POST, and of a PUT.
type campaignChange struct {
	Name     string `json:"name"`
	Number   string `json:"number"`
	Template struct {
		Name     string `json:"name"`
		Language string `json:"language"`
	} `json:"template"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
	Segment    string          `json:"segment"`
	Limits     campaign.Limits `json:"limits"`
	StartAt    *time.Time      `json:"start_at,omitempty"`
	EndAt      *time.Time      `json:"end_at,omitempty"`
	Version    int             `json:"version,omitempty"`
}

// change is what the form asks for, with what keeps it from being asked: what cannot be read, and what is not filled in yet.
func (f campaignForm) change(zone *time.Location) (campaignChange, []api.FieldError) {
	var r formReader
	c := campaignChange{Name: f.Name, Number: f.Number, Segment: f.Segment, Limits: f.limits(&r), Parameters: parametersBy(f.Values)}
	c.Template.Name, c.Template.Language = ofKey(f.Template)
	c.Version, _ = strconv.Atoi(f.Version) // of a draft that is not saved yet there is none
	if !f.AtOnce {
		if c.StartAt = f.instant(&r, "start_at", f.Start, zone); f.Start == "" {
			r.fail("start_at", "when is it to begin?")
		}
	}
	c.EndAt = f.instant(&r, "end_at", f.End, zone)
	for _, needed := range []struct{ field, value, asks string }{{"name", f.Name, "what is it called?"}, {"number", f.Number, "which number sends it?"},
		{"template", f.Template, "which template is sent?"}, {"segment", f.Segment, "to whom?"}} {
		if needed.value == "" {
			r.fail(needed.field, needed.asks)
		}
	}
	return c, r.wrong
}

// campaignFormOf shows a draft as it is.
func campaignFormOf(one api.Campaign, n api.BusinessNumber, listed templateList) campaignForm {
	zone := zoneOf(n.TimeZone)
	f := campaignForm{Version: strconv.Itoa(one.Version), Name: one.Name, Number: one.Number.ID, Template: templateKey(one.Template.Name, one.Template.Language),
		Segment: one.Segment.ID.String(), AtOnce: one.StartAt == nil, Values: valueRows(one.Parameters, listed.find(one.Template.Name, one.Template.Language))}
	if one.StartAt != nil {
		f.Start = one.StartAt.In(zone).Format(localTime)
	}
	if one.EndAt != nil {
		f.End = one.EndAt.In(zone).Format(localTime)
	}
	f.limitsOf(campaign.Limits(one.Limits))
	return f
}

// deskView is what a campaign is chosen from: of one number, or of the only one.
type deskView struct {
	numbers  []api.BusinessNumber
	number   api.BusinessNumber
	listed   templateList // approved ones
	segments []api.Segment
}

// desk asks for it; the number may be empty.
func (c *Console) desk(ctx context.Context, id string) (d deskView, err error) {
	if d.numbers, err = c.everyNumber(ctx); err != nil {
		return d, err
	}
	if id == "" && len(d.numbers) > 0 {
		id = d.numbers[0].ID
	}
	for _, n := range d.numbers {
		if n.ID == id {
			d.number = n
		}
	}
	if d.number.ID != "" {
		if d.listed, err = c.client.listTemplates(ctx, d.number.ID, "approved"); err != nil {
			return d, err
		}
	}
	d.segments, err = c.client.listSegments(ctx)
	return d, err
}

// newCampaign begins one.
func (c *Console) newCampaign(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r.Context(), r.URL.Query().Get("number"))
	if err != nil {
		return err
	}
	form := emptyCampaignForm(d.number.ID, uuid.NewString())
	form.Segment = r.URL.Query().Get("segment")
	view, err := c.editor(r.Context(), d, api.Campaign{}, form)
	if err != nil {
		return err
	}
	return c.showEditor(w, r, http.StatusOK, view)
}

// postNewCampaign makes the draft, or shows the form again with what has been chosen so far.
func (c *Console) postNewCampaign(w http.ResponseWriter, r *http.Request) error {
	d, form, err := c.postedDraft(r)
	if err != nil {
		return err
	}
	var refused *api.Problem
	if r.PostForm.Get("do") == "save" {
		made, err := c.makeDraft(r.Context(), form, zoneOf(d.number.TimeZone))
		if err == nil {
			goTo(w, r, campaignHref(made.ID.String())+"?saved=1")
			return nil
		}
		if !errors.As(err, &refused) {
			return err
		}
	}
	view, err := c.editor(r.Context(), d, api.Campaign{}, form)
	if err != nil {
		return err
	}
	return c.showEditor(w, r, view.refused(refused), view)
}

func (c *Console) makeDraft(ctx context.Context, form campaignForm, zone *time.Location) (made api.Campaign, err error) {
	change, wrong := form.change(zone)
	if len(wrong) > 0 {
		return made, notFilledIn(wrong)
	}
	return made, c.client.do(ctx, http.MethodPost, "/v1/campaigns", form.Key, change, &made)
}

// postCampaign saves the draft: by its button, or as it is filled in.
func (c *Console) postCampaign(w http.ResponseWriter, r *http.Request) error {
	d, form, err := c.postedDraft(r)
	if err != nil {
		return err
	}
	var before api.Campaign
	if err := c.client.get(r.Context(), apiCampaign(r), &before); err != nil {
		return err
	}
	if before.State != campaign.Draft { // launched meanwhile
		goTo(w, r, campaignHref(before.ID.String()))
		return nil
	}
	after, err := c.saveDraft(r, before, &form, zoneOf(d.number.TimeZone))
	var refused *api.Problem
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	if byButton := r.PostForm.Get("do") == "save"; byButton && err == nil && !byHTMX(r) {
		goTo(w, r, campaignHref(before.ID.String())+"?saved=1")
		return nil
	}
	view, err := c.editor(r.Context(), d, after, form)
	if err != nil {
		return err
	}
	view.Saved = refused == nil && r.PostForm.Get("do") == "save"
	return c.showEditor(w, r, view.refused(refused), view)
}

// saveDraft saves what has changed, and says so in the form's version. The campaign is as it stands afterwards.
func (c *Console) saveDraft(r *http.Request, before api.Campaign, form *campaignForm, zone *time.Location) (api.Campaign, error) {
	change, wrong := form.change(zone)
	if len(wrong) > 0 {
		return before, notFilledIn(wrong)
	}
	stored, _ := campaignFormOf(before, api.BusinessNumber{TimeZone: zone.String()}, nil).change(zone)
	if stored.Version = change.Version; sameChange(stored, change) {
		form.Version = strconv.Itoa(before.Version) // nothing has changed, whoever has changed it
		return before, nil
	}
	var after api.Campaign
	err := c.client.do(r.Context(), http.MethodPut, apiCampaign(r), "", change, &after)
	var p *api.Problem
	if errors.As(err, &p) && p.Code == "campaign_changed" {
		form.Version = strconv.Itoa(before.Version) // who saves once more has been told
	}
	if err != nil {
		return before, err
	}
	form.Version = strconv.Itoa(after.Version)
	return after, nil
}

// sameChange compares what would be stored; parameters can be written in several ways.
func sameChange(a, b campaignChange) bool {
	pa, pb := normalParameters(a.Parameters), normalParameters(b.Parameters)
	a.Parameters, b.Parameters = nil, nil
	return reflect.DeepEqual(a, b) && reflect.DeepEqual(pa, pb)
}

func notFilledIn(wrong []api.FieldError) *api.Problem {
	return &api.Problem{Status: http.StatusUnprocessableEntity, Code: wrong[0].Code, Detail: wrong[0].Detail, Field: wrong[0].Field, Errors: wrong}
}

// postedDraft is the form as it was posted, fitted to the template that is chosen in it, and what it is chosen from.
func (c *Console) postedDraft(r *http.Request) (deskView, campaignForm, error) {
	if err := r.ParseForm(); err != nil {
		return deskView{}, campaignForm{}, &api.Problem{Status: http.StatusBadRequest, Code: "malformed_request", Detail: "the form could not be read"}
	}
	form := readCampaignForm(r.PostForm)
	d, err := c.desk(r.Context(), form.Number)
	if err != nil {
		return d, form, err
	}
	t := d.listed.find(ofKey(form.Template))
	if t != nil {
		form.Values = fitValues(form.Values, t)
	}
	return d, form, nil
}

// goTo leads on to a page, also by htmx.
func goTo(w http.ResponseWriter, r *http.Request, path string) {
	if byHTMX(r) {
		w.Header().Set("HX-Redirect", path)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// editor makes the page: of a draft with its preview and quote.
func (c *Console) editor(ctx context.Context, d deskView, one api.Campaign, form campaignForm) (editorView, error) {
	who, _ := access.From(ctx)
	v := editorOf(d, one, form)
	v.May, v.MayStart = who.May(access.Send), who.May(access.Admin)
	if v.ID == "" {
		return v, nil
	}
	v.Try.Key = uuid.NewString()
	var samples api.CampaignPreview
	path := "/v1/campaigns/" + v.ID
	if err := c.client.get(ctx, path+"/preview?limit=20", &samples); err != nil && !refusedBy(err) {
		return v, err
	}
	v.Preview = customerOf(samples.Items, form.Contact, v.Here)
	if v.Preview != nil {
		v.Form.Contact = v.Preview.Contact
	}
	var quote campaign.Quote
	err := c.client.get(ctx, path+"/quote", &quote)
	if err == nil {
		v.Quote = quoteOf(quote)
	} else if !refusedBy(err) {
		return v, err
	}
	return v, nil
}

// refusedBy reports whether the API understood what it was asked, and could not say.
func refusedBy(err error) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Status < http.StatusInternalServerError
}

func editorOf(d deskView, one api.Campaign, form campaignForm) editorView {
	v := editorView{Here: campaignsPath + "/new", Form: form, Zone: cmp.Or(d.number.TimeZone, "UTC"), Defaults: defaultsOf(d.number)}
	if one.ID != uuid.Nil {
		v.ID, v.Here = one.ID.String(), campaignHref(one.ID.String())
	}
	for _, n := range d.numbers {
		v.Numbers = append(v.Numbers, choice{cmp.Or(n.Display, n.ID), n.ID, n.ID == d.number.ID})
	}
	for _, t := range d.listed {
		v.Listed = append(v.Listed, choiceOf(t, t.Name+" · "+t.Language+" · "+t.Category, form.Template))
	}
	v.Listed = withNone(v.Listed, form.Template, "Choose a template", "%s · not approved for this number")
	for _, s := range d.segments {
		v.Segments = append(v.Segments, choice{s.Name, s.ID.String(), s.ID.String() == form.Segment})
	}
	v.Segments = withNone(v.Segments, form.Segment, "Choose a segment", "a segment that is gone")
	if t := d.listed.find(ofKey(form.Template)); t != nil {
		v.Shown = shownAsWritten(*t)
	}
	return v
}

// withNone puts before the choices what is chosen and is not among them, or that nothing is.
func withNone(all []choice, chosen, none, gone string) []choice {
	if slices.ContainsFunc(all, func(c choice) bool { return c.Chosen }) {
		return all
	}
	label := none
	if chosen != "" {
		label = goneLabel(gone, chosen)
	}
	return append([]choice{{label, chosen, true}}, all...)
}

func (c *Console) showEditor(w http.ResponseWriter, r *http.Request, status int, v editorView) error {
	title := cmp.Or(v.Form.Name, "New campaign")
	return c.page(w, r, status, frame{Title: title, Here: "campaigns", Page: "campaigns/editor", View: v})
}

// campaignsNew is where one begins, for a segment.
func campaignsNew(segment string) string {
	return campaignsPath + "/new?" + url.Values{"segment": {segment}}.Encode()
}
