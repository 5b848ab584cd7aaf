package console

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/sending"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// conversationStories are the page in every state of W6 with its composer, and in what else can come to pass.
var conversationStories = []story{
	conversationStory("active", func(d *dossier) {}),
	conversationStory("expiring", func(d *dossier) { d.window(42 * time.Minute); d.c.Status = conversation.Expiring }),
	conversationStory("left-alone", func(d *dossier) {
		d.c.LeftAlone = true
		d.c.Next = &conversation.Next{Kind: conversation.WakeExpiring, At: storyTime.Add(5*time.Hour + 12*time.Minute)}
	}),
	conversationStory("last-seconds", func(d *dossier) {
		d.window(14 * time.Second)
		d.c.Status = conversation.Expiring
		d.c.CanSend = conversation.CanSend{Template: true, Reason: conversation.WindowClosed}
	}),
	conversationStory("expired", func(d *dossier) { d.closed(conversation.Expired) }),
	conversationStory("expired-not-opted-in", func(d *dossier) {
		d.closed(conversation.Expired)
		d.contact.Consent = map[string]api.ConsentState{"marketing": "none", "utility": "none", "authentication": "none"}
		d.c.CanSend = conversation.CanSend{Reason: conversation.OptInRequired}
	}),
	conversationStory("resuming", func(d *dossier) {
		d.closed(conversation.Resuming)
		d.c.CanSend = conversation.CanSend{Reason: conversation.SendInProgress}
	}),
	conversationStory("claimed-by-another", func(d *dossier) { d.closed(conversation.Resuming); d.claimed("Joan Example") }),
	conversationStory("awaiting-reply", func(d *dossier) { d.closed(conversation.AwaitingReply) }),
	conversationStory("may-have-arrived", func(d *dossier) {
		d.closed(conversation.Expired)
		d.c.Note = &api.ConversationNote{Code: "may_have_arrived"}
	}),
	conversationStory("plan", func(d *dossier) {
		d.closed(conversation.Expired)
		at := storyTime.Add(90 * time.Minute)
		d.c.Plan = &api.PlannedAttempt{Attempt: 1, Of: 2, DueAt: at, Template: "we_miss_you"}
		d.c.Next = &conversation.Next{Kind: conversation.WakeReengage, At: at}
	}),
	conversationStory("kept", func(d *dossier) { d.closed(conversation.AwaitingReply); d.keeps(sending.KeptWaiting) }),
	conversationStory("kept-offered", func(d *dossier) { d.keeps(sending.KeptOffered) }),
	conversationStory("kept-too-late", func(d *dossier) { d.closed(conversation.Expired); d.keeps(sending.KeptOffered) }),
	conversationStory("suppressed", func(d *dossier) {
		d.c.CanSend = conversation.CanSend{Reason: conversation.Suppressed}
		d.contact.Suppressions = []api.Suppression{{Scope: "all", Reason: "manual", Since: storyTime.Add(-time.Hour), InForce: true}}
	}),
	conversationStory("sender-paused", func(d *dossier) { d.c.CanSend = conversation.CanSend{Reason: conversation.SenderPaused} }),
	conversationStory("viewer", func(d *dossier) { d.who = storyViewer }),
	conversationStory("deliveries", func(d *dossier) { d.timeline.Items = everyDelivery() }),
	conversationStory("empty", func(d *dossier) {
		d.closed(conversation.Expired)
		d.c.Unanswered = false
		d.c.LastInboundAt, d.timeline.Items, d.c.Contact.Name, d.contact.Phone, d.c.Contact.Phone = nil, nil, "", nil, nil
	}),
	conversationStory("long", func(d *dossier) {
		long := strings.Repeat("Bartholomäus-Maximilian ", 400)
		d.c.Contact.Name = long
		d.timeline.Items[0].Message.Text = strings.Repeat("https://shop.example/?a-very-long-address=", 40) + strings.Repeat(" <b>not bold</b>", 60)
		d.c.KeptReply = &api.KeptReply{State: sending.KeptOffered, Text: long, KeptAt: storyTime, KeepUntil: storyTime}
	}),
	refusedStory("refused", &api.Problem{Status: 409, Code: "window_closed", Detail: "the window has closed, so only a template may be sent"}),
	refusedStory("unknown-outcome", &api.Problem{Status: 503, Code: "engine_unavailable"}),
	{"conversation-why", frame{Title: "Why?", Here: "inbox", Page: "conversation/why", View: whyOf(storyDossier(), api.Page[api.Decision]{Items: storyDecisions(), NextCursor: new("x")})}},
}

func conversationStory(name string, change func(*dossier)) story {
	d := storyDossier()
	change(&d)
	v := viewOf(d, draft{}, nil)
	return story{"conversation-" + name, frame{Title: v.Head.Name, Here: "inbox", Page: "conversation", Who: d.who, View: v}}
}

