package console

import (
	"time"

	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/whatsapp"
)

// draft is what somebody has written and not got rid of yet.
type draft struct {
	Text     string
	Critical bool
	Fallback string // name/language
	Key      string // of a request whose outcome nobody knows, so that it can be repeated safely; else empty
}

// composerView is where a free-form message is written, as far as W6 lets somebody write one.
type composerView struct {
	Shown   bool // not to those who only read
	Enabled bool
	Until   *time.Time // while it is enabled: an open page asks again then (W5), though no state changes
	Why     string     // it is not enabled
	Instead string     // what can be done
	Key     string
	Draft   draft
	Limit   int
	// Fallbacks are templates that need no values, for a message that comes too late.
	Fallbacks []choice
	Resume    resumeButton
	// Template: in an open window a template may be sent instead (W6).
	Template bool
	// Fresh: what stands in the form replaces what somebody has typed meanwhile. Else a page that refreshes itself keeps that.
	Fresh bool
}

// resumeButton is W6's: for closed windows.
type resumeButton struct {
	Enabled bool
	Why     string // it is not
}

func composerOf(d dossier, written draft, zone *time.Location) composerView {
	v := composerView{Shown: d.who.May(access.Send), Enabled: d.c.CanSend.Freeform, Until: d.c.CanSend.FreeformUntil, Limit: whatsapp.MaxText, Draft: written,
		Template: d.c.Window != nil, Fallbacks: fallbacksOf(d, written.Fallback)}
	if v.Key = written.Key; v.Key == "" {
		v.Key = keyOf("message", d)
	}
	if !v.Enabled {
		v.Why, v.Instead = blocked(d, zone)
	}
	v.Resume.Enabled = d.c.Window == nil
	if !v.Resume.Enabled {
		v.Resume.Why = "The window is open, so there is nothing to resume: a message or a template can be sent as it is."
	}
	return v
}

// blocked says in words why no free-form message may be sent, and what can be done.
func blocked(d dossier, zone *time.Location) (why, instead string) {
	switch reason := d.c.CanSend.Reason; {
	case reason == conversation.SenderPaused:
		return "The business number sends nothing at the moment: it has been paused.", "Somebody who sets up numbers can resume it on the page Numbers."
	case reason == conversation.Suppressed && !d.c.CanSend.Template && everything(d.contact):
		return "Nothing is sent to this contact: it is suppressed.", "If that is wrong, the suppression can be lifted under Contact."
	case d.c.Window != nil && d.now.Before(d.c.Window.ExpiresAt.Add(-time.Minute)):
		return "No free-form message may be sent at the moment.", "A template may be sent instead."
	case d.c.Window != nil:
		return "The window closes in a few seconds: a message might arrive after its end.", "A template may be sent instead."
	}
	return closedBecause(d, zone), resumeBecause(d)
}

// everything reports whether the contact is sent nothing at all.
func everything(contact api.KnownContact) bool {
	for _, s := range contact.Suppressions {
		if s.InForce && s.Scope == "all" {
			return true
		}
	}
	return false
}

func closedBecause(d dossier, zone *time.Location) string {
	switch {
	case d.c.LastInboundAt == nil:
		return "The contact has never written, so only a template may be sent."
	case d.c.Status == conversation.AwaitingReply:
		return "A template is out and the contact has not answered yet. Free-form messages may be sent once it does."
	case d.c.Status == conversation.Resuming && d.c.CanSend.Reason == conversation.SendInProgress:
		return "A template is on its way. Free-form messages may be sent once the contact answers it."
	}
	return "The window has closed: the contact last wrote on " + zonedOf(*d.c.LastInboundAt, zone).Full + ". Only a template may be sent."
}

func resumeBecause(d dossier) string {
	switch {
	case d.c.CanSend.Template && d.c.Status == conversation.AwaitingReply:
		return "Resume sends one more template, and can keep your reply until the contact answers."
	case d.c.CanSend.Template:
		return "Resume sends one, and can keep your reply until the contact answers."
	case d.c.CanSend.Reason == conversation.OptInRequired:
		return "The contact has not opted in to templates of any kind. If they have agreed by other means, record that under Contact; then Resume."
	case d.c.CanSend.Reason == conversation.OptedOutOf:
		return "The contact has opted out of templates of every kind, so only it can begin anew."
	case d.c.CanSend.Reason == conversation.SendInProgress:
		return "Another one can be sent as soon as it is known what has become of this."
	}
	return "No template may be sent either at the moment."
}
