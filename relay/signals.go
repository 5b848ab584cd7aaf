package relay

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
)

// signal is one call to Temporal and the events that it tells of.
type signal struct {
	name    string
	payload any
	events  []uuid.UUID
	// Only for a run that is open, under the conversation's own id also if it has been merged.
	ifOpen bool
}

// compose turns pending events, in their order, into as few signals as the limits allow: the contact's messages, ours,
// then each failure, which concerns a message told of before it. What does not fit is left for the next turn. facts are
// the row's, and into is what the conversation is part of, read after the events. concerning no workflow are events that no signal
// is for.
func compose(events []db.ListPendingEventsRow, facts conversation.Facts, into uuid.UUID) (signals []signal, concerningNone []uuid.UUID, err error) {
	inbound := signal{name: contract.SignalInbound}
	outbound := signal{name: contract.SignalOutbound}
	var inboundMessages, outboundMessages messages
	var outcomes []signal
	for _, e := range events {
		fits := true
		switch {
		case e.Kind == "inbound":
			if fits, err = inboundMessages.add(inboundMessage(e)); fits {
				inbound.events = append(inbound.events, e.ID)
			}
		case e.Kind == "outbound":
			if fits, err = outboundMessages.add(outboundMessage(e)); fits {
				outbound.events = append(outbound.events, e.ID)
			}
		case e.Kind == "status":
			outcomes = append(outcomes, signal{name: contract.SignalSendOutcome, payload: sendOutcome(e, facts), events: []uuid.UUID{e.ID}})
		case e.Type == contract.SignalMerged:
			signals = append(signals, signal{name: e.Type, payload: contract.Merged{Into: into}, events: []uuid.UUID{e.ID}, ifOpen: true})
		default:
			concerningNone = append(concerningNone, e.ID)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("event %s: %w", e.ID, err)
		}
		if !fits {
			break
		}
	}
	if len(inbound.events) > 0 {
		inbound.payload = contract.MessagesSignal{Messages: inboundMessages.encoded}
		signals = append(signals, inbound)
	}
	if len(outbound.events) > 0 {
		outbound.payload = contract.MessagesSignal{Messages: outboundMessages.encoded}
		signals = append(signals, outbound)
	}
	return append(signals, outcomes...), concerningNone, nil
}

// messages gathers elements of one signal up to its limits.
type messages struct {
	encoded []json.RawMessage
	bytes   int
}

// envelopeBytes is a generous bound for what surrounds the elements.
const envelopeBytes = 64

// add reports whether the message still fits. The first one always does: otherwise it would never be told of.
func (m *messages) add(message any) (fits bool, err error) {
	b, err := json.Marshal(message)
	if err != nil {
		return false, err
	}
	size := len(b) + len(",")
	if len(m.encoded) > 0 && (len(m.encoded) == contract.MaxSignalMessages || envelopeBytes+m.bytes+size > contract.MaxSignalBytes) {
		return false, nil
	}
	m.encoded = append(m.encoded, b)
	m.bytes += size
	return true, nil
}

func inboundMessage(e db.ListPendingEventsRow) contract.InboundMessage {
	return contract.InboundMessage{
		EventID: e.ID.String(), OccurredAt: e.OccurredAt.UTC(), ReceivedAt: e.ReceivedAt.UTC(), Type: e.Type,
	}
}

func outboundMessage(e db.ListPendingEventsRow) contract.OutboundMessage {
	return contract.OutboundMessage{EventID: e.ID.String(), OccurredAt: e.OccurredAt.UTC(), Type: e.Type}
}

func sendOutcome(e db.ListPendingEventsRow, facts conversation.Facts) contract.SendOutcome {
	outcome := contract.SendOutcome{EventID: e.ID.String(), Status: e.Type, Facts: &facts}
	if e.MessageID != nil {
		outcome.Message = e.MessageID.String()
	}
	if e.ErrorCode != nil {
		outcome.Error = int(*e.ErrorCode)
	}
	return outcome
}
