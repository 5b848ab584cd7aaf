package cloudapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"reengage/whatsapp"
	"reengage/whatsapp/template"
)

const (
	templatesPerPage = 100
	// maxPages is more than the 6,000 templates of a verified business need.
	maxPages = 100
	maxPage  = 8 << 20 // bytes
	fields   = "name,language,status,category,quality_score,components"
)

// ListTemplates returns all templates of an account, in the project's words
// (template.Template.Normal). Its error is a *Failure; the call may be repeated.
// A template that cannot be read is left out and logged: its neighbours are not.
func (c *Client) ListTemplates(ctx context.Context, wabaID string) ([]template.Template, error) {
	if !digits(wabaID) {
		return nil, &Failure{Class: whatsapp.ClassRequestFault, Reason: ReasonBadRequest}
	}
	list, after := []template.Template{}, ""
	for range maxPages {
		page, err := c.templatePage(ctx, wabaID, after)
		if err != nil {
			return nil, err
		}
		list = append(list, c.readTemplates(ctx, page.Data)...)
		next := page.Paging.Cursors.After
		if next == "" || next == after || len(page.Data) == 0 {
			return list, nil
		}
		after = next
	}
	return nil, &Failure{Class: whatsapp.ClassRetry, HTTPStatus: http.StatusOK, Reason: ReasonBadAnswer}
}

func (c *Client) readTemplates(ctx context.Context, data []json.RawMessage) []template.Template {
	var out []template.Template
	for _, raw := range data {
		var t template.Template
		if json.Unmarshal(raw, &t) != nil || t.Name == "" || t.Language == "" {
			c.log.WarnContext(ctx, "a listed template cannot be read")
			continue
		}
		out = append(out, t)
	}
	return out
}

// templatePage is a page of the list. Meta gives a cursor with the last page as
// well, behind which there is an empty one; `next` is not relied upon.
type templatePage struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
	} `json:"paging"`
}

func (c *Client) templatePage(ctx context.Context, wabaID, after string) (templatePage, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	query := url.Values{"fields": {fields}, "limit": {strconv.Itoa(templatesPerPage)}}
	if after != "" {
		query.Set("after", after)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/"+wabaID+"/message_templates?"+query.Encode(), nil)
	if err != nil {
		return templatePage{}, &Failure{Class: whatsapp.ClassRequestFault, Reason: ReasonBadRequest}
	}
	c.authorize(req)
	a, fault := c.exchange(req, maxPage)
	if fault != nil {
		return templatePage{}, fault
	}
	if f, ok := a.graphError(scrubber{known: []string{c.token}}); ok {
		return templatePage{}, &f
	}
	var page templatePage
	if a.status != http.StatusOK || json.Unmarshal(a.body, &page) != nil || page.Data == nil {
		return templatePage{}, &Failure{Class: whatsapp.ClassRetry, HTTPStatus: a.status, Reason: ReasonBadAnswer}
	}
	return page, nil
}
