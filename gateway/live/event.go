package live

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// Kind says what has changed. Those of the first group are what GET /v1/events calls its events; the others are for pages, which
// show more than the API tells.
type Kind string

// The kinds, as table changes has them.
const (
	KindStatus    Kind = "status"     // a conversation's facts, or what the clock makes of them
	KindMessage   Kind = "message"    // a message was stored, or got further on its way
	KindReminder  Kind = "reminder"   // W7
	KindSend      Kind = "send"       // planned, or what became of it
	KindKeptReply Kind = "kept_reply" // kept, or what became of it
	KindCharge    Kind = "charge"     // something was charged, or reversed
	KindCampaign  Kind = "campaign"   // edited, or in another state; what becomes of its recipients is their conversations'
	KindTemplate  Kind = "template"   // another status, category, quality or text
	KindReset     Kind = "reset"      // something was missed that cannot be told any more; no change

	KindDecision Kind = "decision"
	KindPlan     Kind = "plan"    // how a contact is being won back
	KindContact  Kind = "contact" // name, consent, suppression: of all conversations of a contact
	KindNumber   Kind = "number"  // settings, a pause, a scheme: of all conversations of a business number
)

// Event says that something has changed, and how it stands now.
type Event struct {
	Kind         Kind
	Conversation uuid.UUID       // of one that has been merged (W10), the one that it is part of; zero of what concerns more than one
	Named        uuid.UUID       // the id under which it was written: a page may still show that
	Number       string          // phone number id of the business number; empty of what concerns more than one
	Campaign     uuid.UUID       // of a campaign event; else zero
	Data         json.RawMessage // one of the structs below; nil of kinds that have none
}

// StatusEvent is the data of a status event.
type StatusEvent struct {
	ConversationID uuid.UUID               `json:"conversation_id"`
	Number         string                  `json:"number" doc:"Phone number id of the business number."`
	Status         conversation.StatusName `json:"status" enum:"active,expiring,expired,resuming,awaiting_reply" doc:"W6."`
	Window         *conversation.Window    `json:"window" doc:"null unless it is open."`
	Unanswered     bool                    `json:"unanswered"`
	At             time.Time               `json:"at" doc:"When it was so, on the virtual clock."`
}

// MessageEvent is the data of a message event.
type MessageEvent struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	Number         string    `json:"number"`
}

// ReminderEvent is the data of a reminder event.
type ReminderEvent struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	Number         string    `json:"number"`
	ReminderID     uuid.UUID `json:"reminder_id"`
	Deadline       time.Time `json:"deadline" doc:"The end of the window that it warns of."`
	LeadSeconds    int32     `json:"lead_seconds"`
	Outcome        string    `json:"outcome" enum:"sent,late,missed" doc:"W7."`
}

// SendEvent is the data of a send event.
type SendEvent struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	Number         string    `json:"number"`
	SendID         uuid.UUID `json:"send_id"`
	State          string    `json:"state" enum:"planned,inflight,accepted,refused,failed,unknown"`
	Reason         string    `json:"reason,omitempty" doc:"Why it was refused or has failed."`
}

// KeptReplyEvent is the data of a kept_reply event.
type KeptReplyEvent struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	Number         string    `json:"number"`
	KeptReplyID    uuid.UUID `json:"kept_reply_id"`
	State          string    `json:"state" enum:"kept,offered,sent,expired,discarded,superseded"`
}

// ChargeEvent is the data of a charge event.
type ChargeEvent struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	Number         string    `json:"number"`
}

// CampaignEvent is the data of a campaign event.
type CampaignEvent struct {
	CampaignID uuid.UUID `json:"campaign_id"`
	Number     string    `json:"number" doc:"Empty of one that is deleted."`
	State      string    `json:"state" enum:"draft,scheduled,running,paused,finished,cancelled,deleted"`
	Reason     string    `json:"reason,omitempty" doc:"Why it was paused."`
}

// TemplateEvent is the data of a template event.
type TemplateEvent struct {
	WABA     string `json:"waba_id"`
	Name     string `json:"name"`
	Language string `json:"language"`
	Status   string `json:"status" doc:"As GET /v1/templates has it; removed: the account has it no more."`
	Category string `json:"category"`
	Quality  string `json:"quality"`
}

// ResetEvent is the data of a reset event.
type ResetEvent struct {
	At time.Time `json:"at" doc:"Ask for everything anew; what changes from here on is told."`
}

// Batch is what one reading found.
type Batch struct {
	Events []Event
	Now    time.Time // virtual: what the events say was so then
	Next   string    // the cursor behind all of it
}

// encode writes what cannot fail to be written.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only our own structs come here
	}
	return b
}
