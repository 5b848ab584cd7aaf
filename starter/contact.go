package main

import (
	"context"
	"net/url"
	"strings"

	"reengage/gateway/api"
)

// who are the flags that name a contact and a business number.
type who struct {
	Number string `env:"BUSINESS_NUMBER" help:"The business number's phone number id. By default the development stack's."`
	Phone  string `help:"The contact's phone, international, with or without the plus."`
	BSUID  string `name:"bsuid" help:"The contact's business-scoped user id."`
}

// contactBody is how the API wants a contact to be named.
type contactBody struct {
	BusinessNumber string         `json:"business_number"`
	Contact        api.ContactRef `json:"contact"`
}

func (w who) body(g gateway, name string) (contactBody, error) {
	if w.Phone == "" && w.BSUID == "" {
		return contactBody{}, usageError("a contact is missing: --phone or --bsuid")
	}
	number, err := g.number(w.Number)
	return contactBody{number, api.ContactRef{Phone: w.Phone, BSUID: w.BSUID, Name: name}}, err
}

// conversation finds the contact's conversation and makes none. found is false if there is none.
func (w who) conversation(ctx context.Context, g gateway) (c api.Conversation, found bool, err error) {
	b, err := w.body(g, "")
	if err != nil {
		return c, false, err
	}
	phone := "+" + digits(w.Phone)
	q := w.BSUID
	if q == "" {
		q = phone
	}
	var page api.Page[api.Conversation]
	query := url.Values{"number": {b.BusinessNumber}, "q": {q}, "limit": {"200"}}
	if err := g.call(ctx, "GET", "/v1/conversations?"+query.Encode(), nil, &page); err != nil {
		return c, false, err
	}
	for _, c := range page.Items { // q also finds parts of a phone, and names
		if w.BSUID != "" && c.Contact.BSUID != nil && *c.Contact.BSUID == w.BSUID ||
			w.BSUID == "" && c.Contact.Phone != nil && *c.Contact.Phone == phone {
			return c, true, nil
		}
	}
	return c, false, nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
