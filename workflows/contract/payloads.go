package contract

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"reengage/clock"
	"reengage/conversation"
)

// ConversationInput starts a Conversation. A caller outside gives the id alone and the workflow loads the rest; the
// relay gives everything, so that no activity is needed.
type ConversationInput struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	// Loaded is what the database knows; nil: to be loaded.
	Loaded *Loaded `json:"loaded,omitempty"`
	// Carried continues an earlier run of the same conversation; only continue-as-new sets it.
	Carried *Carried `json:"carried,omitempty"`
}

// Carried is what a run hands to the one that continues it.
type Carried struct {
	State      conversation.State `json:"state"`
	Unrecorded Messages           `json:"unrecorded,omitzero"` // from outside, not stored yet
	Decisions  []string           `json:"decisions,omitempty"` // the latest, for people
}

// Messages are messages in both directions, each in the order of their signals.
type Messages struct {
	Inbound  []InboundMessage  `json:"inbound,omitempty"`
	Outbound []OutboundMessage `json:"outbound,omitempty"`
}

// Loaded is what a run needs to know of its conversation, its number and the clock. It names no person: Label is the
// masked phone.
type Loaded struct {
	Number   Number                `json:"number"`
	Contact  Contact               `json:"contact"`
	Facts    conversation.Facts    `json:"facts"`
	Settings conversation.Settings `json:"settings"`
	Clock    clock.Clock           `json:"clock"`
	// MergedInto is set if the conversation is part of another (W10): then the rest is that one's, the run plans nothing, and what it
	// is signalled it hands on.
	MergedInto uuid.UUID `json:"merged_into,omitzero"`
	// Permissions, Zone and Kept matter to sending; a run that began before there was sending has none.
	Permissions conversation.Permissions `json:"permissions,omitzero"`
	Zone        conversation.Zone        `json:"zone,omitempty"` // the contact's
	Kept        *conversation.Kept       `json:"kept,omitempty"` // the reply that is kept for the contact's answer
	// What a terminated run has left.
	Open []OpenSend         `json:"open,omitempty"`
	Plan *conversation.Plan `json:"plan,omitempty"`
}

// OpenSend is a send that is planned, in flight or unknown.
type OpenSend struct {
	SendID  uuid.UUID `json:"send_id"`
	Attempt int       `json:"attempt"`
}

// Number is a business number: ID is Meta's phone number id, Display the number as people write it.
type Number struct {
	ID      string `json:"id"`
	Display string `json:"display"`
}

// Contact names a contact for operators without saying who it is.
type Contact struct {
	ID    uuid.UUID `json:"id"`
	Label string    `json:"label"` // masked: +55•••01; for a bsuid US.•••
}

// MessagesSignal is the payload of inbound_message and outbound_message. Its messages are decoded one by one, so that a
// bad one costs none of its neighbours.
type MessagesSignal struct {
	Messages []json.RawMessage `json:"messages"`
}

// Empty reports whether there are none.
func (m Messages) Empty() bool { return len(m.Inbound) == 0 && len(m.Outbound) == 0 }

// InboundMessage is one element of inbound_message. With EventID it is stored already, and came through the gateway;
// with ID it comes from outside, and the workflow stores it before it decides.
type InboundMessage struct {
	EventID    string    `json:"event_id,omitempty"`
	ID         string    `json:"id,omitempty"` // the provider's message id
	OccurredAt time.Time `json:"occurred_at"`
	ReceivedAt time.Time `json:"received_at,omitzero"` // by the gateway
	Type       string    `json:"type"`
	Text       string    `json:"text,omitempty"`        // only from outside
	EntryPoint string    `json:"entry_point,omitempty"` // only from outside: ad, page, ... (W8)
	Keyword    string    `json:"keyword,omitempty"`     // the gateway's verdict on the text
}

// OutboundMessage is one element of outbound_message: a message that somebody sent by other means. EventID and ID are as
// for InboundMessage.
type OutboundMessage struct {
	EventID    string    `json:"event_id,omitempty"`
	ID         string    `json:"id,omitempty"`
	OccurredAt time.Time `json:"occurred_at"`
	Type       string    `json:"type"`               // template or freeform
	Category   string    `json:"category,omitempty"` // only from outside, of a template
}

// SendOutcome is the payload of send_outcome: a message that failed, or a send whose outcome had been unknown and which a
// status has settled. Facts are the row's, after it.
type SendOutcome struct {
	SendID  string              `json:"send_id,omitempty"`  // of our own sends
	EventID string              `json:"event_id,omitempty"` // of the status
	Message string              `json:"message_event_id,omitempty"`
	Status  string              `json:"status"`          // failed; of a settled send also sent, delivered or read
	Error   int                 `json:"error,omitempty"` // the provider's code
	Facts   *conversation.Facts `json:"facts,omitempty"`
}

// Merged is the payload of merged (W10). With Into the conversation is part of another now: its run settles what it has in flight,
// plans nothing and ends. With Facts another has become part of it: they are the row's, of both.
type Merged struct {
	Into  uuid.UUID           `json:"into,omitzero"`
	Facts *conversation.Facts `json:"facts,omitempty"`
}

// Snapshot answers the query snapshot: the conversation as its run last saw it, at AsOf. It names no person; the API's
// conversation does.
type Snapshot struct {
	ID             uuid.UUID               `json:"id"`
	Number         Number                  `json:"number"`
	Contact        Contact                 `json:"contact"`
	Status         conversation.StatusName `json:"status"`
	Window         *conversation.Window    `json:"window"`
	LastInboundAt  *time.Time              `json:"last_inbound_at"`
	LastOutboundAt *time.Time              `json:"last_outbound_at"`
	Unanswered     bool                    `json:"unanswered"`
	CanSend        conversation.CanSend    `json:"can_send"`
	Next           *conversation.Next      `json:"next"`
	AsOf           time.Time               `json:"as_of"`
	Decisions      []string                `json:"decisions"` // the latest, oldest first
}

// Types of an outbound message.
const (
	TypeTemplate = "template"
	TypeFreeform = "freeform"
)

// Validate says what is wrong with a message that cannot be decided on; it quotes no content.
func (m InboundMessage) Validate() error { return validate(m.EventID, m.ID, m.Type, m.OccurredAt) }

// Validate says what is wrong with a message that cannot be decided on; it quotes no content.
func (m OutboundMessage) Validate() error {
	if m.Type != "" && m.Type != TypeTemplate && m.Type != TypeFreeform {
		return errors.New("type must be template or freeform")
	}
	return validate(m.EventID, m.ID, m.Type, m.OccurredAt)
}

func validate(eventID, id, messageType string, occurredAt time.Time) error {
	switch {
	case (eventID == "") == (id == ""):
		return errors.New("exactly one of id and event_id must be given")
	case messageType == "":
		return errors.New("type is missing")
	case occurredAt.IsZero():
		return errors.New("occurred_at is missing")
	}
	return nil
}
