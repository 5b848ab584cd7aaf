package intake

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// ErrUnknownSend is returned for a send id that the database does not know.
var ErrUnknownSend = errors.New("there is no such send")

// SendOutcome is what an attempt to send came to, as far as this package settles it.
type SendOutcome string

// The provider has taken the message and named its wamid, or nobody knows.
const (
	SendAccepted SendOutcome = "accepted"
	SendUnknown  SendOutcome = "unknown"
)

// SendSettlement is what is known after one attempt.
type SendSettlement struct {
	SendID  uuid.UUID
	Attempt int
	Outcome SendOutcome
	// WAMID and AcceptedAt (virtual, on our clock) are those of an accepted one.
	WAMID      string
	AcceptedAt time.Time
}

// SettledSend is where the send stands now. The words are those of package sending, which is above this one.
type SettledSend struct {
	ConversationID uuid.UUID
	State          string // sending.State
	Attempt        int    // of planned: the one to be made; else the last one
	Template       bool
	Critical       bool
	// AcceptedAt and MessageEventID are, of accepted, the time that rating goes by and the event of the message.
	AcceptedAt        time.Time
	MessageEventID    uuid.UUID
	UnknownAt         time.Time // of unknown; real
	Final             bool      // of unknown: no longer waited for
	PossibleDuplicate bool
	// Reason and ErrorCode are why it was refused or failed, also if it failed only after it had been accepted.
	Reason    string
	ErrorCode int
	// Facts are the conversation's row, afterwards, template_pending included. No agent is named in them.
	Facts conversation.Facts
	// Late reports that the attempt was not the one in flight any more, so that the row decided what became of the call.
	Late bool
}

// SettleSend is the one transaction that records a wamid or that an outcome is not known. It locks the conversation and
// the send and first adopts the statuses that were parked while the request was under way: an unknown outcome becomes
// accepted if one of them names the send. What it accepts is an outbound event, already signalled because the caller hears
// of it here, with the facts and marks that follow.
//
// It compares and sets: only an attempt that is in flight is settled. Who comes late finds what is there, except that a
// wamid is never lost: it settles a send whose outcome was unknown, as its first status would have, and of a send that
// another message has settled it is the duplicate. real is the time on the real clock. The error wraps ErrUnknownSend, or
// says that the database did not take it; then the call can be repeated.
func (s *Store) SettleSend(ctx context.Context, real time.Time, settlement SendSettlement) (SettledSend, error) {
	return SettledSend{}, errors.New("settle send: not written yet")
}
