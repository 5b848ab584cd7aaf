package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

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
