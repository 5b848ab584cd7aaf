package workflows_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"reengage/workflows"
)

// recorded are the histories that must be there: the loss of one would go unnoticed otherwise. TestStandardConversations,
// TestStandardSends, TestStandardCampaigns and TestStandardCampaignMessages write them (make histories).
var recorded = []string{
	"burst", "continue-as-new-first", "continue-as-new-second", "duplicate", "extension-after-reminder", "reminder",
	"reminder-missed", "signal-during-the-end", "single-message",
	"close", "fallback", "import", "kept-reply", "merged", "reengagement", "reply", "template-starts-a-run", "unknown-settled",
	"campaign-cancelled", "campaign-continued-first", "campaign-continued-second", "campaign-finished", "campaign-paused", "campaign-stopped",
	"campaign-message", "campaign-message-held", "campaign-message-stopped", "campaign-message-twice",
}

func newReplayer(t *testing.T) worker.WorkflowReplayer {
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DisableRegistrationAliasing: true, DisableDeadlockDetection: true})
	require.NoError(t, err)
	workflows.Register(r)
	return r
}

func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/history/*.json")
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		names = append(names, name)
		t.Run(name, func(t *testing.T) {
			require.NoError(t, newReplayer(t).ReplayWorkflowHistoryFromJSONFile(nil, file))
		})
	}
	require.Subset(t, names, recorded)
}

// The history of a Conversation that reminded before it billed: today's code must refuse it, else the replays above
// prove nothing.
func TestAnIncompatibleHistoryIsRefused(t *testing.T) {
	err := newReplayer(t).ReplayWorkflowHistoryFromJSONFile(nil, "testdata/history/incompatible/reminds-first.json")
	require.ErrorContains(t, err, "nondeterministic")
}
