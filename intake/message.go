package intake

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Kind is a message's direction.
type Kind string

// A message comes from the contact or goes to it.
const (
	Inbound  Kind = "inbound"
	Outbound Kind = "outbound"
)

// Source says by which way we heard of an event.
type Source string

// An event comes by the provider's webhook, by our HTTP API, by a signal to the workflow, or because we have sent the
// message ourselves. What comes by a signal is stored as already signalled: the workflow is the one who asks.
const (
	FromWebhook Source = "webhook"
	FromAPI     Source = "api"
	FromSignal  Source = "signal"
	FromSend    Source = "send"
)

// Identity is how somebody names a contact (W10). Phone or BSUID may be missing, not both.
type Identity struct {
	Phone string // with or without plus and separators; stored as digits
	BSUID string // business-scoped user id, "US.1234..."
	Name  string // profile name; empty: not stated
}

// Message is one message between a contact and a business number, whatever told us about it.
type Message struct {
	Kind Kind
	// PhoneNumberID and Who name the two sides. With ConversationID they are not read.
	PhoneNumberID string
	Who           Identity
	// ConversationID is set by those who know no more than the conversation.
	ConversationID uuid.UUID
	// ID is the provider's message id, unique for the business number; the wamid where there is one.
	ID string
	// OccurredAt is the provider's time, on the virtual clock.
	OccurredAt time.Time
	// Type of an inbound message as the provider names it (W2); of an outbound one template or freeform.
	Type       string
	Text       string
	EntryPoint string // of inbound messages: ad, page or another word (W8)
	Category   string // of templates
}

// Stored is what became of a Message. For one that was known already, everything is as the first copy fixed it.
type Stored struct {
	EventID        uuid.UUID
	ConversationID uuid.UUID
	New            bool
	OccurredAt     time.Time // after W3
	ReceivedAt     time.Time // by us, virtual
	Type           string
	Keyword        Keyword // of inbound messages
}

// Errors of what callers hand in.
var (
	// ErrInvalid is wrapped by a sentence that names what is missing or wrong, without quoting it.
	ErrInvalid = errors.New("invalid message")
)

// normalised returns the identity as it is stored and compared.
func (i Identity) normalised() Identity {
	return Identity{Phone: digits(i.Phone), BSUID: clean(strings.TrimSpace(i.BSUID)), Name: cut(clean(strings.TrimSpace(i.Name)))}
}

// maxName bounds a stored name, in runes; people call themselves what they like.
const maxName = 512

// cut shortens a name that is too long rather than to refuse the message that brings it.
func cut(name string) string {
	if utf8.RuneCountInString(name) <= maxName {
		return name
	}
	return strings.TrimSpace(string([]rune(name)[:maxName]))
}

// digits returns the digits of a phone number, or nothing if it cannot be one.
func digits(phone string) string {
	var b strings.Builder
	for _, r := range phone {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	if b.Len() < 4 || b.Len() > 20 {
		return ""
	}
	return b.String()
}

// maxID bounds what is used as a key, in bytes: an index entry in Postgres must stay under 2,704.
const maxID = 512

func (i Identity) check() error {
	switch {
	case i.Phone == "" && i.BSUID == "":
		return fmt.Errorf("%w: the contact needs a phone of 4 to 20 digits or a bsuid", ErrInvalid)
	case len(i.BSUID) > maxID:
		return fmt.Errorf("%w: the contact's bsuid is too long", ErrInvalid)
	}
	return nil
}

// check is for messages whose sides are resolved: it looks at the message alone.
func (m Message) check() error {
	switch {
	case m.Kind != Inbound && m.Kind != Outbound:
		return fmt.Errorf("%w: its kind is neither inbound nor outbound", ErrInvalid)
	case m.ID == "" || len(m.ID) > maxID:
		return fmt.Errorf("%w: its id is missing or too long", ErrInvalid)
	case m.OccurredAt.Year() < 1970:
		return fmt.Errorf("%w: the time at which it occurred is missing or lies before 1970", ErrInvalid)
	case m.Type == "":
		return fmt.Errorf("%w: its type is missing", ErrInvalid)
	case m.Kind == Outbound && m.Type != "template" && m.Type != "freeform":
		return fmt.Errorf("%w: the type of an outbound message is template or freeform", ErrInvalid)
	}
	return nil
}

// clean makes a text one that Postgres accepts.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
