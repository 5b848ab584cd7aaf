package main

import "context"

// contactVerbs are what can be said of a contact that its messages do not tell.
type contactVerbs struct {
	Show showContactVerb `cmd:"" help:"Show a contact."`
	Set  setContactVerb  `cmd:"" help:"Set a contact's time zone, by which quiet hours go, and its language."`
}

type showContactVerb struct{ person }

// Run shows it.
func (v *showContactVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "GET", "", nil)
}

type setContactVerb struct {
	person
	TimeZone *string `help:"IANA name, such as America/New_York; empty: as the phone's region tells. By default as it is."`
	Language *string `help:"As in sends: en_US; empty: not known. By default as it is."`
}

// Run sets it.
func (v *setContactVerb) Run(ctx context.Context, s streams) error {
	if v.TimeZone == nil && v.Language == nil {
		return usageError("there is nothing to set: --time-zone or --language")
	}
	body := struct {
		TimeZone *string `json:"time_zone,omitempty"`
		Language *string `json:"language,omitempty"`
	}{v.TimeZone, v.Language}
	return v.change(ctx, s, "PUT", "", body)
}
