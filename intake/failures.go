package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/whatsapp"
)

// The codes among which a class does not tell apart what is to be done (sending.md, "Error classes").
const (
	recipientIsSender = 131021
	undeliverable     = 131026
	inExperiment      = 130472
	marketingStopped  = 131050
	templatePaused    = 132015
	templateDisabled  = 132016
)

// failure is a message that has not arrived, whoever sent it.
type failure struct {
	message      uuid.UUID
	conversation uuid.UUID
	code         int
	at           time.Time
}

// noteFailures draws the conclusions from messages that failed after the provider had accepted them, the same as from an
// error in the answer to a send: whom not to write to, which template, which number does not send, and why a send of ours
// failed. Statuses that were parked are adopted by now.
func (a *attempt) noteFailures(ctx context.Context) error {
	failures := a.failures()
	if len(failures) == 0 {
		return nil
	}
	if err := a.noteFailedSends(ctx, failures); err != nil {
		return err
	}
	var suppressed []suppression
	for _, f := range failures {
		c := a.locked[f.conversation]
		if s, ok := suppressionBy(c.contact, f.code, f.at); ok {
			suppressed = append(suppressed, s)
		}
		if f.code == marketingStopped {
			a.consents = append(a.consents, consent{contact: c.contact, category: conversation.Marketing,
				source: sourceStopped, at: f.at})
		}
		if err := a.pauseSender(ctx, c.number, f); err != nil {
			return err
		}
	}
	if len(suppressed) == 0 {
		return nil
	}
	return a.q.Suppress(ctx, encode(suppressed))
}

// failures lists the messages that are known to have failed by now, of each once.
func (a *attempt) failures() []failure {
	var all []failure
	seen := map[uuid.UUID]bool{}
	add := func(f failure) {
		if a.locked[f.conversation] != nil && !seen[f.message] {
			seen[f.message] = true
			all = append(all, f)
		}
	}
	outcome := a.outcomes()
	for _, e := range a.events {
		if e.Kind == kindStatus && e.Type == failed && a.fresh[e.ID] && e.ConversationID != (uuid.UUID{}) && outcome[e.MessageID] == failed {
			add(failure{e.MessageID, e.ConversationID, int(e.ErrorCode), e.OccurredAt})
		}
	}
	for _, s := range a.adopted {
		if s.Type == failed && outcome[*s.MessageID] == failed {
			f := failure{message: *s.MessageID, conversation: *s.ConversationID, at: s.OccurredAt.UTC()}
			if s.ErrorCode != nil {
				f.code = int(*s.ErrorCode)
			}
			add(f)
		}
	}
	return all
}

// failedSend is why the message of a send failed, on its way to the send's row.
type failedSend struct {
	MessageID uuid.UUID `json:"message_id"`
	Reason    string    `json:"reason"`
	ErrorCode *int32    `json:"error_code"`
}

// FailureReason is why a send has failed, in a word: what the gate would say of the next one, or the class of the error.
func FailureReason(code int) string {
	switch class := whatsapp.ClassOf(code); {
	case code == marketingStopped:
		return string(conversation.OptedOutOf)
	case class == whatsapp.ClassSuppress, class == whatsapp.ClassSuppressMarketing:
		return string(conversation.Suppressed)
	default:
		return string(class)
	}
}

// noteFailedSends writes the reason to sends of ours, and what it says of their templates.
func (a *attempt) noteFailedSends(ctx context.Context, failures []failure) error {
	var rows []failedSend
	var ids []uuid.UUID
	byMessage := map[uuid.UUID]failure{}
	for _, f := range failures {
		row := failedSend{MessageID: f.message, Reason: string(whatsapp.ClassUnknown)}
		if f.code != 0 { // a failure without a code is none of auth's, whose code 0 an answer may have
			code := int32(f.code)
			row.Reason, row.ErrorCode = FailureReason(f.code), &code
		}
		rows, ids, byMessage[f.message] = append(rows, row), append(ids, f.message), f
		for _, s := range a.sends {
			if s.MessageID != nil && *s.MessageID == f.message {
				s.Reason, s.ErrorCode = &row.Reason, row.ErrorCode
			}
		}
	}
	noted, err := a.q.NoteFailedSends(ctx, ids, encode(rows))
	if err != nil {
		return err
	}
	for _, n := range noted {
		f := byMessage[n.MessageID]
		if status := templateStatusBy(f.code); status != "" && n.TemplateName != "" {
			a.templates = append(a.templates, templateChange{number: n.BusinessNumberID, Name: n.TemplateName, Language: n.Language,
				Status: status, At: f.at})
		}
	}
	return nil
}

// suppression is a row of suppressions on its way there.
type suppression struct {
	ContactID uuid.UUID `json:"contact_id"`
	Scope     string    `json:"scope"` // all or marketing
	Reason    string    `json:"reason"`
	Source    string    `json:"source"`
	Since     time.Time `json:"since"`
}

// suppressionBy is what an error's code says about writing to the contact.
func suppressionBy(contact uuid.UUID, code int, at time.Time) (suppression, bool) {
	s := suppression{ContactID: contact, Scope: "all", Source: fmt.Sprintf("whatsapp_%d", code), Since: at}
	switch code {
	case undeliverable:
		s.Reason = "undeliverable"
	case recipientIsSender:
		s.Reason = "recipient_is_sender"
	case inExperiment:
		s.Scope, s.Reason = "marketing", "experiment"
	default:
		return s, false
	}
	return s, true
}

// templateStatusBy is the status that an error's code says a template has; empty if it says none.
func templateStatusBy(code int) string {
	switch code {
	case templatePaused:
		return "paused"
	case templateDisabled:
		return "disabled"
	}
	return ""
}

// pauseSender stops the business number if that is what the failure means.
func (a *attempt) pauseSender(ctx context.Context, number uuid.UUID, f failure) error {
	switch class := whatsapp.ClassOf(f.code); {
	case f.code == 0:
		return nil
	case class == whatsapp.ClassSenderPaused, class == whatsapp.ClassAuth, class == whatsapp.ClassRegistration:
		paused, err := PauseSender(ctx, a.q, SenderPause{Number: number, Class: string(class), Code: f.code, At: f.at})
		if paused {
			a.paused++
		}
		return err
	}
	return nil
}
