package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"reengage/config"
	"reengage/gateway/api"
)

// contactVerbs are what can be said of a contact that its messages do not tell.
type contactVerbs struct {
	List listContactsVerb `cmd:"" help:"List contacts, those that came last first."`
	Show showContactVerb  `cmd:"" help:"Show a contact."`
	Set  setContactVerb   `cmd:"" help:"Set a contact's time zone, by which quiet hours go, its language, tags and fields."`
}

type listContactsVerb struct {
	Client  config.Client `embed:""`
	Q       string        `name:"q" help:"Part of a name, or of a phone's digits, or a whole bsuid."`
	Tag     string        `help:"Only contacts with this tag."`
	Segment string        `help:"Only contacts whom this segment means now: its id, or its name."`
	Cursor  string        `help:"Where to go on, as the page before said."`
	Limit   int           `default:"50" help:"At most 200."`
	JSON    bool          `name:"json" help:"Print the API's answer."`
}

// Run lists them.
func (v *listContactsVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	query := url.Values{"q": {v.Q}, "tag": {v.Tag}, "cursor": {v.Cursor}, "limit": {strconv.Itoa(v.Limit)}}
	if v.Segment != "" {
		segment, err := g.segment(ctx, v.Segment)
		if err != nil {
			return err
		}
		query.Set("segment", segment.ID.String())
	}
	var page api.Page[api.ListedContact]
	if err := g.call(ctx, "GET", "/v1/contacts?"+query.Encode(), nil, &page); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, page)
	}
	return printContacts(s, page)
}

type showContactVerb struct{ person }

// Run shows it.
func (v *showContactVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "GET", "", nil)
}

type setContactVerb struct {
	person
	TimeZone *string  `help:"IANA name, such as America/New_York; empty: as the phone's region tells. By default as it is."`
	Language *string  `help:"As in sends: en_US; empty: not known. By default as it is."`
	Tags     *string  `help:"All the tags, separated by semicolons; empty: none. By default as they are."`
	Field    []string `sep:"none" placeholder:"NAME=TEXT" help:"A custom field; without a text it is removed. May be given several times."`
}

// Run sets it.
func (v *setContactVerb) Run(ctx context.Context, s streams) error {
	body := struct {
		TimeZone *string            `json:"time_zone,omitempty"`
		Language *string            `json:"language,omitempty"`
		Tags     *[]string          `json:"tags,omitempty"`
		Fields   map[string]*string `json:"fields,omitempty"`
	}{TimeZone: v.TimeZone, Language: v.Language, Fields: map[string]*string{}}
	if v.Tags != nil {
		tags := []string{}
		for tag := range strings.SplitSeq(*v.Tags, ";") {
			if tag = strings.TrimSpace(tag); tag != "" {
				tags = append(tags, tag)
			}
		}
		body.Tags = &tags
	}
	for _, field := range v.Field {
		name, text, found := strings.Cut(field, "=")
		if !found {
			return usageError("--field is NAME=TEXT")
		}
		body.Fields[name] = nil
		if text != "" {
			body.Fields[name] = &text
		}
	}
	if v.TimeZone == nil && v.Language == nil && v.Tags == nil && len(v.Field) == 0 {
		return usageError("there is nothing to set: --time-zone, --language, --tags or --field")
	}
	return v.change(ctx, s, "PUT", "", body)
}
