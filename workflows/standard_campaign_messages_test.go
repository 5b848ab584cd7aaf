package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"reengage/conversation"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows/contract"
)

// Campaigns whose messages the fake activities have wait for their turn, or refuse when they are about to go.
var (
	slow        = uuid.NewSHA1(uuid.NameSpaceURL, []byte("slow"))
	pausedSince = uuid.NewSHA1(uuid.NameSpaceURL, []byte("paused since"))
)

func (s *stage) broadcast(campaign uuid.UUID) {
	s.Helper()
	s.signal(contract.SignalCampaignMessage, contract.CampaignMessage{CampaignID: campaign, RecipientID: uuid.NewSHA1(campaign, s.id[:])})
}

// campaignBudget is how many events a run has that is there for a campaign's message alone, given complete input: it is what each of
// ten thousand costs. One of them is that this stage starts every run as active.
const campaignBudget = 20

func TestStandardCampaignMessages(t *testing.T) {
	t.Parallel()
	spring := uuid.NewSHA1(uuid.NameSpaceURL, []byte("spring"))
	t.Run("Sent", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.broadcast(spring)
		events := s.ends()
		require.Equal(t, 1, s.acts.sent())
		require.Equal(t, 2, count(events, enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED), "planned and sent; settlement bills it")
		require.LessOrEqual(t, len(events), campaignBudget)
		s.keep("campaign-message", events)
	})
	t.Run("Held", func(t *testing.T) { // an agent is at work; then the campaign asks again
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.acts.refusals = []conversation.Verdict{{Code: conversation.AgentAtWork, Rule: "K4"}, {Code: conversation.QuietHoursNow, Rule: "policy"}}
		s.contactWrites(0)
		s.broadcast(spring)
		require.Eventually(t, func() bool { return s.hasNoted(conversation.AgentAtWork) }, time.Minute, 5*time.Millisecond)
		s.broadcast(spring)
		require.Eventually(t, func() bool { return s.hasNoted(conversation.QuietHoursNow) }, time.Minute, 5*time.Millisecond)
		s.broadcast(spring)
		events := s.ends()
		require.Equal(t, 1, s.acts.sent())
		s.keep("campaign-message-held", events)
	})
	t.Run("ToldTwice", func(t *testing.T) { // while it waits for its turn, beside another campaign's
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.broadcast(slow)
		require.Eventually(t, func() bool { return s.acts.sent() == 1 }, time.Minute, 5*time.Millisecond)
		s.broadcast(slow)
		s.broadcast(spring)
		events := s.ends()
		require.Equal(t, 3, s.acts.sent(), "the first in two attempts")
		s.keep("campaign-message-twice", events)
	})
	t.Run("Stopped", func(t *testing.T) { // the campaign was paused when the message was about to go
		t.Parallel()
		s := newStage(t, temporaltest.New(t))
		s.broadcast(pausedSince)
		events := s.ends()
		require.Equal(t, 1, s.acts.sent())
		s.keep("campaign-message-stopped", events)
	})
}

// hasNoted: the run has heard of the verdict; told of the message before that, it would take it for the one under way.
func (s *stage) hasNoted(code conversation.Code) bool {
	answer, err := s.ns.Client.QueryWorkflow(s.Context(), contract.ConversationWorkflowID(s.id), "", contract.QuerySnapshot)
	if err != nil {
		return false
	}
	var snapshot contract.Snapshot
	require.NoError(s, answer.Get(&snapshot))
	return slices.ContainsFunc(snapshot.Decisions, func(d string) bool { return strings.Contains(d, string(code)) })
}
