package whatsapp

import "time"

// item is what every message and call states: without one of them it is worth
// nothing.
type item struct {
	id, kind string
	at       time.Time
	contact  Contact
}

// item reads it. kindName is the member that says what the item is; side is
// where the person stands, from or to. The first that is missing is noted.
func (n *node) item(b book, kindName, side string) (i item, ok bool) {
	if i.id, ok = n.key("id"); !ok {
		return i, false
	}
	if i.at, ok = n.instant("timestamp"); !ok {
		return i, false
	}
	if i.kind, ok = n.key(kindName); !ok {
		return i, false
	}
	i.contact, ok = n.sender(b, side, side+"_user_id")
	return i, ok
}
