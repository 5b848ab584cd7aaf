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
	var err error
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
		d.ofAttempt()
	case "kept_reply":
		d.Rule, d.Sentence = "kept", keptSentences[row.Code]
	}
	return d, err
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

// ofAttempt says why an attempt has not left, by the class of the provider's error, or that nobody knows.
func (d *Decision) ofAttempt() {
	if d.Code == "" {
		d.Rule, d.Code, d.Sentence = "outcome", "unknown", "nobody knows whether the message has left; a status may tell"
		return
	}
	d.Rule, d.Sentence = "error_class", classSentences[whatsapp.ErrorClass(d.Code)]
	if d.Code == string(whatsapp.ClassRetry) {
		d.Sentence = "the provider could not take it just then"
	}
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
