package main

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

// consentVerbs are what can be said of a contact.
type consentVerbs struct {
	Show     showConsentVerb `cmd:"" help:"Show what a contact permits, and every word on it."`
	In       optInVerb       `cmd:"" help:"Record that a contact has opted in."`
	Out      optOutVerb      `cmd:"" help:"Record that a contact has opted out."`
	Suppress suppressVerb    `cmd:"" help:"Have a contact not written to."`
	Lift     liftVerb        `cmd:"" help:"Lift all suppressions of a contact."`
}

// person names a contact that there is.
type person struct {
	Client  config.Client `embed:""`
	Contact string        `arg:"" optional:"" name:"contact-id" help:"The contact. Or name it: --number with --phone or --bsuid."`
	who
	JSON bool `name:"json" help:"Print the API's answer."`
}

func (p person) path(ctx context.Context, g gateway) (string, error) {
	if p.Contact != "" {
		if _, err := uuid.Parse(p.Contact); err != nil {
			return "", usageError(p.Contact + " is not a contact's id")
		}
		return "/v1/contacts/" + p.Contact, nil
	}
	c, found, err := p.conversation(ctx, g)
	if err == nil && !found {
		err = errors.New("there is no conversation of this contact with this number")
	}
	return "/v1/contacts/" + c.Contact.ID.String(), err
}

// change asks something of the contact, and shows it as it stands then.
func (p person) change(ctx context.Context, s streams, method, what string, body any) error {
	g, err := find(p.Client)
	if err != nil {
		return err
	}
	path, err := p.path(ctx, g)
	if err != nil {
		return err
	}
	var c api.KnownContact
	if err := g.call(ctx, method, path+what, body, &c); err != nil {
		return err
	}
	if p.JSON {
		return printJSON(s, c)
	}
	return printContact(s, c)
}

type showConsentVerb struct{ person }

// Run shows it.
func (v *showConsentVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "GET", "", nil)
}

// word is a contact's.
type word struct {
	person
	Category string    `help:"marketing, utility or authentication. By default all of them."`
	Source   string    `required:"" help:"How the contact said so: this is the record that has to stand up."`
	At       time.Time `help:"When, RFC 3339. By default now."`
}

func (w word) record(ctx context.Context, s streams, optedIn bool) error {
	body := struct {
		Category   string    `json:"category,omitempty"`
		OptedIn    bool      `json:"opted_in"`
		Source     string    `json:"source"`
		OccurredAt time.Time `json:"occurred_at,omitzero"`
	}{w.Category, optedIn, w.Source, w.At}
	return w.change(ctx, s, "PUT", "/consent", body)
}

type optInVerb struct{ word }

// Run records it.
func (v *optInVerb) Run(ctx context.Context, s streams) error { return v.record(ctx, s, true) }

type optOutVerb struct{ word }

// Run records it.
func (v *optOutVerb) Run(ctx context.Context, s streams) error { return v.record(ctx, s, false) }

type suppressVerb struct {
	person
	Marketing bool   `help:"Only marketing."`
	By        string `required:"" help:"Who wants it."`
}

// Run suppresses.
func (v *suppressVerb) Run(ctx context.Context, s streams) error {
	scope := "all"
	if v.Marketing {
		scope = "marketing"
	}
	return v.change(ctx, s, "PUT", "/suppression", map[string]any{"suppressed": true, "scope": scope, "by": v.By})
}

type liftVerb struct {
	person
	By string `required:"" help:"Who wants it."`
}

// Run lifts.
func (v *liftVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "PUT", "/suppression", map[string]any{"suppressed": false, "by": v.By})
}
