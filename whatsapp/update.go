package whatsapp

import (
	"strconv"
	"time"
)

// Parsed is the outcome of reading one webhook body.
type Parsed struct {
	// Updates in the order in which the body lists them. Order means nothing
	// to the provider, who promises none.
	Updates []Update
	// Problems in the order in which they were met, at most 1,000 of them.
	Problems []Problem
	// MoreProblems counts those beyond.
	MoreProblems int

	pruned bool // something was nested absurdly and has been cut out
}

// Update is one thing that a webhook reports. Where it belongs is its own: one
// body may speak of several business numbers, so nothing is routed by the
// body's first change.
type Update struct {
	// Path leads to the item in the body: `entry[0].changes[2].value.messages[1]`.
	Path string
	// WABA is the WhatsApp Business Account, entry[].id; empty if absent.
	WABA string
	// EntryAt is when Meta made the entry, by its own clock; mostly absent.
	EntryAt time.Time
	// Field is the name that the provider gave to the kind of change.
	Field string
	// PhoneNumberID is the business number's id. Message, Call, Echo, Status
	// and NumberError always have one, the others mostly have not.
	PhoneNumberID string
	// DisplayNumber is the business number as people write it; may be empty.
	DisplayNumber string
	// Content is one of *Message, *Call, *Echo, *Status, *NumberError,
	// *Preference, *TemplateUpdate, *AccountUpdate, *Unknown.
	Content Content
}

// Content is what an Update says; see Update.Content.
type Content interface{ content() }

func (*Message) content()        {}
func (*Call) content()           {}
func (*Echo) content()           {}
func (*Status) content()         {}
func (*NumberError) content()    {}
func (*Preference) content()     {}
func (*TemplateUpdate) content() {}
func (*AccountUpdate) content()  {}
func (*Unknown) content()        {}

// Error is an error of the API as it stands in webhooks. Branch on Code alone;
// the texts are for people and change without notice.
type Error struct {
	Code    int // 0 if absent or unreadable
	Title   string
	Message string
	Details string
}

func (n *node) errors() []Error {
	var out []Error
	for _, e := range n.objects("errors", false) {
		out = append(out, readError(e))
	}
	return out
}

func readError(e *node) Error {
	return Error{
		Code:    e.code("code"),
		Title:   e.text("title"),
		Message: e.text("message"),
		Details: e.object("error_data").text("details"),
	}
}

// code reads an optional error code, written as a number or as a string.
func (n *node) code(name string) int {
	s := n.label(name)
	if s == "" {
		return 0
	}
	code, err := strconv.Atoi(s)
	if err != nil {
		n.note(name, ReasonWrongType, false)
	}
	return code
}
