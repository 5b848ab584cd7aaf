package conversation

import "time"

// The lengths that window.md fixes.
const (
	WindowLength = 24 * time.Hour   // W1
	AlertLead    = time.Hour        // W6: from here on a window is expiring
	FutureLimit  = 60 * time.Second // W3: a message may be this far ahead of our receipt
	SendMargin   = 15 * time.Second // W5: default distance that a free-form send keeps from the end
	SendLasts    = 24 * time.Hour   // sending.md, not_after: how long a send may wait for its turn if nobody says otherwise
)

// MaxText is how many characters a free-form message may have: whatsapp.MaxText, which this package cannot import.
const MaxText = 4096

// Facts are the columns of the conversation row from which everything else follows. All instants are the provider's
// and in UTC; a zero instant means that it has not happened.
type Facts struct {
	OpenedAt           time.Time       `json:"opened_at,omitzero"`            // W1: first message of the unbroken chain
	ExpiresAt          time.Time       `json:"expires_at,omitzero"`           // W1: last inbound message + 24 h
	LastInboundAt      time.Time       `json:"last_inbound_at,omitzero"`      // of messages that count (W2)
	LastOutboundAt     time.Time       `json:"last_outbound_at,omitzero"`     // of messages that did not fail
	DisputedAt         time.Time       `json:"disputed_at,omitzero"`          // W9
	TemplateAcceptedAt time.Time       `json:"template_accepted_at,omitzero"` // of the last template that did not fail
	TemplatePending    TemplatePending `json:"template_pending,omitempty"`
	ResumeClaimedUntil time.Time       `json:"resume_claimed_until,omitzero"` // W6: half-open
	ResumeClaimedBy    string          `json:"resume_claimed_by,omitempty"`
}

// TemplatePending says how far a template has got whose fate is not known yet; empty if there is none.
type TemplatePending string

// The stages in which a template keeps a conversation resuming (W6).
const (
	TemplatePlanned  TemplatePending = "planned"
	TemplateInflight TemplatePending = "inflight"
	TemplateUnknown  TemplatePending = "unknown"
)

// WithInbound adds a counting message that occurred at t (W1). searchOpened is true if t lies so that OpenedAt can only
// be found among all messages: before the chain's first one, and close enough to join it.
func (f Facts) WithInbound(t time.Time) (next Facts, searchOpened bool) {
	next = f
	switch {
	case f.LastInboundAt.IsZero(), !t.Before(f.LastInboundAt.Add(WindowLength)):
		next.OpenedAt = t
	case t.Before(f.OpenedAt) && t.After(f.OpenedAt.Add(-WindowLength)):
		next.OpenedAt = t
		searchOpened = true
	}
	if t.After(f.LastInboundAt) {
		next.LastInboundAt = t
		next.ExpiresAt = t.Add(WindowLength)
	}
	return next, searchOpened
}

// WithOutbound adds a message of the business that occurred at t and did not fail. It opens and extends nothing (W1).
func (f Facts) WithOutbound(t time.Time, template bool) Facts {
	f.LastOutboundAt = later(f.LastOutboundAt, t)
	if template {
		f.TemplateAcceptedAt = later(f.TemplateAcceptedAt, t)
	}
	return f
}

// Merge joins what two observers know of the same conversation: of each fact that only ever grows, the later one. The
// row can be ahead of the workflow and the other way round; because W1 is commutative neither order is wrong. What only
// the row knows, a template whose fate is open and the claim (W6), is taken from o, the row's.
func (f Facts) Merge(o Facts) Facts {
	if o.LastInboundAt.After(f.LastInboundAt) {
		f.OpenedAt, f.LastInboundAt, f.ExpiresAt = o.OpenedAt, o.LastInboundAt, o.ExpiresAt
	} else if o.LastInboundAt.Equal(f.LastInboundAt) && !o.OpenedAt.IsZero() && o.OpenedAt.Before(f.OpenedAt) {
		f.OpenedAt = o.OpenedAt
	}
	f.LastOutboundAt = later(f.LastOutboundAt, o.LastOutboundAt)
	f.TemplateAcceptedAt = later(f.TemplateAcceptedAt, o.TemplateAcceptedAt)
	f.DisputedAt = later(f.DisputedAt, o.DisputedAt)
	f.TemplatePending = o.TemplatePending
	f.ResumeClaimedUntil, f.ResumeClaimedBy = o.ResumeClaimedUntil, o.ResumeClaimedBy
	return f
}

// WindowOpen reports whether the window is open at now, as far as the provider's clock goes: half-open (W5), and not
// while the provider disputes it (W9).
func (f Facts) WindowOpen(now time.Time) bool {
	return now.Before(f.ExpiresAt) && !f.Disputed()
}

// Disputed reports whether the provider has refused a free-form message since the contact last wrote (W9).
func (f Facts) Disputed() bool {
	return !f.DisputedAt.IsZero() && !f.LastInboundAt.After(f.DisputedAt)
}

// FreeformAllowed decides W5 for a send at now that must keep margin from the end of the window.
func (f Facts) FreeformAllowed(now time.Time, margin time.Duration) bool {
	return f.WindowOpen(now) && now.Before(f.FreeformUntil(margin))
}

// FreeformUntil is when a send that must keep margin from the end of the window may no longer be made, if the window is open before.
func (f Facts) FreeformUntil(margin time.Duration) time.Time { return f.ExpiresAt.Add(-margin) }

// Unanswered reports whether the contact has written since the business last did. At one instant the contact comes
// first, as in the order of rating, so an answer within the same second is an answer.
func (f Facts) Unanswered() bool {
	return !f.LastInboundAt.IsZero() && f.LastOutboundAt.Before(f.LastInboundAt)
}

// Counts says whether an inbound message of this type opens and extends the window (W2). Types that are not in the
// list, also those that do not exist yet, do not: wrongly believing a window open costs a rejected message.
func Counts(messageType string) bool {
	switch messageType {
	case "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts",
		"interactive", "button", "order", "call":
		return true
	}
	return false
}

// ClampOccurred decides W3: a provider's time that lies more than 60 s after our receipt is replaced by the receipt.
func ClampOccurred(occurredAt, receivedAt time.Time) (at time.Time, clamped bool) {
	if occurredAt.After(receivedAt.Add(FutureLimit)) {
		return receivedAt, true
	}
	return occurredAt, false
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
