package contract

import (
	"time"

	"github.com/google/uuid"

	"reengage/clock"
)

// CampaignMessage is the payload of campaign_message: a campaign wants its template sent to this contact (K4). It names no text and no
// person; what is to be sent stands in the recipient's row. Told again, it changes nothing (K3).
type CampaignMessage struct {
	CampaignID  uuid.UUID `json:"campaign_id"`
	RecipientID uuid.UUID `json:"recipient_id"` // also the send's id
}

// CampaignInput starts a Campaign. What it is to do stands in Postgres; Clock is the virtual clock, by which it waits.
type CampaignInput struct {
	CampaignID uuid.UUID   `json:"campaign_id"`
	Clock      clock.Clock `json:"clock"`
	// Progress continues an earlier run; only continue-as-new sets it.
	Progress *CampaignProgress `json:"progress,omitempty"`
}

// CampaignProgress answers the query progress: how far a campaign has got, as its run last saw it. Counts are contacts.
type CampaignProgress struct {
	State      string    `json:"state"`            // as the row's
	Reason     string    `json:"reason,omitempty"` // of paused
	Recipients int       `json:"recipients"`
	Asked      int       `json:"asked"`   // whose conversations have been told
	Waiting    int       `json:"waiting"` // pending or held back
	Open       int       `json:"open"`    // asked, and not heard of yet
	NextAt     time.Time `json:"next_at,omitzero"`
	AsOf       time.Time `json:"as_of,omitzero"`
}

// ImportInput starts an Import: one phase of it, checking or importing, as its row says.
type ImportInput struct {
	ImportID uuid.UUID `json:"import_id"`
}
