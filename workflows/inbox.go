package workflows

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/clock"
	"reengage/conversation"
	"reengage/workflows/contract"
)

// inbox receives every signal, each name in one place, and turns payloads into events to decide on.
type inbox struct {
	inbound, outbound, outcome, settings workflow.ReceiveChannel
	arrived                              arrived
}

// arrived is what came in since it was last taken.
type arrived struct {
	events      []conversation.What
	fromOutside activities.RecordRequest // messages that must be stored before they are decided on
	rejected    []string                 // reasons, without content
	clock       *clock.Clock
}

func (a arrived) empty() bool {
	return len(a.events) == 0 && a.fromOutside.Empty() && len(a.rejected) == 0 && a.clock == nil
}

func (i *inbox) listen(ctx workflow.Context, s workflow.Selector) {
	i.inbound = workflow.GetSignalChannel(ctx, contract.SignalInbound)
	i.outbound = workflow.GetSignalChannel(ctx, contract.SignalOutbound)
	i.outcome = workflow.GetSignalChannel(ctx, contract.SignalSendOutcome)
	i.settings = workflow.GetSignalChannel(ctx, contract.SignalSettingsChanged)
	wake := func(workflow.ReceiveChannel, bool) { i.drain() }
	for _, c := range []workflow.ReceiveChannel{i.inbound, i.outbound, i.outcome, i.settings} {
		s.AddReceive(c, wake)
	}
}

// drain receives whatever is there, without blocking.
func (i *inbox) drain() {
	for s := (contract.MessagesSignal{}); i.inbound.ReceiveAsync(&s); s = (contract.MessagesSignal{}) {
		each(&i.arrived, s, i.arrived.inbound)
	}
	for s := (contract.MessagesSignal{}); i.outbound.ReceiveAsync(&s); s = (contract.MessagesSignal{}) {
		each(&i.arrived, s, i.arrived.outbound)
	}
	for s := (contract.SendOutcome{}); i.outcome.ReceiveAsync(&s); s = (contract.SendOutcome{}) {
		i.arrived.sendOutcome(s)
	}
	for s := (contract.SettingsChanged{}); i.settings.ReceiveAsync(&s); s = (contract.SettingsChanged{}) {
		i.arrived.settingsChanged(s)
	}
}

func (i *inbox) take() arrived {
	a := i.arrived
	i.arrived = arrived{}
	return a
}

// each decodes a signal's messages one by one, so that a bad one costs none of its neighbours.
func each[M any](a *arrived, s contract.MessagesSignal, accept func(M) error) {
	for n, raw := range s.Messages {
		var m M
		err := json.Unmarshal(raw, &m)
		if err == nil {
			err = accept(m)
		} else {
			err = errors.New("it cannot be read as a message") // the cause would quote the content
		}
		if err != nil {
			a.rejected = append(a.rejected, fmt.Sprintf("messages[%d]: %s", n, err))
		}
	}
}

func (a *arrived) inbound(m contract.InboundMessage) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if m.EventID == "" {
		a.fromOutside.Inbound = append(a.fromOutside.Inbound, m)
		return nil
	}
	a.events = append(a.events, inboundEvent(m))
	return nil
}

func (a *arrived) outbound(m contract.OutboundMessage) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if m.EventID == "" {
		a.fromOutside.Outbound = append(a.fromOutside.Outbound, m)
		return nil
	}
	a.events = append(a.events, outboundEvent(m))
	return nil
}

func (a *arrived) sendOutcome(s contract.SendOutcome) {
	if s.Status != "failed" || s.Facts == nil || s.EventID == "" {
		a.rejected = append(a.rejected, "send_outcome: only a failed status with its event_id and facts means something here")
		return
	}
	a.events = append(a.events, conversation.Failed{ID: s.EventID, Facts: *s.Facts})
}

func (a *arrived) settingsChanged(s contract.SettingsChanged) {
	if s.Settings != nil {
		if err := s.Settings.Validate(); err != nil {
			a.rejected = append(a.rejected, "settings_changed: "+err.Error())
		} else if s.Settings.WorkingHours != nil && len(s.Settings.WorkingHours.Zone) == 0 {
			a.rejected = append(a.rejected, "settings_changed: working_hours.zone is missing")
		} else {
			a.events = append(a.events, conversation.SettingsChanged{Settings: *s.Settings})
		}
	}
	if s.Clock != nil {
		a.clock = s.Clock
	}
}

func inboundEvent(m contract.InboundMessage) conversation.Inbound {
	received := m.ReceivedAt
	if received.IsZero() {
		received = m.OccurredAt
	}
	return conversation.Inbound{ID: m.EventID, At: m.OccurredAt, ReceivedAt: received, Type: m.Type}
}

func outboundEvent(m contract.OutboundMessage) conversation.Outbound {
	return conversation.Outbound{ID: m.EventID, At: m.OccurredAt, Template: m.Type == contract.TypeTemplate}
}
