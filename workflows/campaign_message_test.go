package workflows_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

func broadcast(n byte) contract.CampaignMessage {
	return contract.CampaignMessage{CampaignID: uuid.UUID{15: n}, RecipientID: uuid.UUID{0: 1, 15: n}}
}

func (p *provider) isTold(at time.Time, messages ...contract.CampaignMessage) {
	p.at(at, func() {
		for _, m := range messages {
			p.SignalWorkflow(contract.SignalCampaignMessage, m)
		}
	})
}

func TestARunForACampaignsMessageAloneEndsOnceThatIsSent(t *testing.T) {
	p := newProvider(t)
	p.isTold(nine, broadcast(1))
	p.run(t, input())
	require.Len(t, p.attempts, 1)
	require.Equal(t, nine, p.now().Truncate(time.Second), "nothing is waited for")
	planned := p.planned[0]
	require.Equal(t, []any{broadcast(1).RecipientID, broadcast(1).CampaignID, sending.FromCampaign},
		[]any{planned.SendID, planned.CampaignID, planned.Origin})
	require.Nil(t, planned.Template, "what is to be sent stands in its row")
	require.Zero(t, p.bills, "settlement bills it")
}

func TestACampaignsMessageThatIsToldAgainWhileItIsUnderWayIsIgnored(t *testing.T) {
	p := newProvider(t)
	p.outcomes = []func(activities.SendRequest) (sending.Result, error){func(r activities.SendRequest) (sending.Result, error) {
		return sending.Result{State: sending.Planned, Attempt: 2, RetryAt: p.Now().Add(time.Minute)}, nil
	}}
	p.isTold(nine, broadcast(1), broadcast(1))
	p.isTold(nine.Add(30*time.Second), broadcast(1))
	p.run(t, input())
	require.Len(t, p.planned, 1)
	require.Len(t, p.attempts, 2)
}

func TestMessagesOfSeveralCampaignsWaitForOneAnother(t *testing.T) {
	p := newProvider(t)
	p.refuse = func(r activities.PlanRequest) conversation.Verdict { // as the gate would, of two at once
		if len(p.attempts) < len(p.planned)-1 {
			return conversation.Verdict{Code: conversation.SendInProgress}
		}
		return conversation.Verdict{Code: conversation.Allowed}
	}
	p.isTold(nine, broadcast(1), broadcast(2), broadcast(3))
	p.run(t, input())
	require.Len(t, p.planned, 3)
	require.Len(t, p.attempts, 3)
}

func TestARefusalMakesRoomForTheNextCampaign(t *testing.T) {
	p := newProvider(t)
	p.refuse = func(r activities.PlanRequest) conversation.Verdict {
		if r.CampaignID == broadcast(1).CampaignID {
			return conversation.Verdict{Code: conversation.QuietHoursNow, Facts: conversation.VerdictFacts{QuietUntil: nine.Add(12 * time.Hour)}}
		}
		return conversation.Verdict{Code: conversation.Allowed}
	}
	p.isTold(nine, broadcast(1), broadcast(2))
	p.run(t, input())
	require.Len(t, p.planned, 2)
	require.Equal(t, broadcast(2).RecipientID, p.attempts[0].SendID)
	require.Equal(t, nine, p.now().Truncate(time.Second), "who asks again is the campaign")
}

func TestACampaignsMessageForAPartIsGivenBackByThePlan(t *testing.T) {
	p := newProvider(t)
	in := input()
	in.Loaded.MergedInto = uuid.New()
	p.isTold(nine, broadcast(1))
	p.refuse = func(activities.PlanRequest) conversation.Verdict {
		return conversation.Verdict{Code: conversation.ConversationMerged}
	}
	p.run(t, in)
	require.Len(t, p.planned, 1, "the transaction tells the campaign")
	require.Empty(t, p.attempts)
}

func TestACampaignsMessageThatNamesNobodyIsRejected(t *testing.T) {
	p := newProvider(t)
	p.isTold(nine, contract.CampaignMessage{CampaignID: uuid.New()})
	p.run(t, input())
	require.Empty(t, p.planned)
}
