package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
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
	b := newBatch(FromSend, real, s.clock.At(real))
	if err := s.addSettlement(ctx, b, settlement); err != nil {
		return SettledSend{}, fmt.Errorf("settle send: %w", err)
	}
	done, err := s.store(ctx, b)
	if err != nil {
		return SettledSend{}, fmt.Errorf("settle send: %w", err)
	}
	return done.settledSend(settlement), nil
}

// settlement is one send that is to be settled.
type settlement struct {
	SendSettlement
	message uuid.UUID // of an accepted one
}

func (s *Store) addSettlement(ctx context.Context, b *batch, given SendSettlement) error {
	if given.Outcome != SendUnknown && (given.Outcome != SendAccepted || given.WAMID == "" || len(given.WAMID) > maxID || given.AcceptedAt.IsZero()) {
		return fmt.Errorf("%w: an accepted send has a wamid and a time, any other is unknown", ErrInvalid)
	}
	key, err := s.eventKey(ctx)
	if err != nil {
		return err
	}
	known, err := db.New(s.pool).FindNumberOfSend(ctx, given.SendID)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrUnknownSend
	}
	if err != nil {
		return err
	}
	given.WAMID = clean(given.WAMID)
	given.AcceptedAt = given.AcceptedAt.UTC().Truncate(time.Microsecond)
	b.settlement = &settlement{SendSettlement: given}
	if given.Outcome == SendAccepted {
		b.settlement.message = key.message(known.PhoneNumberID, given.WAMID)
	}
	b.sends = append(b.sends, given.SendID)
	return nil
}

// settleOne takes in what the attempt has come to, and the statuses that were parked for the send meanwhile.
func (a *attempt) settleOne(ctx context.Context) error {
	given := a.b.settlement
	if given == nil {
		return nil
	}
	s := a.sends[given.SendID]
	if s == nil {
		return ErrUnknownSend
	}
	inflight := s.State == sendInflight && s.Attempt == int32(given.Attempt)
	a.late = !inflight
	switch {
	case given.Outcome == SendAccepted:
		s.hear(news{message: given.message, wamid: given.WAMID, state: string(SendAccepted), attempt: given.Attempt, at: given.AcceptedAt})
	case inflight:
		s.lose(a.b.real)
	default:
		return nil
	}
	parked, err := a.q.ListParkedOfSend(ctx, s.ID, s.BusinessNumberID)
	for _, p := range parked {
		s.hear(news{event: p.ID, message: p.MessageID, wamid: p.Wamid, state: p.Type, attempt: int(p.SendAttempt), at: p.OccurredAt})
	}
	s.by = uuid.UUID{} // who asked is answered
	return err
}

// settledSend says where the send stands after the attempt.
func (a *attempt) settledSend(given SendSettlement) SettledSend {
	s := a.sends[given.SendID]
	f := a.locked[s.ConversationID].after
	if pending, moved := a.pending[s.ConversationID]; moved {
		f.TemplatePending = pending
	}
	f.ResumeClaimedBy = "" // an agent's name: nobody is to be named in Temporal
	settled := SettledSend{
		ConversationID: s.ConversationID, State: s.State, Attempt: int(s.Attempt), Template: s.Type == "template", Critical: s.Critical,
		Final: s.Final, PossibleDuplicate: s.PossibleDuplicate, Facts: f, Late: a.late,
	}
	if s.AcceptedAt != nil {
		settled.AcceptedAt, settled.MessageEventID = s.AcceptedAt.UTC(), *s.MessageID
	}
	if s.UnknownAt != nil {
		settled.UnknownAt = s.UnknownAt.UTC()
	}
	if s.Reason != nil {
		settled.Reason = *s.Reason
	}
	if s.ErrorCode != nil {
		settled.ErrorCode = int(*s.ErrorCode)
	}
	return settled
}
