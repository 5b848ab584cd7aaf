package relay

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/workflows/contract"
)

// signal is one call to Temporal and the events that it tells of.
type signal struct {
	name    string
	payload any
	events  []uuid.UUID
	// runOnly: only a run that is open needs it; a run that begins later reads the same from the database.
	runOnly bool
}

// compose turns pending events, in their order, into as few signals as the limits allow: the contact's messages, ours,
// then each status that changes a decision, which concerns a message told of before it, and at last what has changed about
// the contact or the number. What does not fit is left for the next turn. loaded is what holds, read after the events.
// concerning no workflow are events that no signal is for.
func compose(events []db.ListPendingEventsRow, loaded contract.Loaded) (signals []signal, concerningNone []uuid.UUID, err error) {
	inbound := signal{name: contract.SignalInbound}
	outbound := signal{name: contract.SignalOutbound}
	var inboundMessages, outboundMessages messages
	settings := signal{name: contract.SignalSettingsChanged, payload: loaded.Settings, runOnly: true}
	var outcomes, consents []signal
	for _, e := range events {
		fits := true
		switch e.Kind {
		case "inbound":
			if fits, err = inboundMessages.add(inboundMessage(e, loaded.Permissions)); fits {
				inbound.events = append(inbound.events, e.ID)
			}
		case "outbound":
			if fits, err = outboundMessages.add(outboundMessage(e)); fits {
				outbound.events = append(outbound.events, e.ID)
			}
		case "status":
			outcomes = append(outcomes, signal{name: contract.SignalSendOutcome, payload: sendOutcome(e, loaded.Facts), events: []uuid.UUID{e.ID}})
		default:
			change, holds := consentChanged(e, loaded.Permissions)
			switch {
			case e.Type == contract.SignalMerged:
				signals = append(signals, merged(e, loaded))
			case e.Type == contract.SignalSettingsChanged:
				settings.events = append(settings.events, e.ID)
			case e.Type == contract.SignalConsentChanged && holds:
				consents = append(consents, signal{contract.SignalConsentChanged, change, []uuid.UUID{e.ID}, true})
			default:
				concerningNone = append(concerningNone, e.ID)
			}
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
	signals = append(append(signals, outcomes...), consents...)
	if len(settings.events) > 0 {
		signals = append(signals, settings)
	}
	return signals, concerningNone, nil
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

// inboundMessage is told with its keyword if that holds.
func inboundMessage(e db.ListPendingEventsRow, p conversation.Permissions) contract.InboundMessage {
	m := contract.InboundMessage{
		EventID: e.ID.String(), OccurredAt: e.OccurredAt.UTC(), ReceivedAt: e.ReceivedAt.UTC(), Type: e.Type,
	}
	if heldBy(p, conversation.Marketing, e.Keyword) {
		m.Keyword = e.Keyword
	}
	return m
}

// merged tells the run of a conversation that has become part of another, if one is open, that it is at its end; and the run of
// the other what it has got.
func merged(e db.ListPendingEventsRow, loaded contract.Loaded) signal {
	if loaded.MergedInto != uuid.Nil {
		return signal{name: e.Type, payload: contract.Merged{Into: loaded.MergedInto}, events: []uuid.UUID{e.ID}, runOnly: true}
	}
	facts := loaded.Facts
	return signal{name: e.Type, payload: contract.Merged{Facts: &facts}, events: []uuid.UUID{e.ID}}
}

// heldBy reports whether what the contact says by a keyword is what it agrees to now. What it has taken back since, or what
// comes after its opposite but was said before it, is not told: a run would take the last that it hears for what holds.
func heldBy(p conversation.Permissions, c conversation.Category, keyword string) bool {
	switch p.Consent(c) {
	case conversation.OptedIn:
		return keyword == string(intake.Start)
	case conversation.OptedOut:
		return keyword == string(intake.Stop)
	}
	return false
}

// consentChanged is what a notice says of a category, and whether that still holds.
func consentChanged(e db.ListPendingEventsRow, p conversation.Permissions) (change contract.ConsentChanged, holds bool) {
	change = contract.ConsentChanged{EventID: e.ID.String(), Category: conversation.Category(e.Category),
		OptedIn: e.Keyword == string(intake.Start), Source: e.ConsentSource, OccurredAt: e.OccurredAt.UTC()}
	return change, heldBy(p, change.Category, e.Keyword)
}

func outboundMessage(e db.ListPendingEventsRow) contract.OutboundMessage {
	return contract.OutboundMessage{EventID: e.ID.String(), OccurredAt: e.OccurredAt.UTC(), Type: e.Type}
}

// statusOf is a status in the words of the contract: who has played a message has read it, and any other word than these
// proves no more than that the provider has sent it.
func statusOf(state string) string {
	switch state {
	case "failed", "delivered", "read":
		return state
	case "played":
		return "read"
	}
	return "sent"
}

func sendOutcome(e db.ListPendingEventsRow, facts conversation.Facts) contract.SendOutcome {
	outcome := contract.SendOutcome{EventID: e.ID.String(), Status: statusOf(e.Type), Facts: &facts}
	if e.SendID != nil {
		outcome.SendID = e.SendID.String()
	}
	if e.MessageID != nil {
		outcome.Message = e.MessageID.String()
	}
	if e.ErrorCode != nil {
		outcome.Error = int(*e.ErrorCode)
	}
	return outcome
}
