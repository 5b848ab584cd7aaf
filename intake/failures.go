package intake

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/whatsapp"
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

// failedOf is what is counted of a send of ours that has failed.
type failedOf struct{ origin, reason string }

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
		a.failed = append(a.failed, failedOf{n.Origin, *n.Reason})
		f := byMessage[n.MessageID]
		if status := templateStatusBy(f.code); status != "" && n.TemplateName != "" {
			a.templates = append(a.templates, templateChange{number: n.BusinessNumberID, Name: n.TemplateName, Language: n.Language,
				Status: status, Reason: faultReason(f.code), At: f.at})
		}
	}
	return nil
}

// pauseSender stops the business number if that is what the failure means.
func (a *attempt) pauseSender(ctx context.Context, number uuid.UUID, f failure) error {
	class := whatsapp.ClassOf(f.code)
	if f.code == 0 || !class.PausesSender() {
		return nil
	}
	paused, err := PauseSender(ctx, a.q, SenderPause{Number: number, Class: string(class), Code: f.code, At: f.at})
	if paused {
		a.paused++
	}
	return err
}
