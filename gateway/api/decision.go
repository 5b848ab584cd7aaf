package api

import (
	"encoding/json"
	"fmt"
	"time"

	"reengage/conversation"
	"reengage/db"
	"reengage/whatsapp"
)

// decisionOf makes a line of explain: of a recorded decision its own words, of a fact what follows from it.
func decisionOf(row db.ListDecisionsRow) (Decision, error) {
	d := Decision{At: row.At.UTC(), Subject: row.Subject, Allowed: row.Allowed, Rule: row.Rule, Code: row.Code, Sentence: row.Sentence,
		SendID: row.SendID}
	if err := json.Unmarshal(row.Facts, &d.Facts); err != nil {
		return d, fmt.Errorf("explain: %w", err)
	}
	err := d.ofSend(row.Send)
	if err != nil {
		return d, err
	}
	switch row.Source {
	case "window":
		err = d.ofInbound(row)
	case "dispute":
		d.Rule, d.Code, d.Sentence = "W9", "window_disputed", "the provider considers the window closed; it is treated so until the contact writes again"
	case "reminder":
		d.Rule, d.Sentence = "W7", reminderSentences[row.Code]
	case "consent":
		err = d.ofConsent(row.Facts)
	case "suppression":
		d.Rule, d.Sentence = "suppression", suppressionSentences[row.Code]
	case "attempt":
		err = d.ofAttempt(row.Facts)
	case "delivery":
		err = d.ofDelivery(row.Facts)
	case "kept_reply":
		d.Rule, d.Sentence = "kept", keptSentences[row.Code]
	}
	return d, err
}

// ofSend says which message it is about.
func (d *Decision) ofSend(send []byte) error {
	if send == nil {
		return nil
	}
	d.Send = &DecidedSend{}
	if err := json.Unmarshal(send, d.Send); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	d.Send.PlannedAt = d.Send.PlannedAt.UTC()
	return nil
}

// attemptFacts are what an attempt to send came to.
type attemptFacts struct {
	Attempt   int                 `json:"attempt"`
	ErrorCode *int32              `json:"error_code"`
	Class     whatsapp.ErrorClass `json:"class"`
}

// ofAttempt says what the provider made of an attempt.
func (d *Decision) ofAttempt(facts []byte) error {
	var a attemptFacts
	if err := json.Unmarshal(facts, &a); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	d.Rule = "provider"
	switch d.Code {
	case "accepted":
		d.Sentence = "the provider has the message"
	case "unknown":
		d.Sentence = "the request left and no answer came back: it may have arrived, and only a delivery status can tell"
	default:
		d.Sentence = notSent(a.Class)
	}
	if a.ErrorCode != nil {
		d.Sentence += fmt.Sprintf(" (attempt %d, the provider's error %d)", a.Attempt, *a.ErrorCode)
	}
	return nil
}

// ofDelivery says why a message that the provider had taken did not arrive.
func (d *Decision) ofDelivery(facts []byte) error {
	var f struct {
		ErrorCode *int32 `json:"error_code"`
	}
	if err := json.Unmarshal(facts, &f); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	d.Rule, d.Sentence = "provider", classSentences[deliveryFailed]
	if f.ErrorCode != nil {
		d.Sentence = fmt.Sprintf("%s (the provider's error %d)", classSentences[whatsapp.ClassOf(int(*f.ErrorCode))], *f.ErrorCode)
	}
	return nil
}

// notSent is for one attempt: whether more follow is seen by those that do.
func notSent(class whatsapp.ErrorClass) string {
	sentence := classSentences[class]
	switch {
	case class == whatsapp.ClassRetry:
		return "the provider could not take it at the time"
	case sentence == "":
		return "it was not sent"
	}
	return sentence
}

var reminderSentences = map[string]string{
	"sent":   "the team was reminded that the window was about to close",
	"late":   "the team was reminded later than it should have been, while the window was still open",
	"missed": "the window had closed before anybody could be reminded",
}

var suppressionSentences = map[string]string{
	"suppressed":         "the contact is not to be written to",
	"suppression_lifted": "the contact may be written to again, as far as this reason goes",
}

var keptSentences = map[string]string{
	"kept":       "a reply is kept until the contact answers the template that went instead",
	"sent":       "the kept reply was sent",
	"superseded": "another reply is kept instead",
}

// inboundFacts are those of a message of the contact; before is the latest counting one that we knew of when it came.
type inboundFacts struct {
	OccurredAt time.Time  `json:"occurred_at"`
	Type       string     `json:"type"`
	Clamped    bool       `json:"clamped"`
	Before     *time.Time `json:"before"`
}

// ofInbound decides what a message did to the window when it came, as everybody else does: with the pure functions.
func (d *Decision) ofInbound(row db.ListDecisionsRow) error {
	var m inboundFacts
	if err := json.Unmarshal(row.Facts, &m); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	var known conversation.Facts
	if m.Before != nil {
		known, _ = known.WithInbound(m.Before.UTC())
	}
	at := m.OccurredAt.UTC()
	next, _ := known.WithInbound(at)
	d.Facts = map[string]any{"occurred_at": at, "type": m.Type}
	if m.Clamped {
		d.Facts["clock_clamped"] = true // W3
	}
	switch {
	case !conversation.Counts(m.Type):
		d.Rule, d.Code, d.Sentence = "W2", "does_not_count", "a message of this type opens and extends no window"
	case !d.At.Before(at.Add(conversation.WindowLength)):
		d.Rule, d.Code, d.Sentence = "W4", "arrived_late", "the message arrived more than 24 h after it was sent, so it opens no window"
	case next.ExpiresAt.Equal(known.ExpiresAt):
		d.Rule, d.Code, d.Sentence = "W1", "window_unchanged", "a later message was known already, so the deadline stays"
		d.Facts["expires_at"] = known.ExpiresAt
	case known.LastInboundAt.IsZero() || !at.Before(known.ExpiresAt):
		d.Rule, d.Code, d.Sentence = "W1", "window_opened", "the contact wrote, so the window is open for 24 h"
		d.Facts["expires_at"] = next.ExpiresAt
	default:
		d.Rule, d.Code, d.Sentence = "W1", "window_extended", "the contact wrote again, so the deadline moves to 24 h after this message"
		d.Facts["expires_at"] = next.ExpiresAt
	}
	return nil
}

func (d *Decision) ofConsent(facts json.RawMessage) error {
	var c struct {
		Category string `json:"category"`
		OptedIn  bool   `json:"opted_in"`
	}
	if err := json.Unmarshal(facts, &c); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	d.Rule, d.Code, d.Sentence = "consent", "opted_out", "the contact opted out of "+c.Category+" messages"
	if c.OptedIn {
		d.Code, d.Sentence = "opted_in", "the contact opted in to "+c.Category+" messages"
	}
	return nil
}
