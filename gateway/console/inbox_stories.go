package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/workflows/contract"
)

var inboxStories = []story{
	{"inbox-all-states", inboxStory(inboxFilter{}, allStates)},
	{"inbox-several-numbers", inboxStory(inboxFilter{Number: "106540352242922"}, severalNumbers)},
	{"inbox-expiring", inboxStory(inboxFilter{Status: conversation.Expiring}, onlyExpiring)},
	{"inbox-search", inboxStory(inboxFilter{Q: "ada"}, searched)},
	{"inbox-later-page", inboxStory(inboxFilter{Cursor: "e30"}, allStates)},
	{"inbox-empty", inboxStory(inboxFilter{}, inboxAnswer{})},
	{"inbox-nothing-expiring", inboxStory(inboxFilter{Status: conversation.Expiring}, inboxAnswer{counts: storyCounts})},
	{"inbox-nobody-found", inboxStory(inboxFilter{Q: "zz <b>9</b>"}, inboxAnswer{})},
	{"inbox-nothing-more", inboxStory(inboxFilter{Cursor: "e30"}, inboxAnswer{})},
	{"inbox-ugly-names", inboxStory(inboxFilter{}, uglyNames)},
	{"inbox-lost-page", frame{Title: "Not Found", Page: "problem", View: kindly(&api.Problem{Code: "invalid_cursor"})}},
}

func inboxStory(f inboxFilter, a inboxAnswer) frame {
	return frame{Title: "Inbox", Here: "inbox", Page: "inbox", View: inboxOf(f, a, storyTime)}
}

// told is a conversation at storyTime; zero times have not happened.
type told struct {
	name, phone string
	number      contract.Number
	status      conversation.StatusName
	wrote       time.Duration // ago
	answered    time.Duration
	next        conversation.WakeKind
	in          time.Duration
	claim       string
}

var storyCounts = api.ConversationCounts{Most: 1000, Counts: map[conversation.StatusName]int64{
	conversation.Active: 214, conversation.Expiring: 2, conversation.Resuming: 2, conversation.AwaitingReply: 38, conversation.Expired: 1000}}

var allStates = listOf(
	told{name: "Ada Example", phone: "+12025550101", status: conversation.Expiring, wrote: 23*time.Hour + 52*time.Minute + 18*time.Second},
	told{name: "Grace Sample", phone: "+12025550102", status: conversation.Expiring, wrote: 23*time.Hour + 9*time.Minute, answered: 20 * time.Hour},
	told{name: "Lin Invented", phone: "+12025550103", status: conversation.Active, wrote: 21 * time.Hour, next: conversation.WakeReminder, in: 2 * time.Hour},
	told{phone: "+447700900104", status: conversation.Active, wrote: 3 * time.Hour, answered: 2*time.Hour + 50*time.Minute},
	told{name: "Edsger Madeup", phone: "+447700900105", status: conversation.Active, wrote: 4 * time.Minute, next: conversation.WakeReminder, in: 22*time.Hour + 56*time.Minute},
	told{name: "Barbara Fiction", phone: "+12025550106", status: conversation.Resuming, wrote: 26 * time.Hour, claim: "Grace Example"},
	told{name: "Alan Nobody", phone: "+12025550107", status: conversation.Resuming, wrote: 49 * time.Hour, answered: 49 * time.Hour},
	told{name: "Katherine Pretend", phone: "+447700900108", status: conversation.AwaitingReply, wrote: 31 * time.Hour, answered: 5 * time.Hour, next: conversation.WakeReengage, in: 19 * time.Hour},
	told{name: "Dennis Imaginary", phone: "+12025550109", status: conversation.Expired, wrote: 25 * time.Hour, next: conversation.WakeReengage, in: time.Hour},
	told{name: "Radia Untrue", phone: "+447700900110", status: conversation.Expired, wrote: 9 * 24 * time.Hour, answered: 9 * 24 * time.Hour},
)

var severalNumbers = with(listOf(
	told{name: "Ada Example", phone: "+12025550101", number: shop, status: conversation.Expiring, wrote: 23*time.Hour + 30*time.Minute},
	told{name: "Grace Sample", phone: "+12025550102", number: shop, status: conversation.AwaitingReply, answered: 5 * time.Hour},
), shop, support)

var onlyExpiring = listOf(
	told{name: "Ada Example", phone: "+12025550101", status: conversation.Expiring, wrote: 23*time.Hour + 52*time.Minute + 18*time.Second},
	told{name: "Grace Sample", phone: "+12025550102", status: conversation.Expiring, wrote: 23*time.Hour + 9*time.Minute, answered: 20 * time.Hour},
)

var searched = listOf(
	told{name: "Ada Example", phone: "+12025550101", status: conversation.Expiring, wrote: 23*time.Hour + 52*time.Minute},
	told{name: "Canada Goods", phone: "+12025550111", status: conversation.Expired, wrote: 40 * time.Hour},
)

var uglyNames = listOf(
	told{name: `<script>alert("no")</script> <b>bold</b>`, phone: "+12025550101", status: conversation.Expiring, wrote: 23*time.Hour + 52*time.Minute},
	told{name: strings.Repeat("A very long name ", 600), phone: "+12025550102", status: conversation.Active, wrote: time.Hour},
	told{name: strings.Repeat("W", 10_000), phone: "+12025550103", status: conversation.Active, wrote: time.Hour, claim: strings.Repeat("Agent", 40)},
	told{name: "אדה דוגמה \u202eevil", phone: "+12025550104", status: conversation.AwaitingReply, answered: time.Hour},
	told{name: "🙂🙃🙂 👩‍👩‍👧‍👦", status: conversation.Expired, wrote: 50 * time.Hour},
)

func listOf(all ...told) (a inboxAnswer) {
	a.counts = storyCounts
	for i, t := range all {
		a.list.Items = append(a.list.Items, t.conversation(i))
	}
	cursor := "e30"
	a.list.NextCursor = &cursor
	return a
}

func with(a inboxAnswer, numbers ...contract.Number) inboxAnswer {
	a.numbers.Items = storyNumbers(numbers...)
	return a
}

func (t told) conversation(i int) api.Conversation {
	c := api.Conversation{ID: uuid.MustParse(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)), Number: t.number, Status: t.status,
		Contact: api.Contact{Name: t.name}, LastInboundAt: before(t.wrote), LastOutboundAt: before(t.answered)}
	if t.phone != "" {
		c.Contact.Phone = &t.phone
	} else {
		bsuid := "US.13491208655302741918"
		c.Contact.BSUID = &bsuid
	}
	c.Unanswered = t.wrote > 0 && t.answered == 0
	if t.status == conversation.Active || t.status == conversation.Expiring {
		c.Window = &conversation.Window{OpenedAt: *c.LastInboundAt, ExpiresAt: c.LastInboundAt.Add(conversation.WindowLength)}
	}
	if t.claim != "" {
		c.ResumeClaim = &api.ResumeClaim{By: t.claim, Until: storyTime.Add(9 * time.Minute)}
	}
	if t.next != "" {
		c.Next = &conversation.Next{Kind: t.next, At: storyTime.Add(t.in)}
	}
	return c
}

func before(d time.Duration) *time.Time {
	if d == 0 {
		return nil
	}
	return new(storyTime.Add(-d))
}
