package console

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"reengage/conversation"
	"reengage/gateway/access"
)

// headView says how the conversation stands: whose it is, in which state, until when, and what happens next.
type headView struct {
	Name        string
	Detail      string // its phone or bsuid, if it has a name
	Number      string // as people write it
	Status      conversation.StatusName
	Until       *moment // the window's end, while it is open
	Ends        *zoned  // the same
	LastInbound *zoned
	Unanswered  bool
	MayHave     bool // a send is unknown and final: it may have arrived
	Claim       *claimView
	Next        *nextView
	Plan        *planView
	LeftAlone   bool   // somebody has cancelled this window's reminders and plan
	Workflow    string // its address in the Temporal UI; empty: no link
	Close       string // the key of closing; empty: may not, or nothing to close
	Zone        string
}

// nextView is what the clock will change.
type nextView struct {
	Sentence string
	At       zoned
}

// planView is how the contact is being won back.
type planView struct {
	Attempt, Of int
	Template    string
	At          zoned
}

// claimView is who has opened Resume, and until when.
type claimView struct {
	By    string
	Until zoned
	Mine  bool
}

func headOf(d dossier, zone *time.Location) headView {
	v := headView{
		Number: d.c.Number.Display, Status: d.c.Status, Unanswered: d.c.Unanswered,
		MayHave: d.c.Note != nil, LeftAlone: d.c.LeftAlone,
		Claim: claimOf(d, zone), Workflow: d.ui.of(d.c.WorkflowID), Zone: zone.String(),
	}
	v.Name, v.Detail = namesOf(d.c.Contact)
	if d.c.Window != nil {
		v.Until, v.Ends = new(until(d.c.Window.ExpiresAt, d.now)), new(zonedOf(d.c.Window.ExpiresAt, zone))
	}
	if d.c.LastInboundAt != nil {
		v.LastInbound = new(zonedOf(*d.c.LastInboundAt, zone))
	}
	if n := d.c.Next; n != nil {
		v.Next = &nextView{nextSentences[n.Kind], zonedOf(n.At, zone)}
	}
	if p := d.c.Plan; p != nil {
		v.Plan = &planView{p.Attempt, p.Of, p.Template, zonedOf(p.DueAt, zone)}
	}
	if d.who.May(access.Send) && (d.c.Window != nil && !d.c.LeftAlone || d.c.Plan != nil) {
		v.Close = keyOf("close", d)
	}
	return v
}

// nextSentences say what the clock will do.
var nextSentences = map[conversation.WakeKind]string{
	conversation.WakeReminder: "The team is reminded, unless somebody answers before",
	conversation.WakeNudge:    "The contact is sent a nudge, unless somebody answers before",
	conversation.WakeExpiring: "The conversation is about to expire from then on",
	conversation.WakeCloses:   "The window closes",
	conversation.WakeReengage: "The contact is written to, to win it back",
}

func claimOf(d dossier, zone *time.Location) *claimView {
	claim := d.c.ResumeClaim
	if claim == nil {
		return nil
	}
	return &claimView{By: claim.By, Until: zonedOf(claim.Until, zone), Mine: claim.By == d.who.Name}
}

// workflowLinks leads to conversations in the Temporal UI.
type workflowLinks struct{ ui, namespace string }

// of is the address of a conversation's workflow, whichever run is its latest; empty without a UI.
func (l workflowLinks) of(workflow string) string {
	if l.ui == "" {
		return ""
	}
	namespace := cmp.Or(l.namespace, "default") // Temporal's own
	return strings.TrimSuffix(l.ui, "/") + "/namespaces/" + url.PathEscape(namespace) + "/workflows/" +
		url.PathEscape(workflow)
}
