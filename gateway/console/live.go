package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/live"
)

var liveRoutes = []route{
	{"GET " + Path + "/live", access.Read, (*Console).listen},
}

// changed is the data of the event that live.js hears: of what parts of the page are to be asked for again (data-live-of), "*" for all
// of them, and the server's virtual time, by which countdowns are kept right.
type changed struct {
	Of  []string  `json:"of"`
	Now time.Time `json:"now"`
}

// What parts of pages may be of beside conversations and campaigns, whose ids they name.
const (
	liveCampaigns = "campaigns" // any campaign
	liveTemplates = "templates" // any template
)

// changedMost is how many things are named; a page that shows any of more than that asks for all of its parts.
const changedMost = 200

func changedBy(b live.Batch) changed {
	c := changed{Of: []string{}, Now: b.Now}
	named := map[string]bool{}
	for _, e := range b.Events {
		of := partsOf(e)
		if of == nil || len(named) >= changedMost && !named[of[0]] {
			return changed{Of: []string{"*"}, Now: b.Now}
		}
		for _, name := range of {
			if !named[name] {
				named[name] = true
				c.Of = append(c.Of, name)
			}
		}
	}
	return c
}

// partsOf says what parts of pages that show what has changed are of; nil: they may be of anything.
func partsOf(e live.Event) []string {
	switch {
	case e.Kind == live.KindCampaign:
		return []string{e.Campaign.String(), liveCampaigns}
	case e.Kind == live.KindTemplate:
		return []string{liveTemplates}
	case e.Conversation == uuid.Nil:
		return nil
	}
	return []string{e.Conversation.String(), e.Named.String()} // a page of what has been merged knows only the latter
}

// listen tells an open page what has changed. A silence is broken by events without conversations, so that the page knows that the
// connection lives, and what time it is.
func (c *Console) listen(w http.ResponseWriter, r *http.Request) error {
	if c.live == nil {
		return &api.Problem{Status: http.StatusServiceUnavailable, Detail: "nothing is told here"}
	}
	s, err := c.live.Subscribe(r.Context(), r.URL.Query().Get("after"))
	if errors.Is(err, live.ErrCursor) {
		return &api.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid_cursor", Detail: "this is nothing to go on from"}
	}
	if errors.Is(err, live.ErrFull) {
		w.Header().Set("Retry-After", "10")
		return &api.Problem{Status: http.StatusServiceUnavailable, Code: "too_many_streams", Detail: "too many pages listen for changes just now"}
	}
	if err != nil {
		return &api.Problem{Status: http.StatusServiceUnavailable, Code: "database_unavailable", Detail: "what changes cannot be told just now"}
	}
	defer s.Close()
	s.Still = c.stillSignedIn
	out := live.NewStream(w)
	for {
		b, err := s.Next(r.Context())
		if err != nil {
			return nil // the page comes again
		}
		name := "changed"
		if len(b.Events) == 1 && b.Events[0].Kind == live.KindReset {
			name = "reset"
		}
		data, err := json.Marshal(changedBy(b))
		if err != nil {
			return nil // it is made of strings and a time
		}
		out.Event(name, b.Next, data)
		if out.Flush() != nil {
			return nil
		}
	}
}

// stillSignedIn is false once the session has ended, or its person was disabled. While the database is away nobody is signed out.
func (c *Console) stillSignedIn(ctx context.Context) bool {
	s := sessionOf(ctx)
	if c.people == nil || s.ID == uuid.Nil {
		return true
	}
	holds, err := c.people.Holds(ctx, s.ID, c.now())
	return holds || err != nil
}

type liveKey struct{}

// listenFrom notes, before a whole page is read, from where on it is to listen: what changes while it is being made is told when it
// is open. Parts of pages are asked for by one that listens already.
func (c *Console) listenFrom(r *http.Request) *http.Request {
	if c.live == nil || byHTMX(r) || r.URL.Path == Path+"/live" {
		return r
	}
	if _, known := access.From(r.Context()); !known {
		return r
	}
	address := Path + "/live"
	if here, err := c.live.Here(r.Context()); err == nil { // else the page fails too, or asks for everything when it listens
		address += "?" + url.Values{"after": {here}}.Encode()
	}
	return r.WithContext(context.WithValue(r.Context(), liveKey{}, address))
}

// liveAddress is where a page listens; empty if it does not.
func liveAddress(ctx context.Context) string {
	address, _ := ctx.Value(liveKey{}).(string)
	return address
}
