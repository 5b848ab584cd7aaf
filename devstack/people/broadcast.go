package people

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"reengage/audience"
	"reengage/campaign"
	"reengage/devstack/stack"
	"reengage/importing"
)

// Import is a file of contacts on its way in.
type Import struct {
	ID     string           `json:"id"`
	State  string           `json:"state"`
	Reason string           `json:"reason"`
	Counts importing.Counts `json:"counts"`
}

// Import takes contacts in from a file, or only says what it would do, and waits for that. Phones without a country are of region.
func (b *Business) Import(ctx context.Context, name string, file []byte, region string, dryRun bool) (i Import, err error) {
	query := url.Values{"file_name": {name}, "default_region": {region}, "dry_run": {fmt.Sprint(dryRun)}}
	if err := b.post(ctx, "/v1/imports?"+query.Encode(), "text/csv", file, &i); err != nil {
		return i, err
	}
	return i, b.until(ctx, func() (bool, error) {
		err := b.api(ctx, http.MethodGet, "/v1/imports/"+i.ID, "", nil, &i)
		switch i.State {
		case "checked", "finished":
			return true, err
		case "failed", "cancelled":
			return true, fmt.Errorf("the import has %s: %s", i.State, i.Reason)
		}
		return false, err
	})
}

// Apply does what a dry run has said, and waits for it.
func (b *Business) Apply(ctx context.Context, i Import) (Import, error) {
	if err := b.api(ctx, http.MethodPost, "/v1/imports/"+i.ID+"/apply", "", nil, &i); err != nil {
		return i, err
	}
	return i, b.until(ctx, func() (bool, error) {
		err := b.api(ctx, http.MethodGet, "/v1/imports/"+i.ID, "", nil, &i)
		return i.State == "finished", err
	})
}

// Segment saves a filter and returns its id.
func (b *Business) Segment(ctx context.Context, name string, filter audience.Filter) (id string, err error) {
	var saved struct {
		ID string `json:"id"`
	}
	err = b.api(ctx, http.MethodPost, "/v1/segments", "", map[string]any{"name": name, "filter": filter}, &saved)
	return saved.ID, err
}

// Count counts the contacts whom a filter means.
func (b *Business) Count(ctx context.Context, filter audience.Filter) (int, error) {
	var counted struct {
		Contacts int `json:"contacts"`
	}
	err := b.api(ctx, http.MethodPost, "/v1/segments/count", "", map[string]any{"filter": filter}, &counted)
	return counted.Contacts, err
}

// Broadcast is a template for everybody of a segment.
type Broadcast struct {
	Name     string
	Template Template
	Segment  string // its id
	Limits   campaign.Limits
	StartAt  time.Time // virtual; zero: as soon as it is launched
}

// Campaign is how far a broadcast has got.
type Campaign struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	State      campaign.State   `json:"state"`
	Reason     campaign.Reason  `json:"reason"`
	Recipients int              `json:"recipients"`
	LeftOut    campaign.LeftOut `json:"left_out"`
}

// Draft makes a campaign that nobody has launched.
func (b *Business) Draft(ctx context.Context, d Broadcast) (c Campaign, err error) {
	template := d.Template.reference()
	body := map[string]any{
		"name": d.Name, "number": stack.BusinessNumber, "segment": d.Segment, "limits": d.Limits,
		"template": map[string]any{"name": template["name"], "language": template["language"]},
	}
	if d.Template.Parameters != nil {
		body["parameters"] = d.Template.Parameters
	}
	if !d.StartAt.IsZero() {
		body["start_at"] = d.StartAt.UTC()
	}
	return c, b.api(ctx, http.MethodPost, "/v1/campaigns", "", body, &c)
}

// Tell launches, pauses, resumes or cancels a campaign. Repeated under the same key, which may be empty, it is done once.
func (b *Business) Tell(ctx context.Context, c Campaign, verb, key string) error {
	return b.api(ctx, http.MethodPost, "/v1/campaigns/"+c.ID+"/"+verb, key, nil, nil)
}

// Campaign reads one.
func (b *Business) Campaign(ctx context.Context, id string) (c Campaign, err error) {
	return c, b.api(ctx, http.MethodGet, "/v1/campaigns/"+id, "", nil, &c)
}

// Results says what has become of one so far.
func (b *Business) Results(ctx context.Context, id string) (r campaign.Results, err error) {
	return r, b.api(ctx, http.MethodGet, "/v1/campaigns/"+id+"/results", "", nil, &r)
}

// Quote says what one would come to.
func (b *Business) Quote(ctx context.Context, id string) (q campaign.Quote, err error) {
	return q, b.api(ctx, http.MethodGet, "/v1/campaigns/"+id+"/quote", "", nil, &q)
}

// post sends a file as it is.
func (b *Business) post(ctx context.Context, path, contentType string, file []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.stack.Ready.API+path, bytes.NewReader(file))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	return b.do(request, b.stack.Ready.APIKey, answer)
}

// until asks every now and then whether something has happened.
func (b *Business) until(ctx context.Context, happened func() (bool, error)) error {
	for {
		if done, err := happened(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
