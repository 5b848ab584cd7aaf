package whatsapp

import "strings"

// Contact is a person's messaging identity as one payload states it (W10):
// since 2026 either id may be missing. Which stored contact it belongs to is
// not decided here.
type Contact struct {
	// WaID is the phone in digits, without a plus; empty if not stated.
	WaID string
	// BSUID is the business-scoped user id, `US.1234...`; empty if not stated.
	BSUID string
	// Name is the profile's name, Username its handle; both may be empty.
	Name     string
	Username string
}

// Known reports whether anything identifies the contact.
func (c Contact) Known() bool { return c.WaID != "" || c.BSUID != "" }

// IsBSUID reports whether s has the shape of a business-scoped user id: two
// capital letters (the contact's country), a dot, then letters and digits. A
// portfolio's parent id has `ENT.` between (`US.ENT.1234...`).
func IsBSUID(s string) bool {
	if len(s) < 4 || s[2] != '.' || !isUpper(s[0]) || !isUpper(s[1]) {
		return false
	}
	rest := strings.TrimPrefix(s[3:], "ENT.")
	for i := 0; i < len(rest); i++ {
		if c := rest[i]; !isDigit(c) && !isUpper(c) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return rest != ""
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// phone returns s without a leading plus if it is a phone's digits.
func phone(s string) (string, bool) {
	s = strings.TrimPrefix(s, "+")
	if s == "" || len(s) > 20 {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return "", false
		}
	}
	return s, true
}

// contact reads an identity from two members, either of which may be absent.
// A business-scoped id may stand where the phone used to.
func (n *node) contact(phoneName, bsuidName string) Contact {
	var c Contact
	if s := n.text(bsuidName); s != "" && len(s) <= maxID {
		c.BSUID = s
	} else if s != "" {
		n.note(bsuidName, ReasonTooLong, false)
	}
	s := n.text(phoneName)
	if s == "" {
		return c
	}
	if digits, ok := phone(s); ok {
		c.WaID = digits
	} else if !IsBSUID(s) || len(s) > maxID {
		n.note(phoneName, ReasonBadIdentity, false)
	} else if c.BSUID == "" {
		c.BSUID = s
	}
	return c
}

// book is a change's contacts[]: the names of the people it speaks of.
type book []Contact

func readBook(value *node) book {
	var b book
	for _, n := range value.objects("contacts", false) {
		c := n.contact("wa_id", "user_id")
		profile := n.object("profile")
		c.Name, c.Username = profile.text("name"), profile.text("username")
		b = append(b, c)
	}
	return b
}

// resolve completes c from the entry that states the same person. The id that
// the item itself states is never replaced: a wrong guess would join two
// people's conversations. Only an item that states nobody, in a change that
// speaks of one person, is taken to be that person's.
func (b book) resolve(c Contact) Contact {
	if !c.Known() {
		if len(b) == 1 {
			return b[0]
		}
		return c
	}
	for _, e := range b {
		if c.BSUID != "" && c.BSUID == e.BSUID {
			return c.completedBy(e)
		}
	}
	for _, e := range b {
		if c.WaID != "" && c.WaID == e.WaID && (c.BSUID == "" || e.BSUID == "") {
			return c.completedBy(e)
		}
	}
	return c
}

func (c Contact) completedBy(e Contact) Contact {
	if c.WaID == "" {
		c.WaID = e.WaID
	}
	if c.BSUID == "" {
		c.BSUID = e.BSUID
	}
	c.Name, c.Username = e.Name, e.Username
	return c
}

// sender is resolve for items that are worth nothing without a person; the
// problem is noted under the member that should have named one.
func (n *node) sender(b book, phoneName, bsuidName string) (Contact, bool) {
	c := b.resolve(n.contact(phoneName, bsuidName))
	if !c.Known() {
		n.note(phoneName, ReasonMissing, true)
	}
	return c, c.Known()
}
