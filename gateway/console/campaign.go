package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"reengage/campaign"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// apiCampaign is where the API has the campaign of the page.
func apiCampaign(r *http.Request) string { return "/v1/campaigns/" + url.PathEscape(r.PathValue("id")) }

// readCampaign asks for the campaign of the page and its number.
func (c *Console) readCampaign(r *http.Request) (one api.Campaign, n api.BusinessNumber, err error) {
	if err := c.client.get(r.Context(), apiCampaign(r), &one); err != nil {
		return one, n, err
	}
	err = c.client.get(r.Context(), "/v1/numbers/"+url.PathEscape(one.Number.ID), &n)
	return one, n, err
}

// campaign shows a draft as a form, and any other as its results.
func (c *Console) campaign(w http.ResponseWriter, r *http.Request) error {
	one, n, err := c.readCampaign(r)
	if err != nil {
		return err
	}
	if one.State != campaign.Draft {
		if byHTMX(r) && r.Header.Get("HX-Target") != resultsID { // by the page of the draft that it was
			goTo(w, r, campaignHref(one.ID.String()))
			return nil
		}
		return c.campaignResults(w, r, http.StatusOK, one, n, "")
	}
	d, err := c.desk(r.Context(), one.Number.ID)
	if err != nil {
		return err
	}
	form := campaignFormOf(one, n, d.listed)
	form.Contact = wholeNumber(r.URL.Query().Get("contact"))
	view, err := c.editor(r.Context(), d, one, form)
	if err != nil {
		return err
	}
	view.Saved = r.URL.Query().Has("saved")
	view.Try.Sent = r.URL.Query().Get("tested")
	return c.showEditor(w, r, http.StatusOK, view)
}

// resultsID is the part of its page that asks for itself again.
const resultsID = "results"

// campaignResults is the page of one that has been launched.
func (c *Console) campaignResults(w http.ResponseWriter, r *http.Request, status int, one api.Campaign, n api.BusinessNumber, refusal string) error {
	var results campaign.Results
	if err := c.client.get(r.Context(), apiCampaign(r)+"/results", &results); err != nil {
		return err
	}
	who, _ := access.From(r.Context())
	view := resultsViewOf(one, n, results, who, c.clock.At(time.Now()))
	view.Refusal, view.AnsweredName = refusal, cmp.Or(r.PostFormValue("name"), view.AnsweredName)
	if !byHTMX(r) { // which asks for what changes
		var listed api.TemplatePage
		ask := url.Values{"number": {one.Number.ID}, "name": {one.Template.Name}, "limit": {"200"}}
		if err := c.client.get(r.Context(), "/v1/templates?"+ask.Encode(), &listed); err != nil {
			return err
		}
		view.Shown = textOf(one, listed.Items)
	}
	return c.page(w, r, status, frame{Title: one.Name, Here: "campaigns", Page: "campaigns/results", View: view})
}

func resultsViewOf(one api.Campaign, n api.BusinessNumber, results campaign.Results, who access.Principal, now time.Time) resultsView {
	zone := zoneOf(n.TimeZone)
	v := resultsView{ID: one.ID.String(), Here: campaignHref(one.ID.String()), Name: one.Name, Number: cmp.Or(one.Number.Display, one.Number.ID),
		Template: one.Template.Name + " · " + one.Template.Language, Segment: one.Segment.Name, SegmentHref: segmentHref(one.Segment.ID.String()),
		State: one.State, May: who.May(access.Send), MayResume: who.May(access.Admin), AnsweredName: answeredName(one.Name)}
	if one.Reason != nil {
		v.Stopped = new(stoppedBy(string(*one.Reason)))
	}
	if one.LaunchedAt != nil {
		v.Launched = new(ago(*one.LaunchedAt, now))
	}
	if one.FinishedAt != nil {
		v.Finished = new(ago(*one.FinishedAt, now))
	}
	if one.State == campaign.Scheduled && one.StartAt != nil {
		v.Begins = new(zonedOf(*one.StartAt, zone))
	}
	v.MayPause, v.CanResume = one.State == campaign.Running, one.State == campaign.Paused
	v.CanEnd = one.State == campaign.Scheduled || one.State == campaign.Running || one.State == campaign.Paused
	v.Refreshes = refreshes(one, results)
	v.resultsOf(results, zone)
	return v
}

// textOf is what a campaign sends, as its template is listed now, with what it puts in place of the variables; nil: the template is gone.
func textOf(one api.Campaign, listed templateList) *template.Preview {
	t := listed.find(one.Template.Name, one.Template.Language)
	if t == nil {
		return nil
	}
	return new(shownWith(*t, normalParameters(one.Parameters)))
}

// refreshes is when the page asks for itself again: steadily while the campaign moves, then only when some conversation has changed,
// because answers and receipts still come in.
func refreshes(one api.Campaign, results campaign.Results) string {
	if one.State.Over() && results.InProgress == 0 {
		return "live"
	}
	return "every 2s"
}

// answeredName is what a segment of the answered may be called.
func answeredName(name string) string {
	const most = 180
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most])
	}
	return name + ": answered"
}

// actOnCampaign pauses, resumes or cancels.
func actOnCampaign(what string) func(*Console, http.ResponseWriter, *http.Request) error {
	return func(c *Console, w http.ResponseWriter, r *http.Request) error {
		return c.thenResults(w, r, c.client.do(r.Context(), http.MethodPost, apiCampaign(r)+"/"+what, "", nil, nil))
	}
}

// thenResults goes back to the page; what was refused is said on it.
func (c *Console) thenResults(w http.ResponseWriter, r *http.Request, err error) error {
	var p *api.Problem
	switch {
	case err == nil:
		http.Redirect(w, r, campaignHref(r.PathValue("id")), http.StatusSeeOther)
		return nil
	case !errors.As(err, &p) || p.Status == http.StatusNotFound:
		return err
	}
	one, n, unread := c.readCampaign(r)
	if unread != nil || one.State == campaign.Draft {
		return cmp.Or(unread, err)
	}
	return c.campaignResults(w, r, p.Status, one, n, sentenceOf(p.Detail))
}

// saveAnswered makes a segment of those who answered.
func (c *Console) saveAnswered(w http.ResponseWriter, r *http.Request) error {
	var one api.Campaign
	if err := c.client.get(r.Context(), apiCampaign(r), &one); err != nil {
		return err
	}
	name := cmp.Or(r.PostFormValue("name"), answeredName(one.Name))
	var made api.Segment
	err := c.client.do(r.Context(), http.MethodPost, "/v1/segments", "", segmentChange{Name: name, Filter: answeredFilter(one.ID)}, &made)
	if err != nil {
		return c.thenResults(w, r, err)
	}
	http.Redirect(w, r, segmentHref(made.ID.String())+"?saved=1", http.StatusSeeOther)
	return nil
}

// deleteCampaign removes a draft.
func (c *Console) deleteCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := c.client.do(r.Context(), http.MethodDelete, apiCampaign(r), "", nil, nil); err != nil {
		return err
	}
	http.Redirect(w, r, campaignsPath, http.StatusSeeOther)
	return nil
}

// everyNumber asks for all business numbers.
func (c *Console) everyNumber(ctx context.Context) ([]api.BusinessNumber, error) {
	var list api.Page[api.BusinessNumber]
	err := c.client.get(ctx, "/v1/numbers", &list)
	return list.Items, err
}
