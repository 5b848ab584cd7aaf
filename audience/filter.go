package audience

import (
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// Filter says which contacts are meant: those to whom every part that is given applies. The zero value means all contacts. Contacts
// that have become part of others (W10) are never meant; what was said to or by them counts for those.
type Filter struct {
	AllTags   []string          `json:"all_tags,omitempty" doc:"Who has all of these tags. A tag is compared as it is written."`
	AnyTags   []string          `json:"any_tags,omitempty" doc:"Who has at least one of these tags."`
	NoTags    []string          `json:"no_tags,omitempty" doc:"Who has none of these tags."`
	Fields    map[string]string `json:"fields,omitempty" doc:"Who has these custom fields with exactly these texts."`
	Languages []string          `json:"languages,omitempty" doc:"Who has one of these languages, written as in sends: en_US; en means all of English."`
	Markets   []string          `json:"markets,omitempty" doc:"Who is in one of these regions, by phone, else by bsuid: BR."`
	// Number says of whose conversations the next three speak; empty: of any.
	Number string `json:"number,omitempty" doc:"Phone number id of the business number of whose conversations statuses, last_inbound_after and last_inbound_before speak. Missing: of any."`
	// Statuses are those of W6; who has no such conversation has none.
	Statuses          []conversation.StatusName `json:"statuses,omitempty" doc:"Who has a conversation in one of these states: active, expiring, expired, resuming, awaiting_reply."`
	LastInboundAfter  time.Time                 `json:"last_inbound_after,omitzero" doc:"Whose last message came at this time or after it."`
	LastInboundBefore time.Time                 `json:"last_inbound_before,omitzero" doc:"Whose last message came before this time, or who has never written."`
	OptedIn           conversation.Category     `json:"opted_in,omitempty" enum:"marketing,utility,authentication" doc:"Who has opted in to this category and has not opted out since."`
	Campaign          *CampaignAnswer           `json:"campaign,omitempty" doc:"Who was sent a campaign's message, and has answered it or not."`
}

// CampaignAnswer means those whom a campaign was sent to and who have, or have not, answered it.
type CampaignAnswer struct {
	ID       uuid.UUID `json:"id" doc:"The campaign's."`
	Answered bool      `json:"answered" doc:"true: who has answered. false: who was sent the message and has not."`
}
