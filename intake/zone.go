package intake

import (
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"

	"reengage/conversation"
	"reengage/db"
)

// ZoneOf is the time zone in which a contact lives, written down around now (conversation.Zone): the one that somebody has
// told us, else the first of its phone's region, else the one of the business number's people. A country with several zones
// is taken for its first: quiet hours may then begin an hour or two off, which somebody can set right on the contact.
func ZoneOf(c db.Contact, n db.BusinessNumber, now time.Time) conversation.Zone {
	for _, name := range []string{c.TimeZone, zoneOfPhone(orEmpty(c.Phone)), n.TimeZone} {
		if name == "" {
			continue
		}
		if loc, err := location(name); err == nil {
			return conversation.ResolveZone(loc, now)
		}
	}
	return nil
}

// zoneOfPhone is empty if the numbering plan does not tell.
func zoneOfPhone(phone string) string {
	if phone == "" {
		return ""
	}
	number, err := phonenumbers.Parse("+"+phone, "")
	if err != nil {
		return ""
	}
	zones, err := phonenumbers.GetTimezonesForNumber(number)
	if err != nil || len(zones) == 0 || zones[0] == phonenumbers.UNKNOWN_TIMEZONE {
		return ""
	}
	return zones[0]
}

// locations are kept: to read one is to read a file.
var locations sync.Map // name → *time.Location

func location(name string) (*time.Location, error) {
	if known, ok := locations.Load(name); ok {
		return known.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		locations.Store(name, loc)
	}
	return loc, err
}
