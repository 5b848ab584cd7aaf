package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/workflows/contract"
)

// Conversation is a conversation as outsiders see it at one moment.
type Conversation struct {
	ID             uuid.UUID               `json:"id"`
	Number         contract.Number         `json:"number" doc:"The business number: Meta's phone number id, and the number as people write it."`
	Contact        Contact                 `json:"contact"`
	Status         conversation.StatusName `json:"status" enum:"active,expiring,expired,resuming,awaiting_reply" doc:"W6."`
	Window         *conversation.Window    `json:"window" doc:"The customer service window; null unless it is open."`
	LastInboundAt  *time.Time              `json:"last_inbound_at" doc:"Of messages that open the window (W2)."`
	LastOutboundAt *time.Time              `json:"last_outbound_at" doc:"Of messages that did not fail."`
	Unanswered     bool                    `json:"unanswered" doc:"The contact has written since the business last did."`
	CanSend        conversation.CanSend    `json:"can_send" doc:"What the gate lets through now; a template of at least one category. reason says why something may not be sent, empty if both may: window_closed, opt_in_required, send_in_progress, opted_out, suppressed, sender_paused."`
	Next           *conversation.Next      `json:"next" doc:"What the clock will change next: reminder, nudge, expiring or window_closes in an open window, else reengagement where a plan is known (one conversation, not a list); null if nothing."`
	LeftAlone      bool                    `json:"left_alone" doc:"Somebody has closed the open window by hand: its reminders are cancelled, and the plan after it if the number's settings have that end one, until the contact writes again. false while no window is open."`
	ResumeClaim    *ResumeClaim            `json:"resume_claim" doc:"The agent who has opened Resume (W6); null if nobody has."`

	// Of one conversation, not in lists.
	Plan       *PlannedAttempt   `json:"plan,omitempty" doc:"How the contact is being won back; of one conversation, not in lists."`
	Note       *ConversationNote `json:"note,omitempty" doc:"Of a closed window: what nobody knows of the last template (W6), until a status settles it; of one conversation, not in lists."`
	KeptReply  *KeptReply        `json:"kept_reply,omitempty" doc:"The one that is kept or offered; of one conversation, not in lists."`
	WorkflowID string            `json:"workflow_id,omitempty" example:"conversation/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10" doc:"In Temporal, where it runs as long as it waits for something; of one conversation, not in lists."`
}

// ResumeClaim says who has opened Resume, and for how long that is shown.
type ResumeClaim struct {
	By    string    `json:"by" doc:"The agent's name."`
	Until time.Time `json:"until" doc:"Half-open."`
}

// ConversationNote says of a template that it may have arrived.
type ConversationNote struct {
	Code     string    `json:"code" enum:"may_have_arrived"`
	Sentence string    `json:"sentence"`
	SendID   uuid.UUID `json:"send_id"`
	At       time.Time `json:"at" doc:"When it was planned."`
}

// PlannedAttempt is the next attempt of a re-engagement plan.
type PlannedAttempt struct {
	Attempt  int       `json:"attempt" doc:"Counted from 1."`
	Of       int       `json:"of"`
	DueAt    time.Time `json:"due_at"`
	Template string    `json:"template"`
}

// Contact is a person's messaging identity.
type Contact struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	Phone *string   `json:"phone" doc:"E.164, with the plus."`
	BSUID *string   `json:"bsuid"`
}

// TransformSchema says what may be null, which huma cannot tell of a struct.
func (Conversation) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, name := range []string{"window", "next", "resume_claim"} {
		p := s.Properties[name]
		s.Properties[name] = &huma.Schema{
			Description: p.Description,
			AnyOf:       []*huma.Schema{{Ref: p.Ref}, {Type: "null"}},
		}
	}
	return s
}

// view renders conversations at one virtual moment. Many of a list have the same number, whose settings are read once.
type view struct {
	now      time.Time
	margin   time.Duration
	settings map[uuid.UUID]conversation.Settings
	left     map[uuid.UUID]time.Time // the ends of windows that somebody has closed by hand
}

// view is for the conversations that it will be asked to render.
func (a *API) view(ctx context.Context, now time.Time, of ...uuid.UUID) (view, error) {
	v := view{now: now, margin: a.margin, settings: map[uuid.UUID]conversation.Settings{}, left: map[uuid.UUID]time.Time{}}
	closed, err := a.queries.ListLeftAlone(ctx, of, now.Add(-conversation.WindowLength-time.Hour))
	for _, c := range closed {
		v.left[c.ConversationID] = c.ExpiresAt
	}
	return v, err
}

func (v view) conversation(c db.Conversation, n db.BusinessNumber, p db.Contact, permissions conversation.Permissions) (Conversation, error) {
	settings, known := v.settings[n.ID]
	if !known {
		var err error
		if settings, err = intake.SettingsOf(n, v.now); err != nil {
			return Conversation{}, err
		}
		v.settings[n.ID] = settings
	}
	f := c.Facts()
	return Conversation{
		ID:             c.ID,
		Number:         contract.Number{ID: n.PhoneNumberID, Display: n.Display},
		Contact:        Contact{ID: p.ID, Name: p.Name, Phone: withPlus(p.Phone), BSUID: p.Bsuid},
		Status:         conversation.Status(f, v.now),
		Window:         conversation.WindowAt(f, v.now),
		LastInboundAt:  orNull(f.LastInboundAt),
		LastOutboundAt: orNull(f.LastOutboundAt),
		Unanswered:     f.Unanswered(),
		CanSend:        conversation.SendableAt(conversation.Circumstances{Facts: f, Permissions: permissions, Margin: v.margin}, v.now),
		Next:           next(conversation.State{Facts: f, Settings: settings, WatchedUntil: f.ExpiresAt, Left: v.left[c.ID]}, v.now),
		LeftAlone:      f.WindowOpen(v.now) && v.left[c.ID].Equal(f.ExpiresAt),
		ResumeClaim:    resumeClaim(f, v.now),
	}, nil
}

// next is what the clock will change in an open window.
func next(s conversation.State, now time.Time) *conversation.Next {
	if !s.Facts.WindowOpen(now) {
		return nil
	}
	return conversation.NextOf(s, now)
}

// resumeClaim is the claim that is in force; it matters while the window is closed.
func resumeClaim(f conversation.Facts, now time.Time) *ResumeClaim {
	if !now.Before(f.ResumeClaimedUntil) || f.WindowOpen(now) {
		return nil
	}
	return &ResumeClaim{By: f.ResumeClaimedBy, Until: f.ResumeClaimedUntil}
}

func withPlus(phone *string) *string {
	if phone == nil {
		return nil
	}
	p := "+" + *phone
	return &p
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
