package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"reengage/campaign"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

var campaignsRoutes = []route{
	{"GET " + campaignsPath, access.Read, (*Console).campaigns},
	{"GET " + campaignsPath + "/new", access.Send, (*Console).newCampaign},
	{"POST " + campaignsPath + "/new", access.Send, (*Console).postNewCampaign},
	{"GET " + campaignsPath + "/{id}", access.Read, (*Console).campaign},
	{"POST " + campaignsPath + "/{id}", access.Send, (*Console).postCampaign},
	{"POST " + campaignsPath + "/{id}/test", access.Send, (*Console).testCampaign},
	{"POST " + campaignsPath + "/{id}/launch", access.Admin, (*Console).launchCampaign},
	{"POST " + campaignsPath + "/{id}/pause", access.Send, actOnCampaign("pause")},
	{"POST " + campaignsPath + "/{id}/resume", access.Admin, actOnCampaign("resume")},
	{"POST " + campaignsPath + "/{id}/cancel", access.Send, actOnCampaign("cancel")},
	{"POST " + campaignsPath + "/{id}/delete", access.Send, (*Console).deleteCampaign},
	{"POST " + campaignsPath + "/{id}/segment", access.Send, (*Console).saveAnswered},
	{"GET " + campaignsPath + "/{id}/recipients", access.Read, (*Console).campaignRecipients},
	{"GET " + campaignsPath + "/{id}/recipients.csv", access.Read, (*Console).campaignCSV},
}

// campaignsShown is how many there are on a page of the list: of each that was launched the results are asked for.
const campaignsShown = "20"

// campaigns lists them.
func (c *Console) campaigns(w http.ResponseWriter, r *http.Request) error {
	state, cursor := campaign.State(r.URL.Query().Get("state")), r.URL.Query().Get("cursor")
	if state != "" && !slices.Contains(campaignStates, state) {
		return &api.Problem{Status: http.StatusNotFound, Code: "unknown_state", Detail: "There is no such state of campaigns. The list shows all of them."}
	}
	ask := url.Values{"limit": {campaignsShown}}
	if state != "" {
		ask.Set("state", string(state))
	}
	if cursor != "" {
		ask.Set("cursor", cursor)
	}
	var page api.Page[api.Campaign]
	if err := c.client.get(r.Context(), "/v1/campaigns?"+ask.Encode(), &page); err != nil {
		return err
	}
	results, err := c.resultsOfAll(r.Context(), page.Items)
	if err != nil {
		return err
	}
	who, _ := access.From(r.Context())
	view := campaignsOf(page, results, state, cursor, c.clock.At(time.Now()))
	view.May = who.May(access.Send)
	return c.page(w, r, http.StatusOK, frame{Title: "Campaigns", Here: "campaigns", Page: "campaigns", View: view})
}

// askedAtOnce is how many results are counted at the same time, so that a page of the list leaves connections to the others.
const askedAtOnce = 3

// resultsOfAll asks for the results of those that have been launched, by their place in the list.
func (c *Console) resultsOfAll(ctx context.Context, all []api.Campaign) ([]*campaign.Results, error) {
	results, failures := make([]*campaign.Results, len(all)), make([]error, len(all))
	var asking sync.WaitGroup
	places := make(chan struct{}, askedAtOnce)
	for i, one := range all {
		if one.LaunchedAt == nil || one.State == campaign.Scheduled {
			continue
		}
		asking.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			results[i] = new(campaign.Results)
			failures[i] = c.client.get(ctx, "/v1/campaigns/"+one.ID.String()+"/results", results[i])
		})
	}
	asking.Wait()
	return results, cmp.Or(failures...)
}

// campaignsOf is the list, with the results of those of which there are any.
func campaignsOf(page api.Page[api.Campaign], results []*campaign.Results, state campaign.State, cursor string, now time.Time) campaignsView {
	v := campaignsView{Parts: campaignParts(campaignsPath), Self: campaignsHref(state, cursor), States: stateLinks(state), State: state}
	if cursor != "" {
		v.First = campaignsHref(state, "")
	}
	if page.NextCursor != nil {
		v.Next = campaignsHref(state, *page.NextCursor)
	}
	for i, one := range page.Items {
		row := campaignRowOf(one, now)
		if i < len(results) && results[i] != nil {
			row.Progress = progressOf(hadTurn(*results[i]), int64(results[i].Recipients))
			row.Answered = share(int64(results[i].Answered), int64(results[i].Delivered))
		}
		v.Rows = append(v.Rows, row)
		v.Moving = v.Moving || one.State == campaign.Running || one.State == campaign.Scheduled
	}
	return v
}

func campaignRowOf(one api.Campaign, now time.Time) campaignRow {
	row := campaignRow{ID: one.ID.String(), Href: campaignHref(one.ID.String()), Name: one.Name, Number: cmp.Or(one.Number.Display, one.Number.ID),
		Template: one.Template.Name + " · " + one.Template.Language, Segment: one.Segment.Name, State: one.State}
	if one.Reason != nil {
		row.Reason = stoppedBy(string(*one.Reason)).Why
	}
	if one.State == campaign.Scheduled && one.StartAt != nil {
		row.Begins = new(until(*one.StartAt, now))
	}
	if one.LaunchedAt != nil {
		row.Started = new(ago(*one.LaunchedAt, now))
	}
	return row
}
