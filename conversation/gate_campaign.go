package conversation

import "time"

// What the gate asks only of a campaign's messages (campaigns.md).

// stopped: a pause, a cancellation and the end reach every message that has not left.
func stopped(_ Circumstances, w Wish, _ time.Time) *Verdict {
	facts := VerdictFacts{Campaign: w.Stopped}
	switch w.Stopped {
	case "":
		return nil
	case CampaignEnded:
		return refuse(CampaignStopped, "K6", facts, "the campaign has come to its end")
	case TemplateRecategorised:
		return refuse(CampaignStopped, "K6", facts, "the template's category is another than when the campaign was launched")
	}
	return refuse(CampaignStopped, "K6", facts, "the campaign is %s", w.Stopped)
}

// What Wish.Stopped says of a campaign, whatever its state: its end has come; or its template would need another opt-in and cost
// something else than those who launched it were told.
const (
	CampaignEnded         = "ended"
	TemplateRecategorised = "recategorised"
)

// sentAlready: two recipients may have turned out to be one person (W10).
func sentAlready(_ Circumstances, w Wish, _ time.Time) *Verdict {
	if !w.AlreadySent {
		return nil
	}
	return refuse(AlreadySent, "K3", VerdictFacts{}, "the contact gets it already: two recipients have turned out to be one person")
}

// atWork: whoever waits for an answer is not sent advertisements in place of it.
func atWork(c Circumstances, w Wish, now time.Time) *Verdict {
	if !w.HoldBack || !c.Facts.WindowOpen(now) || !c.Facts.Unanswered() {
		return nil
	}
	return refuse(AgentAtWork, "K4", VerdictFacts{ExpiresAt: c.Facts.ExpiresAt, WaitingSince: c.Facts.LastInboundAt},
		"the window is open and the contact waits for an answer, so the campaign is held back")
}
