package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

// segmentVerbs are what can be done with saved filters.
type segmentVerbs struct {
	List   listSegmentsVerb  `cmd:"" help:"List segments."`
	Show   showSegmentVerb   `cmd:"" help:"Show a segment with its filter."`
	Count  countSegmentVerb  `cmd:"" help:"Count whom a segment, or a filter, means now."`
	Create createSegmentVerb `cmd:"" help:"Save a filter as a segment."`
}

type listSegmentsVerb struct {
	Client config.Client `embed:""`
	Cursor string        `help:"Where to go on, as the page before said."`
	JSON   bool          `name:"json" help:"Print the API's answer."`
}

// Run lists them.
func (v *listSegmentsVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	var page api.Page[api.Segment]
	if err := g.call(ctx, "GET", "/v1/segments?"+url.Values{"cursor": {v.Cursor}}.Encode(), nil, &page); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, page)
	}
	return printSegments(s, page)
}

type showSegmentVerb struct {
	Client  config.Client `embed:""`
	Segment string        `arg:"" help:"The segment's id, or its name."`
	JSON    bool          `name:"json" help:"Print the API's answer."`
}

// Run shows it.
func (v *showSegmentVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	found, err := g.segment(ctx, v.Segment)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, found)
	}
	return printSegment(s, found)
}

// segment finds one by id, else by name.
func (g gateway) segment(ctx context.Context, named string) (found api.Segment, err error) {
	if _, err := uuid.Parse(named); err == nil {
		err := g.call(ctx, "GET", "/v1/segments/"+named, nil, &found)
		return found, err
	}
	for cursor := ""; ; {
		var page api.Page[api.Segment]
		query := url.Values{"limit": {"200"}, "cursor": {cursor}}
		if err := g.call(ctx, "GET", "/v1/segments?"+query.Encode(), nil, &page); err != nil {
			return found, err
		}
		for _, one := range page.Items {
			if one.Name == named {
				return one, nil
			}
		}
		if page.NextCursor == nil {
			return found, fmt.Errorf("there is no segment %q", named)
		}
		cursor = *page.NextCursor
	}
}

type countSegmentVerb struct {
	Client   config.Client `embed:""`
	Segment  string        `arg:"" optional:"" help:"The segment's id, or its name. Or --filter."`
	Filter   string        `help:"A file with a filter as JSON; - is standard input."`
	Category string        `help:"marketing, utility or authentication: also how many have opted in to it, whom alone a campaign would have."`
	JSON     bool          `name:"json" help:"Print the API's answer."`
}

// Run counts.
func (v *countSegmentVerb) Run(ctx context.Context, s streams) error {
	if (v.Segment == "") == (v.Filter == "") {
		return usageError("name a segment, or give a --filter")
	}
	body := map[string]any{}
	if v.Category != "" {
		body["category"] = v.Category
	}
	if v.Filter != "" {
		filter, err := readFilter(s, v.Filter)
		if err != nil {
			return err
		}
		body["filter"] = filter
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	if v.Segment != "" {
		found, err := g.segment(ctx, v.Segment)
		if err != nil {
			return err
		}
		body["filter"] = found.Filter
	}
	var c api.AudienceCount
	if err := g.call(ctx, "POST", "/v1/segments/count", body, &c); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, c)
	}
	return printCount(s, c)
}

// readFilter reads an object as it is: what it means, and whether it does, is the gateway's to say.
func readFilter(s streams, file string) (json.RawMessage, error) {
	text, err := readWhole(s, file)
	if err != nil {
		return nil, usageError(err.Error())
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, usageError(file + " is not a JSON object")
	}
	return text, nil
}

type createSegmentVerb struct {
	Client config.Client `embed:""`
	Name   string        `arg:"" help:"What it is called; no other one may be called so."`
	Filter string        `arg:"" help:"A file with the filter as JSON, as show --json prints it under filter; - is standard input."`
	JSON   bool          `name:"json" help:"Print the API's answer."`
}

// Run saves it.
func (v *createSegmentVerb) Run(ctx context.Context, s streams) error {
	filter, err := readFilter(s, v.Filter)
	if err != nil {
		return err
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	var made api.Segment
	if err := g.call(ctx, "POST", "/v1/segments", map[string]any{"name": v.Name, "filter": filter}, &made); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, made)
	}
	return printSegment(s, made)
}
