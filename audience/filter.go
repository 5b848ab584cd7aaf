// Package audience finds contacts by what is known of them: tags and fields that the business has given them, their language and
// market, how their conversations stand, what they have agreed to and whether they have answered a campaign.
package audience

import (
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// Filter says which contacts are meant: those to whom every part that is given applies. The zero value means all contacts. Contacts
// that have become part of others (W10) are never meant.
type Filter struct {
	AllTags   []string          `json:"all_tags,omitempty"`
	AnyTags   []string          `json:"any_tags,omitempty"`
	NoTags    []string          `json:"no_tags,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`    // custom fields with exactly these texts
	Languages []string          `json:"languages,omitempty"` // as in sends: en_US; en means all of English
	Markets   []string          `json:"markets,omitempty"`
	// Number is Meta's phone number id: of whose conversations Statuses, LastInbound... speak; empty: of any.
	Number            string                    `json:"number,omitempty"`
	Statuses          []conversation.StatusName `json:"statuses,omitempty"`
	LastInboundAfter  time.Time                 `json:"last_inbound_after,omitzero"`  // at or after
	LastInboundBefore time.Time                 `json:"last_inbound_before,omitzero"` // before; who has never written did so, too
	OptedIn           conversation.Category     `json:"opted_in,omitempty"`           // to this category
	Campaign          *CampaignAnswer           `json:"campaign,omitempty"`
}

// CampaignAnswer means those whom a campaign was sent to and who have, or have not, answered it.
type CampaignAnswer struct {
	ID       uuid.UUID `json:"id"`
	Answered bool      `json:"answered"`
}
