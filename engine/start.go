package engine

import (
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"reengage/conversation"
	"reengage/workflows/contract"
)

// StartOptions are for the case that no run is open at now, the virtual time. A run that is open keeps its own.
func StartOptions(loaded contract.Loaded, now time.Time) client.StartWorkflowOptions {
	attributes := []temporal.SearchAttributeUpdate{
		contract.StatusAttribute.ValueSet(string(conversation.Status(loaded.Facts, now))),
		contract.NumberAttribute.ValueSet(loaded.Number.ID),
	}
	if !loaded.Facts.ExpiresAt.IsZero() {
		attributes = append(attributes, contract.ExpiresAttribute.ValueSet(loaded.Facts.ExpiresAt))
	}
	return client.StartWorkflowOptions{
		TaskQueue:                contract.TaskQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes:    temporal.NewSearchAttributes(attributes...),
		StaticSummary:            summary(loaded),
	}
}

// summaryBytes is what a server shows of a summary, and refuses a start beyond.
const summaryBytes = 200

// summary says for operators whose conversation it is, naming no person.
func summary(loaded contract.Loaded) string {
	number := loaded.Number.Display
	if number == "" {
		number = loaded.Number.ID
	}
	return Summary(loaded.Contact.Label + " with " + number)
}

// Summary cuts a text to what a server takes for one.
func Summary(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), summaryBytes)], "")
}
