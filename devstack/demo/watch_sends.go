package demo

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"reengage/conversation"
	"reengage/db"
	"reengage/sending"
)

// sends tells of everything that was sent or refused, and why.
func (w *watcher) sends(ctx context.Context) error {
	sends, err := w.q.WatchSends(ctx)
	for _, s := range sends {
		if w.states[s.ID] == s.State {
			continue
		}
		w.states[s.ID] = s.State
		switch what := w.what(s); sending.State(s.State) {
		case sending.Accepted:
			w.say("    ✉ %s is sent %s", s.Name, what)
		case sending.Refused:
			w.say("    ✋ %s is not sent %s: %s", s.Name, what, s.Reason)
		case sending.Failed:
			w.say("    ✗ %s: %s has failed: %s", s.Name, what, s.Reason)
		case sending.Unknown:
			w.say("    ? %s: nobody knows whether %s has left", s.Name, what)
		}
	}
	return err
}

// what a send is, with the price that was quoted for it.
func (w *watcher) what(s db.WatchSendsRow) string {
	what := "a free-form message"
	if s.Type == "template" {
		what = s.TemplateName
	}
	switch sending.Origin(s.Origin) {
	case sending.FromReengagement:
		what += " to win the contact back"
	case sending.FromKeptReply:
		what = "the kept reply"
	}
	if s.QuotedMicros != nil && s.QuotedCurrency != nil {
		what += fmt.Sprintf(" (quoted %s)", money(*s.QuotedMicros, *s.QuotedCurrency))
	}
	return what
}

// decisions tells of plans to win contacts back. That all attempts have been made goes without saying.
func (w *watcher) decisions(ctx context.Context) error {
	decisions, err := w.q.WatchDecisions(ctx, w.decision)
	for _, d := range decisions {
		w.decision = d.ID
		if d.Code != "done" {
			w.say("    ↻ %s: %s", d.Name, stamp.ReplaceAllStringFunc(d.Sentence, w.inDays))
		}
	}
	return err
}

// stamp is a moment in a sentence.
var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`)

func (w *watcher) inDays(stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return w.day(at)
}

func (w *watcher) keptReplies(ctx context.Context) error {
	replies, err := w.q.WatchKeptReplies(ctx)
	for _, k := range replies {
		if w.states[k.ID] != k.State {
			w.states[k.ID] = k.State
			w.say("    ✎ the reply to %s is %s", k.Name, k.State)
		}
	}
	return err
}

func (w *watcher) consents(ctx context.Context) error {
	consents, err := w.q.WatchConsents(ctx, w.consent)
	for _, c := range consents {
		w.consent = c.ID
		did := "has opted out of"
		if c.OptedIn {
			did = "has opted in to"
		}
		w.say("    ☑ %s %s %s messages (%s)", c.Name, did, conversation.Category(c.Category), c.Source)
	}
	return err
}
