package console

import (
	"net/http"
	"net/url"

	"reengage/gateway/api"
)

// whyView is every decision in a conversation, newest first, a page at a time.
type whyView struct {
	Conversation string
	Name         string
	Zone         string
	Decisions    []decisionView
	More         string // the address of what came before; empty: this is all
}

// showWhy explains the conversation: htmx puts it into the panel, and without htmx it is a page of its own.
func (c *Console) showWhy(w http.ResponseWriter, r *http.Request) error {
	d, err := c.briefDossier(r)
	if err != nil {
		return err
	}
	var page api.Page[api.Decision]
	query := url.Values{"order": {"desc"}}
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		query.Set("cursor", cursor)
	}
	path := "/v1/conversations/" + d.c.ID.String() + "/explain?" + query.Encode()
	if err := c.client.get(r.Context(), path, &page); err != nil {
		return err
	}
	f := frame{Title: "Why? " + d.name(), Here: "inbox", Page: "conversation/decisions", View: whyOf(d, page)}
	if !byHTMX(r) {
		f.Page = "conversation/why"
	}
	return c.page(w, r, http.StatusOK, f)
}

func whyOf(d dossier, page api.Page[api.Decision]) whyView {
	zone := zoneOf(d.number.TimeZone)
	v := whyView{Conversation: hrefOf(d.c.ID.String()), Name: d.name(), Zone: zone.String()}
	for _, decision := range page.Items {
		v.Decisions = append(v.Decisions, *decisionViewOf(decision, zone))
	}
	if page.NextCursor != nil {
		v.More = v.Conversation + "/why?" + url.Values{"cursor": {*page.NextCursor}}.Encode()
	}
	return v
}
