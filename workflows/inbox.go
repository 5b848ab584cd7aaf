package workflows

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"reengage/clock"
	"reengage/conversation"
	"reengage/workflows/contract"
)

// inbox receives every signal, each name in one place, and turns payloads into events to decide on.
type inbox struct {
	inbound, outbound, outcome, settings, consent, merged, clock, campaign workflow.ReceiveChannel
	arrived                                                                arrived
}

// arrived is what came in since it was last taken.
type arrived struct {
	events      []conversation.What
	fromOutside contract.Messages         // messages that must be stored before they are decided on
	consent     []contract.ConsentChanged // from outside as well
	settled     []uuid.UUID               // our own sends of which a status has told
	turnedAway  []uuid.UUID               // of them, those that failed because the provider considers the window closed (W9)
	campaigns   []contract.CampaignMessage
	rejected    []string // reasons, without content
	clock       *clock.Clock
}

func (a arrived) empty() bool {
	return len(a.events) == 0 && a.fromOutside.Empty() && len(a.consent) == 0 && len(a.settled) == 0 && len(a.campaigns) == 0 &&
		len(a.rejected) == 0
}

func (i *inbox) listen(ctx workflow.Context, s workflow.Selector) {
	i.inbound = workflow.GetSignalChannel(ctx, contract.SignalInbound)
	i.outbound = workflow.GetSignalChannel(ctx, contract.SignalOutbound)
	i.outcome = workflow.GetSignalChannel(ctx, contract.SignalSendOutcome)
	i.settings = workflow.GetSignalChannel(ctx, contract.SignalSettingsChanged)
	i.consent = workflow.GetSignalChannel(ctx, contract.SignalConsentChanged)
	i.merged = workflow.GetSignalChannel(ctx, contract.SignalMerged)
	i.clock = workflow.GetSignalChannel(ctx, contract.SignalClockChanged)
	i.campaign = workflow.GetSignalChannel(ctx, contract.SignalCampaignMessage)
	wake := func(workflow.ReceiveChannel, bool) { i.drain() }
	for _, c := range []workflow.ReceiveChannel{i.inbound, i.outbound, i.outcome, i.settings, i.consent, i.merged, i.clock, i.campaign} {
		s.AddReceive(c, wake)
	}
}

// drain receives whatever is there, without blocking. Outcomes come before outbound messages: the failure of a message
// carries the row's facts, and must not take back what a later message has brought about.
func (i *inbox) drain() {
	drainEach(i.clock, func(k clock.Clock) { i.arrived.clock = &k })
	drainEach(i.settings, i.arrived.settingsChanged)
	drainEach(i.consent, i.arrived.consentChanged)
	drainEach(i.merged, i.arrived.mergedInto)
	drainEach(i.inbound, func(s contract.MessagesSignal) { each(&i.arrived, s, i.arrived.inbound) })
	drainEach(i.outcome, i.arrived.sendOutcome)
	drainEach(i.outbound, func(s contract.MessagesSignal) { each(&i.arrived, s, i.arrived.outbound) })
	drainEach(i.campaign, i.arrived.campaignMessage)
}

func drainEach[P any](c workflow.ReceiveChannel, accept func(P)) {
	for {
		var payload P
		if !c.ReceiveAsync(&payload) {
			return
		}
		accept(payload)
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

// sendOutcome takes in what a status has told: a failure, which takes a message back, or what has become of a send whose
// outcome was unknown.
func (a *arrived) sendOutcome(s contract.SendOutcome) {
	id, err := uuid.Parse(s.SendID)
	ours := err == nil
	switch failed := s.Status == "failed"; {
	case s.Facts == nil || s.EventID == "" || !failed && !ours:
		a.rejected = append(a.rejected, "send_outcome: it needs event_id and facts, and means something of a failure or of one of our sends")
		return
	case failed:
		a.events = append(a.events, conversation.Failed{ID: s.EventID, Message: s.Message, Code: s.Error, Facts: *s.Facts})
	default:
		a.events = append(a.events, conversation.FactsKnown{Facts: *s.Facts})
	}
	if ours {
		a.settled = append(a.settled, id)
	}
	if ours && s.Status == "failed" && s.Error == windowClosed {
		a.turnedAway = append(a.turnedAway, id)
	}
}

// windowClosed is the provider's error for a message that it refused because it considers the window closed.
const windowClosed = 131047

// mergedInto takes in that this conversation is part of another now, or another of this one (W10).
func (a *arrived) mergedInto(m contract.Merged) {
	switch {
	case m.Into != uuid.Nil:
		a.events = append(a.events, conversation.Merged{})
	case m.Facts != nil:
		a.events = append(a.events, conversation.FactsKnown{Facts: *m.Facts})
	default:
		a.rejected = append(a.rejected, "merged: it says neither into which conversation nor with which facts")
	}
}

// consentChanged takes in a contact's word on templates, stored already or, from outside, still to be stored.
func (a *arrived) consentChanged(c contract.ConsentChanged) {
	if err := c.Validate(); err != nil {
		a.rejected = append(a.rejected, "consent_changed: "+err.Error())
		return
	}
	if c.EventID == "" {
		a.consent = append(a.consent, c)
	}
	categories := conversation.Categories
	if c.Category != "" {
		categories = []conversation.Category{c.Category}
	}
	for _, category := range categories {
		a.events = append(a.events, conversation.ConsentChanged{Category: category, OptedIn: c.OptedIn, Source: c.Source})
	}
}

func (a *arrived) campaignMessage(m contract.CampaignMessage) {
	if m.CampaignID == uuid.Nil || m.RecipientID == uuid.Nil {
		a.rejected = append(a.rejected, "campaign_message: it needs campaign_id and recipient_id")
		return
	}
	a.campaigns = append(a.campaigns, m)
}

func (a *arrived) settingsChanged(s conversation.Settings) {
	err := s.Validate()
	if err == nil && s.WorkingHours != nil && len(s.WorkingHours.Zone) == 0 {
		err = errors.New("working_hours.zone is missing")
	}
	if err != nil {
		a.rejected = append(a.rejected, "settings_changed: "+err.Error())
		return
	}
	a.events = append(a.events, conversation.SettingsChanged{Settings: s})
}

func inboundEvent(m contract.InboundMessage) conversation.Inbound {
	received := m.ReceivedAt
	if received.IsZero() {
		received = m.OccurredAt
	}
	return conversation.Inbound{ID: m.EventID, At: m.OccurredAt, ReceivedAt: received, Type: m.Type,
		Keyword: conversation.Keyword(m.Keyword)}
}

func outboundEvent(m contract.OutboundMessage) conversation.Outbound {
	return conversation.Outbound{ID: m.EventID, At: m.OccurredAt, Template: m.Type == contract.TypeTemplate}
}
