package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/gateway/api"
)

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

// campaignsNew is where one begins, for a segment.
func campaignsNew(segment string) string {
	return campaignsPath + "/new?" + url.Values{"segment": {segment}}.Encode()
}
