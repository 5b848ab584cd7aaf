package console

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"reengage/gateway/api"
)

// timelineView is what has happened, the newest last; what came before is asked for.
type timelineView struct {
	Conversation string
	Zone         string
	Earlier      string // the address of what came before; empty: this is the beginning
	First        zoned  // of the first entry, whose day stands above it
	Entries      []entryView
	Ends         *dayView // of an earlier part: the day of what follows below it, if that is another one
}

// entryView is one thing that has happened. One of its parts is there.
type entryView struct {
	Key      string // unique on the page
	At       zoned
	NewDay   bool // its day stands above it
	Message  *messageView
	Reminder *reminderView
	Charge   *chargeView
	Decision *decisionView
}

// timelinePath asks the API for the newest entries, or for those before a cursor.
func timelinePath(id uuid.UUID, cursor string) string {
	query := url.Values{"order": {"desc"}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return "/v1/conversations/" + id.String() + "/timeline?" + query.Encode()
}

// timelineOf turns a page, newest first, into what is read from top to bottom. next is the day of what follows below it, if
// something does.
func timelineOf(id uuid.UUID, page api.Page[api.TimelineItem], zone *time.Location, next string) timelineView {
	v := timelineView{Conversation: hrefOf(id.String()), Zone: zone.String()}
	for i := len(page.Items) - 1; i >= 0; i-- {
		e := entryOf(page.Items[i], zone)
		e.NewDay = len(v.Entries) > 0 && v.Entries[len(v.Entries)-1].At.Date != e.At.Date
		v.Entries = append(v.Entries, e)
	}
	if len(v.Entries) == 0 {
		return v
	}
	v.First = v.Entries[0].At
	if page.NextCursor != nil {
		v.Earlier = v.Conversation + "/timeline?" + url.Values{"cursor": {*page.NextCursor}, "day": {v.First.Date}}.Encode()
	}
	if last := v.Entries[len(v.Entries)-1].At; next != last.Date {
		v.Ends = dayOf(next)
	}
	return v
}

func entryOf(item api.TimelineItem, zone *time.Location) entryView {
	e := entryView{Key: "e-" + item.Kind + "-" + item.ID, At: zonedOf(item.At, zone)}
	switch {
	case item.Message != nil:
		e.Message = messageOf(*item.Message, zone)
	case item.Reminder != nil:
		e.Reminder = reminderOf(*item.Reminder, zone)
	case item.Charge != nil:
		e.Charge = chargeOf(*item.Charge)
	case item.Decision != nil:
		e.Decision = decisionViewOf(*item.Decision, zone)
		e.Decision.Clock = &e.Decision.At
	}
	return e
}

// showEarlier is the part before a cursor: htmx puts it above what is there, and without htmx it is a page of its own.
func (c *Console) showEarlier(w http.ResponseWriter, r *http.Request) error {
	d, err := c.briefDossier(r)
	if err != nil {
		return err
	}
	if err := c.client.get(r.Context(), timelinePath(d.c.ID, r.URL.Query().Get("cursor")), &d.timeline); err != nil {
		return err
	}
	zone := zoneOf(d.number.TimeZone)
	v := timelineOf(d.c.ID, d.timeline, zone, r.URL.Query().Get("day"))
	f := frame{Title: d.name(), Here: "inbox", Page: "conversation/entries", View: v}
	if !byHTMX(r) {
		f.Page = "conversation/earlier"
	}
	return c.page(w, r, http.StatusOK, f)
}

// dayView is a day between entries.
type dayView struct{ Date, Day string }

// dayOf is nil for what is no date.
func dayOf(date string) *dayView {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return nil
	}
	return &dayView{date, day.Format(dayFormat)}
}