func refusedStory(name string, p *api.Problem) story {
	d := storyDossier()
	if p.Code == "window_closed" {
		d.closed(conversation.Expired)
	}
	v := viewOf(d, draft{Text: "Yes, it is still there. Shall I keep it for you until Saturday?"}, noticeOf(p))
	return story{"conversation-" + name, frame{Title: v.Head.Name, Here: "inbox", Page: "conversation", View: v}}
}

// storyDossier is a conversation in an open window, on whose page everything is to be seen.
func storyDossier() dossier {
	id := uuid.MustParse("0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10")
	phone := "+442079460123"
	d := dossier{now: storyTime, scale: 1, who: storyReader, ui: workflowLinks{"https://temporal.example", ""}}
	d.c = api.Conversation{
		ID: id, Number: shop, Contact: api.Contact{Name: "Ada Example", Phone: &phone},
		Status: conversation.Active, Unanswered: true, CanSend: conversation.CanSend{Freeform: true, Template: true},
		Next: &conversation.Next{Kind: conversation.WakeReminder, At: storyTime.Add(4 * time.Hour)}, WorkflowID: contract.ConversationWorkflowID(id),
	}
	d.window(6*time.Hour + 12*time.Minute)
	d.contact = api.KnownContact{Contact: d.c.Contact, Market: "GB", Language: new("en"),
		Consent: map[string]api.ConsentState{"marketing": "opted_out", "utility": "opted_in", "authentication": "none"},
		History: []api.ConsentRecord{{Category: "marketing", Source: "keyword", OccurredAt: storyTime.AddDate(0, -1, 0)},
			{Category: "utility", OptedIn: true, Source: "order form", OccurredAt: storyTime.AddDate(0, -2, 0)}}}
	d.number = api.BusinessNumber{ID: d.c.Number.ID, TimeZone: "Europe/London"}
	d.templates = storyApproved()
	d.timeline = api.Page[api.TimelineItem]{Items: storyTimeline(), NextCursor: new("x")}
	return d
}

// window opens a window of which so much is left.
func (d *dossier) window(left time.Duration) {
	end := d.now.Add(left)
	d.c.Window = &conversation.Window{OpenedAt: end.Add(-24 * time.Hour), ExpiresAt: end, SecondsLeft: int64(left.Seconds())}
	d.c.LastInboundAt = new(end.Add(-24 * time.Hour))
}

func (d *dossier) closed(s conversation.StatusName) {
	d.c.Window, d.c.Next, d.c.Status, d.c.CanSend = nil, nil, s, conversation.CanSend{Template: true, Reason: conversation.WindowClosed}
	d.c.LastInboundAt = new(d.now.Add(-26 * time.Hour))
}

func (d *dossier) claimed(by string) {
	d.c.ResumeClaim = &api.ResumeClaim{By: by, Until: d.now.Add(8 * time.Minute)}
}

func (d *dossier) keeps(s sending.KeptState) {
	d.c.KeptReply = &api.KeptReply{ID: uuid.MustParse("6f0d3a52-1111-8000-8000-000000000003"), State: s,
		Text: "Yes, it is still there. Shall I keep it for you until Saturday?", KeptAt: d.now.Add(-time.Hour), KeepUntil: d.now.AddDate(0, 0, 7)}
}

func storyApproved() []api.Template {
	variable := func(n string, example string) template.Variable {
		return template.Variable{Place: "body." + n, Part: "body", Name: n, Example: example}
	}
	return []api.Template{
		{Name: "back_in_stock", Language: "en_GB", Status: "approved", Category: "marketing"},
		{Name: "order_update", Language: "en_GB", Status: "approved", Category: "utility", Parameters: []template.Variable{variable("1", "Ada"), variable("2", "4711")}},
		{Name: "we_have_an_answer", Language: "en_GB", Status: "approved", Category: "utility"},
	}
}

func storyDecisions() []api.Decision {
	yes, no := true, false
	return []api.Decision{
		{At: storyTime.Add(-18 * time.Hour), Subject: "window", Rule: "W1", Code: "window_opened", Sentence: "the contact wrote, so the window is open for 24 h",
			Facts: map[string]any{"occurred_at": "2026-11-19T18:12:00Z", "type": "text", "expires_at": "2026-11-20T18:12:00Z"}},
		{At: storyTime.Add(-3 * time.Hour), Subject: "send", Allowed: &no, Rule: "gate", Code: "opted_out", Sentence: "the contact has opted out of marketing messages",
			Facts: map[string]any{"category": "marketing", "consent": "out"},
			Send:  &api.DecidedSend{Type: "template", Template: new("we_miss_you"), Origin: "reengagement", PlannedAt: storyTime.Add(-3 * time.Hour)}},
		{At: storyTime.Add(-2 * time.Hour), Subject: "send", Allowed: &yes, Rule: "W5", Code: "allowed", Sentence: "the window is open",
			Send: &api.DecidedSend{Type: "freeform", Origin: "request", PlannedAt: storyTime.Add(-2 * time.Hour)}},
	}
}
