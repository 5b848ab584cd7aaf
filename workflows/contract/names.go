package contract

import (
	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
)

// TaskQueue is the one queue that workflows and activities use.
const TaskQueue = "reengage"

// Workflow types.
const (
	ConversationWorkflow = "Conversation"
	SettlementWorkflow   = "Settlement"
	TemplateSyncWorkflow = "TemplateSync"
	CampaignWorkflow     = "Campaign"
	ImportWorkflow       = "Import"
)

// SettlementSchedule is the id of the schedule, and the prefix of its runs' workflow ids, that bills what is dirty.
const SettlementSchedule = "settlement"

// TemplateSyncSchedule is the same of what lists the accounts' templates.
const TemplateSyncSchedule = "template-sync"

// Signals and the query of a Conversation.
const (
	SignalInbound         = "inbound_message"
	SignalOutbound        = "outbound_message"
	SignalSendOutcome     = "send_outcome"
	SignalSettingsChanged = "settings_changed"
	SignalConsentChanged  = "consent_changed"
	SignalClockChanged    = "clock_changed" // only where the clock is virtual: its new pair
	SignalMerged          = "merged"        // the conversation is part of another now (W10)
	SignalCampaignMessage = "campaign_message"

	QuerySnapshot = "snapshot"
)

// The signal and the query of a Campaign.
const (
	SignalCampaignChanged = "campaign_changed" // paused, resumed, cancelled: what it is now stands in Postgres

	QueryProgress = "progress"
)

// Updates of a Conversation: requests that are answered. The update's id is the request's.
const (
	UpdateSendMessage      = "send_message"
	UpdateSendTemplate     = "send_template"
	UpdateKeepReply        = "keep_reply"
	UpdateReleaseKeptReply = "release_kept_reply" // send or discard one that has been kept
	UpdateClose            = "close"
)

// Search attributes; a namespace must have them before the first conversation starts.
var (
	StatusAttribute  = temporal.NewSearchAttributeKeyKeyword("ReengageStatus")
	NumberAttribute  = temporal.NewSearchAttributeKeyKeyword("ReengageNumber")
	ExpiresAttribute = temporal.NewSearchAttributeKeyTime("ReengageWindowExpiresAt")
)

// ConversationWorkflowID is the workflow id of a conversation. It names no person.
func ConversationWorkflowID(id uuid.UUID) string { return "conversation/" + id.String() }

// CampaignWorkflowID is the workflow id of a campaign.
func CampaignWorkflowID(id uuid.UUID) string { return "campaign/" + id.String() }

// ImportWorkflowID is the workflow id of an import.
func ImportWorkflowID(id uuid.UUID) string { return "import/" + id.String() }

// Signal limits: at most this many messages, and bytes of payload, in one signal.
const (
	MaxSignalMessages = 500
	MaxSignalBytes    = 256 << 10
)
