package intake

import (
	"context"
	"slices"

	"github.com/google/uuid"
)

// The states of outbound_messages. Others that the provider may name are kept in the log and move nothing.
const (
	failed    = "failed"
	delivered = "delivered"
	read      = "read"
)

// delivery is how far a status says its message has got; empty if that is not among the states.
func delivery(state string) string {
	switch state {
	case "sent", failed, delivered, read:
		return state
	case "played": // who has played a voice message has read it
		return read
	}
	return ""
}

func arrived(state string) bool { return state == delivered || state == read }

// outboundMessages lists the messages that the batch brings or speaks of.
func (b *batch) outboundMessages() []uuid.UUID {
	var ids []uuid.UUID
	for _, d := range b.drafts {
		if d.Kind == kindStatus || d.Kind == string(Outbound) {
			ids = append(ids, d.message())
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// trackOutbound locks the rows in which outbound messages and their statuses meet, and finds there which messages the
// statuses belong to. A status of a message that nobody has told us about has no conversation: it is parked.
func (a *attempt) trackOutbound(ctx context.Context) error {
	type row struct {
		MessageID      uuid.UUID `json:"message_id"`
		ConversationID uuid.UUID `json:"conversation_id,omitzero"`
		Inferred       bool      `json:"inferred,omitzero"`
	}
	rows := map[uuid.UUID]row{}
	for _, e := range a.events {
		switch e.Kind {
		case string(Outbound):
			rows[e.message()] = row{e.message(), e.ConversationID, e.Inferred}
		case kindStatus:
			if _, ok := rows[e.MessageID]; !ok {
				rows[e.MessageID] = row{MessageID: e.MessageID}
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	var list []row
	for _, r := range rows {
		list = append(list, r)
	}
	tracked, err := a.q.TrackOutbound(ctx, encode(list))
	if err != nil {
		return err
	}
	for _, t := range tracked {
		a.tracked[t.MessageID] = t
	}
	a.dropKnown()
	return a.weighStatuses()
}

// weighStatuses hands the statuses to their conversations and sees what they change. A failure of a message that has
// not arrived changes facts, and so does the arrival of one that had failed.
func (a *attempt) weighStatuses() error {
	outcome := a.outcomes()
	for i := range a.events {
		e := &a.events[i]
		switch e.Kind {
		case string(Outbound):
			before, after := a.tracked[e.message()], outcome[e.message()]
			if after == failed {
				e.NeedsSignal = false // it has failed already: nobody need hear of it, only of the failure
			}
			known := a.root(*before.ConversationID)
			if f := a.locked[known]; f != nil && (after == failed || before.Inferred) {
				f.sumOutbound = true
			}
			if before.Inferred && known != e.ConversationID {
				a.stale = append(a.stale, known) // it was inferred to be of somebody else
			}
		case kindStatus:
			before := a.tracked[e.MessageID]
			if before.ConversationID == nil {
				continue
			}
			known := a.root(*before.ConversationID)
			f := a.locked[known]
			if f == nil {
				return errLostRace // its message was stored while we were on the way
			}
			e.ConversationID, e.Market = known, f.market
			e.NeedsSignal = a.settling[e.ID]
			if e.Type == failed && outcome[e.MessageID] == failed {
				e.NeedsSignal, f.sumOutbound = true, true
			}
			if before.DeliveryStatus == failed && outcome[e.MessageID] != failed || before.Inferred {
				f.sumOutbound = true
			}
		}
	}
	return nil
}

// outcomes says how far each tracked message has got, the batch's statuses included.
func (a *attempt) outcomes() map[uuid.UUID]string {
	outcome := map[uuid.UUID]string{}
	for id, t := range a.tracked {
		outcome[id] = t.DeliveryStatus
	}
	for _, e := range a.events {
		if e.Kind != kindStatus {
			continue
		}
		switch state := delivery(e.Type); {
		case arrived(state), state == failed && !arrived(outcome[e.MessageID]):
			outcome[e.MessageID] = state
		}
	}
	return outcome
}

// adoptStatuses gives statuses that were parked before to the messages that are new, and hands failures among them on.
func (a *attempt) adoptStatuses(ctx context.Context) error {
	var messages []uuid.UUID
	for _, e := range a.events {
		if e.Kind == string(Outbound) && a.fresh[e.ID] {
			messages = append(messages, e.message())
		}
	}
	if len(messages) == 0 {
		return nil
	}
	settling := []uuid.UUID{}
	for id := range a.settling {
		settling = append(settling, id)
	}
	adopted, err := a.q.AdoptStatuses(ctx, settling, messages)
	if err != nil {
		return err
	}
	a.adopted = adopted
	var toSignal []uuid.UUID
	for _, s := range adopted {
		if s.NeedsSignal {
			toSignal = append(toSignal, *s.ConversationID)
		}
	}
	if len(toSignal) == 0 {
		return nil
	}
	a.toSignal = true
	return a.q.QueueSignals(ctx, a.b.real, toSignal)
}

// moveDelivery moves delivery statuses forward.
func (a *attempt) moveDelivery(ctx context.Context) error {
	var ids []uuid.UUID
	var states []string
	for _, e := range a.events {
		if state := delivery(e.Type); e.Kind == kindStatus && state != "" && a.fresh[e.ID] {
			ids, states = append(ids, e.MessageID), append(states, state)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return a.q.MoveDelivery(ctx, ids, states)
}
