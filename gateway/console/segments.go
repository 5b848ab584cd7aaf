package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"reengage/audience"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// segmentsPath is where segments are listed; each has its page below.
const segmentsPath = Path + "/segments"

var segmentsRoutes = []route{
	{"GET " + segmentsPath, access.Read, (*Console).segments},
	{"GET " + segmentsPath + "/new", access.Send, (*Console).newSegment},
	{"POST " + segmentsPath + "/new", access.Send, (*Console).postSegment},
	{"POST " + segmentsPath + "/count", access.Read, (*Console).countSegment},
	{"GET " + segmentsPath + "/{id}", access.Read, (*Console).segment},
	{"POST " + segmentsPath + "/{id}", access.Send, (*Console).postSegment},
	{"POST " + segmentsPath + "/{id}/delete", access.Send, (*Console).deleteSegment},
}

func segmentHref(id string) string { return segmentsPath + "/" + url.PathEscape(id) }

// segmentChange is the body of a POST, and of a PUT.
type segmentChange struct {
	Name    string          `json:"name"`
	Filter  audience.Filter `json:"filter"`
	Version int             `json:"version,omitempty"`
}

// answeredFilter means those who have answered a campaign.
func answeredFilter(campaign uuid.UUID) audience.Filter {
	return audience.Filter{Campaign: &audience.CampaignAnswer{ID: campaign, Answered: true}}
}

// segmentsView is the list, by name.
type segmentsView struct {
	Parts []choice
	Rows  []segmentRow
	May   bool
}

// segmentRow is one of them, in words.
type segmentRow struct {
	Href, Name string
	Words      []string
	Contacts   string // where they are listed
	Campaign   string // where one for it begins
	Waiting    int64
}

// listSegments asks for all of them.
func (c client) listSegments(ctx context.Context) (all []api.Segment, err error) {
	q := url.Values{"limit": {"200"}}
	for len(all) < mostSegments {
		var page api.Page[api.Segment]
		if err := c.get(ctx, "/v1/segments?"+q.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.NextCursor == nil {
			break
		}
		q.Set("cursor", *page.NextCursor)
	}
	return all, nil
}

// mostSegments is how many can be chosen among.
const mostSegments = 1000

// segments lists them.
func (c *Console) segments(w http.ResponseWriter, r *http.Request) error {
	all, err := c.client.listSegments(r.Context())
	if err != nil {
		return err
	}
	who, _ := access.From(r.Context())
	v := segmentsView{Parts: contactParts(segmentsPath), May: who.May(access.Send)}
	for _, s := range all {
		v.Rows = append(v.Rows, segmentRowOf(s))
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Segments", Here: "contacts", Page: "segments", View: v})
}

func segmentRowOf(s api.Segment) segmentRow {
	id := s.ID.String()
	return segmentRow{Href: segmentHref(id), Name: s.Name, Words: filterWords(s.Filter, segmentNames{}), Waiting: s.Waiting,
		Contacts: contactsFilter{Segment: id}.href(), Campaign: campaignsNew(id)}
}

// newSegment begins one.
func (c *Console) newSegment(w http.ResponseWriter, r *http.Request) error {
	return c.showSegment(w, r, http.StatusOK, segmentForm{}, nil, nil)
}

// segment shows one as a form.
func (c *Console) segment(w http.ResponseWriter, r *http.Request) error {
	var s api.Segment
	if err := c.client.get(r.Context(), apiSegment(r), &s); err != nil {
		return err
	}
	return c.showSegment(w, r, http.StatusOK, segmentFormOf(s), &s, nil)
}

func apiSegment(r *http.Request) string { return "/v1/segments/" + url.PathEscape(r.PathValue("id")) }

// postSegment saves one, new or not. What is not to be saved but counted is a form without scripts.
func (c *Console) postSegment(w http.ResponseWriter, r *http.Request) error {
	form := readSegmentForm(r)
	if r.PostForm.Get("do") == "count" {
		return c.showSegment(w, r, http.StatusOK, form, nil, nil)
	}
	filter, wrong := form.filter()
	version, _ := strconv.Atoi(form.Version)
	method, path := http.MethodPost, "/v1/segments"
	if r.PathValue("id") != "" {
		method, path = http.MethodPut, apiSegment(r)
	}
	var saved api.Segment
	var err error
	if len(wrong) > 0 {
		err = notFilledIn(wrong)
	} else {
		err = c.client.do(r.Context(), method, path, form.Key, segmentChange{form.Name, filter, version}, &saved)
	}
	var p *api.Problem
	switch {
	case err == nil:
		http.Redirect(w, r, segmentHref(saved.ID.String())+"?saved=1", http.StatusSeeOther)
		return nil
	case !errors.As(err, &p) || p.Status == http.StatusNotFound:
		return err
	}
	if p.Code == "segment_changed" {
		var now api.Segment
		if err := c.client.get(r.Context(), apiSegment(r), &now); err != nil {
			return err
		}
		form.Version = strconv.Itoa(int(now.Version)) // who saves once more has been told
	}
	return c.showSegment(w, r, p.Status, form, nil, p)
}

// deleteSegment removes one that no campaign waits for.
func (c *Console) deleteSegment(w http.ResponseWriter, r *http.Request) error {
	err := c.client.do(r.Context(), http.MethodDelete, apiSegment(r), "", nil, nil)
	var p *api.Problem
	if errors.As(err, &p) && p.Status == http.StatusConflict {
		var s api.Segment
		if err := c.client.get(r.Context(), apiSegment(r), &s); err != nil {
			return err
		}
		return c.showSegment(w, r, p.Status, segmentFormOf(s), &s, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, segmentsPath, http.StatusSeeOther)
	return nil
}

// countSegment follows the form as it is edited: how many contacts it means, and in words which.
func (c *Console) countSegment(w http.ResponseWriter, r *http.Request) error {
	form := readSegmentForm(r)
	names, err := c.segmentNames(r, form)
	if err != nil {
		return err
	}
	count, err := c.count(r.Context(), form, names)
	if err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Count", Here: "contacts", Page: "segments/count", View: count})
}
