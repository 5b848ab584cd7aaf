package db

import (
	"time"

	"reengage/conversation"
)

// Facts reads the facts off a conversation's row.
func (c Conversation) Facts() conversation.Facts {
	f := conversation.Facts{
		OpenedAt:           orZero(c.OpenedAt),
		ExpiresAt:          orZero(c.ExpiresAt),
		LastInboundAt:      orZero(c.LastInboundAt),
		LastOutboundAt:     orZero(c.LastOutboundAt),
		DisputedAt:         orZero(c.DisputedAt),
		TemplateAcceptedAt: orZero(c.TemplateAcceptedAt),
		ResumeClaimedUntil: orZero(c.ResumeClaimedUntil),
	}
	if c.TemplatePending != nil {
		f.TemplatePending = conversation.TemplatePending(*c.TemplatePending)
	}
	if c.ResumeClaimedBy != nil {
		f.ResumeClaimedBy = *c.ResumeClaimedBy
	}
	return f
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
