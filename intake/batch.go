package intake

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// batch is what one transaction is to store, worked out before it begins. It is not changed by a try, so that the next
// try begins with the same.
type batch struct {
	source Source
	real   time.Time // of receipt
	now    time.Time // of receipt, virtual

	body     []byte // nil: there is none
	updates  int
	problems []problem
	// Of the provider's: which referrals open a free entry point (W8).
	entryPoints []string
	dropped     int // updates that could be read and not be used

	numbers       map[string]sighting // by phone number id
	people        []person
	conversations []uuid.UUID // named by id
	drafts        []draft
	links         []link      // what people say of themselves: that they are one
	given         []uuid.UUID // of Messages: the event of each, in the order given
	sends         []uuid.UUID // named by id: by statuses, or because one is to be settled
	settlement    *settlement
	consents      []consent        // that no message brings
	preferences   []preference     // of people who may have no conversation
	templates     []templateChange // told by the provider
	hints         []hint           // of messages that may have to be inferred

	personOf map[personKey]int
	draftOf  map[uuid.UUID]int
}

// sighting is what we are told of a business number beside its id.
type sighting struct{ waba, display string }

// person is one way in which contacts are named here, on one business number.
type person struct {
	personKey
	name string
	waba string // of somebody known to the business account, without a number of it: the portfolio goes by that
	path string // of the first piece of the body that names it
}

type personKey struct{ number, phone, bsuid string }

// draft is an event whose number and conversation are not found yet.
type draft struct {
	event
	number string   // phone number id; empty: none
	person int      // index of the person; -1: none
	says   []string // of inbound messages: what may be a word that opts out or in
}

// event is a row of events on its way into the log; the names are the columns'.
type event struct {
	ID               uuid.UUID       `json:"id"`
	Kind             string          `json:"kind"`
	Type             string          `json:"type"`
	Source           Source          `json:"source"`
	BusinessNumberID uuid.UUID       `json:"business_number_id,omitzero"`
	ConversationID   uuid.UUID       `json:"conversation_id,omitzero"`
	OccurredAt       time.Time       `json:"occurred_at"`
	ClockClamped     bool            `json:"clock_clamped,omitzero"`
	OpensWindow      bool            `json:"opens_window,omitzero"`
	MessageID        uuid.UUID       `json:"message_id,omitzero"`
	Wamid            string          `json:"wamid,omitempty"`
	Market           string          `json:"market,omitempty"`
	Category         string          `json:"category,omitempty"`
	EntryPoint       string          `json:"entry_point,omitempty"`
	EntryPointUntil  time.Time       `json:"entry_point_until,omitzero"`
	Pricing          json.RawMessage `json:"pricing,omitempty"`
	ErrorCode        int32           `json:"error_code,omitzero"`
	Content          json.RawMessage `json:"content,omitempty"`
	NeedsSignal      bool            `json:"needs_signal,omitzero"`
	SignalledAt      time.Time       `json:"signalled_at,omitzero"`
	SendID           uuid.UUID       `json:"send_id,omitzero"`
	SendAttempt      int             `json:"send_attempt,omitzero"`
	Keyword          Keyword         `json:"keyword,omitempty"`
	Inferred         bool            `json:"inferred,omitzero"` // from the statuses of MessageID

	derived bool // found out by the attempt, not told by anybody
}

// message is the id of the outbound message that the event is, speaks of, or was inferred to be.
func (e event) message() uuid.UUID {
	if e.MessageID != (uuid.UUID{}) {
		return e.MessageID
	}
	return e.ID
}

// The kinds of events beside Inbound and Outbound.
const (
	kindStatus = "status"
	kindNotice = "notice"
)

// newWebhook is a batch of what the provider posts.
func (s *Store) newWebhook(real, now time.Time) *batch {
	b := newBatch(FromWebhook, real, now)
	b.entryPoints = s.entryPoints
	return b
}

func newBatch(source Source, real, now time.Time) *batch {
	return &batch{
		source: source, real: real, now: now,
		numbers: map[string]sighting{}, personOf: map[personKey]int{}, draftOf: map[uuid.UUID]int{},
	}
}

// see notes a business number; what is not stated takes nothing away.
func (b *batch) see(phoneNumberID string, s sighting) {
	known := b.numbers[phoneNumberID]
	if known.waba == "" {
		known.waba = s.waba
	}
	if known.display == "" {
		known.display = s.display
	}
	b.numbers[phoneNumberID] = known
}

// addPerson notes somebody to be found or made. The latest name that is stated counts.
func (b *batch) addPerson(phoneNumberID string, who Identity, path string) error {
	who, phoneNumberID = who.normalised(), clean(phoneNumberID)
	if phoneNumberID == "" || len(phoneNumberID) > maxID {
		return fmt.Errorf("%w: the business number is missing or too long", ErrInvalid)
	}
	if err := who.check(); err != nil {
		return err
	}
	b.see(phoneNumberID, sighting{})
	key := personKey{phoneNumberID, who.Phone, who.BSUID}
	i, found := b.personOf[key]
	if !found {
		i = len(b.people)
		b.people, b.personOf[key] = append(b.people, person{personKey: key, path: path}), i
	}
	if who.Name != "" {
		b.people[i].name = who.Name
	}
	return nil
}

// person returns the index of somebody who has been added.
func (b *batch) person(phoneNumberID string, who Identity) int {
	who = who.normalised()
	return b.personOf[personKey{clean(phoneNumberID), who.Phone, who.BSUID}]
}

// add takes an event in, with the provider's time as it stands. Of copies within the batch the first counts.
func (b *batch) add(d draft) {
	if _, found := b.draftOf[d.ID]; found {
		return
	}
	d.Source = b.source
	at, clamped := conversation.ClampOccurred(d.OccurredAt, b.now)
	d.OccurredAt, d.ClockClamped = at.UTC().Truncate(time.Microsecond), clamped
	if b.source == FromSignal && d.NeedsSignal {
		d.SignalledAt = b.real
	}
	b.draftOf[d.ID] = len(b.drafts)
	b.drafts = append(b.drafts, d)
}

// contentOf writes personal content; nil if there is none.
func contentOf(c content) json.RawMessage {
	raw := encode(c)
	if string(raw) == "{}" {
		return nil
	}
	return raw
}

// encode writes what cannot fail to be written.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("intake: %T is not JSON: %v", v, err)) // only our own types of strings and numbers come here
	}
	return raw
}
