package console

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"reengage/conversation"
	"reengage/gateway/api"
)

// inboxAnswer is what the API says.
type inboxAnswer struct {
	list    api.Page[api.Conversation]
	counts  api.ConversationCounts
	numbers api.Page[api.BusinessNumber]
}

// filtersID is the form's, by which a request says that it comes from there.
const filtersID = "filters"

// inboxView is the inbox: conversations by deadline, soonest first.
type inboxView struct {
	Filter  inboxFilter
	Self    string // where this page is, for asking again
	First   string // where the list begins; empty on the first page
	Next    string // where it goes on; empty on the last page
	States  []stateChoice
	Numbers []choice // empty if there is but one, which need not be said
	Rows    []inboxRow
	Empty   emptyList // why there are no rows
}

// stateChoice is one of the states to look at; the empty one is all of them.
type stateChoice struct {
	Status conversation.StatusName
	Chosen bool
	Count  string // "12", "1000+"; empty if it is not known
}

// inboxRow is one conversation.
type inboxRow struct {
	ID, Href   string
	Name       string // of the contact; its phone or bsuid if it has none
	Detail     string // its phone or bsuid, if it has a name
	Number     string // empty if there is but one
	Status     conversation.StatusName
	Until      *moment // when the window closes, if it is open
	Unanswered bool
	Last       *lastActivity
	Claim      string // who has opened Resume; empty: nobody
	Next       *upcoming
}

// lastActivity is who wrote last, and when.
type lastActivity struct {
	Words string
	At    moment
}

// upcoming is what happens next, and when.
type upcoming struct {
	Icon, Words string
	At          time.Time
}

// emptyList says why nothing is listed.
type emptyList struct{ Title, Words string }

// inboxOf is the view of what the API has answered, as of now.
func inboxOf(f inboxFilter, a inboxAnswer, now time.Time) inboxView {
	v := inboxView{Filter: f, Self: f.href(), States: statesOf(f, a.counts)}
	if len(a.numbers.Items) > 1 {
		v.Numbers = numberChoices(a.numbers.Items, f.Number)
	}
	if f.Cursor != "" {
		v.First = f.on("")
	}
	if a.list.NextCursor != nil {
		v.Next = f.on(*a.list.NextCursor)
	}
	for _, c := range a.list.Items {
		v.Rows = append(v.Rows, rowOf(c, len(v.Numbers) > 0, now))
	}
	if len(v.Rows) == 0 {
		v.Empty = nothingFor(f)
	}
	return v
}

// inboxStates are the states in the order of what they ask for.
var inboxStates = []conversation.StatusName{
	"", conversation.Expiring, conversation.Active, conversation.Resuming, conversation.AwaitingReply, conversation.Expired,
}

// statesOf counts only what is not searched: counting all that match would cost as much as finding them.
func statesOf(f inboxFilter, counts api.ConversationCounts) (states []stateChoice) {
	for _, s := range inboxStates {
		c := stateChoice{Status: s, Chosen: f.Status == s}
		if n, counted := counts.Counts[s]; counted && f.Q == "" {
			c.Count = fmt.Sprint(n)
			if n >= counts.Most {
				c.Count += "+"
			}
		}
		states = append(states, c)
	}
	return states
}

func rowOf(c api.Conversation, severalNumbers bool, now time.Time) inboxRow {
	row := inboxRow{ID: c.ID.String(), Href: hrefOf(c.ID.String()), Status: c.Status, Unanswered: c.Unanswered}
	row.Name, row.Detail = namesOf(c.Contact)
	if severalNumbers {
		row.Number = cmp.Or(c.Number.Display, c.Number.ID)
	}
	if c.Window != nil {
		left := until(c.Window.ExpiresAt, now)
		row.Until = &left
	}
	if c.ResumeClaim != nil {
		row.Claim = c.ResumeClaim.By
	}
	row.Last = lastOf(c, now)
	row.Next = upcomingOf(c.Next)
	return row
}

func lastOf(c api.Conversation, now time.Time) *lastActivity {
	in, out := c.LastInboundAt, c.LastOutboundAt
	switch {
	case in != nil && (out == nil || in.After(*out)):
		return &lastActivity{"Customer wrote", ago(*in, now)}
	case out != nil:
		return &lastActivity{"We wrote", ago(*out, now)}
	}
	return nil
}

// upcomingWords are what the clock does, as people say it. What the countdown beside it says already is not said again.
var upcomingWords = map[conversation.WakeKind]upcoming{
	conversation.WakeReminder: {Icon: "reminder", Words: "Reminder"},
	conversation.WakeNudge:    {Icon: "send", Words: "Nudge to the customer"},
	conversation.WakeReengage: {Icon: "plan", Words: "Template"},
	conversation.WakeKept:     {Icon: "keep", Words: "Kept reply lapses"},
}

func upcomingOf(next *conversation.Next) *upcoming {
	if next == nil {
		return nil
	}
	u, said := upcomingWords[next.Kind]
	if !said {
		return nil
	}
	u.At = next.At
	return &u
}

func nothingFor(f inboxFilter) emptyList {
	switch {
	case f.Cursor != "":
		return emptyList{"Nothing more", "The list ended before this page. What was here has moved since."}
	case f.Q != "":
		return emptyList{"Nobody found", "No conversation here has a name or a phone number with these characters in it."}
	case f.Status == conversation.Expiring:
		return emptyList{"Nothing is about to be lost", "No open window has less than an hour left."}
	case f.Status != "":
		return emptyList{"None is " + strings.ToLower(stateWords[f.Status]), "Conversations appear here as soon as they are."}
	case f.Number != "":
		return emptyList{"No conversations with this number", "As soon as somebody writes to it, the conversation appears here."}
	}
	return emptyList{"No conversations yet", "As soon as somebody writes to one of your numbers, the conversation appears here, with the time that is left to answer it."}
}
