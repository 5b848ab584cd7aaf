package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
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

// SuppressBy has a contact not written to within the caller's transaction, if that is what the code of an answer says. It
// reports whether it does.
func SuppressBy(ctx context.Context, q *db.Queries, contact uuid.UUID, code int, at time.Time) (bool, error) {
	s, known := suppressionBy(contact, code, at)
	if !known {
		return false, nil
	}
	return true, q.Suppress(ctx, encode([]suppression{s}))
}

// TemplateFault is a template that the answer to a send says is at fault.
type TemplateFault struct {
	WABA, Name, Language string
	Code                 int
	At                   time.Time // virtual
}

// NoteTemplateFault writes within the caller's transaction what status the code says that a template has, if it says any.
func NoteTemplateFault(ctx context.Context, q *db.Queries, f TemplateFault) error {
	status := templateStatusBy(f.Code)
	if status == "" {
		return nil
	}
	return q.NoteTemplateChanges(ctx, encode([]templateChange{{WABA: f.WABA, Name: f.Name, Language: f.Language, Status: status,
		Reason: faultReason(f.Code), At: f.At}}))
}

// faultReason is why a template has its status, for people.
func faultReason(code int) string { return fmt.Sprintf("error %d", code) }
