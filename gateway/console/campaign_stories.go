package console

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

var campaignStories = []story{
	{"campaigns-all-states", campaignsStory(storyCampaigns(), "", nil)},
	{"campaigns-none", campaignsStory(nil, "", nil)},
	{"campaigns-none-running", campaignsStory(nil, campaign.Running, nil)},
	{"campaigns-viewer", campaignsStory(storyCampaigns()[:2], "", func(f *frame) { f.Who = storyViewer })},
	{"campaign-new", editorStory(false, func(v *editorView) { v.Form.Name, v.Form.Segment = "", "" })},
	{"campaign-draft", editorStory(true, nil)},
	{"campaign-draft-wrong", editorStory(true, storyDraftWrong)},
	{"campaign-draft-changed", editorStory(true, func(v *editorView) { v.Changed = true })},
	{"campaign-draft-blocked", editorStory(true, storyDraftBlocked)},
	{"campaign-draft-test", editorStory(true, func(v *editorView) {
		v.Try = tryView{Key: "k", Q: "ada", Several: []choice{{Label: "Ada Example · +12025550101", Value: "1"}, {Label: "Canada Goods · +12025550111", Value: "2"}}}
	})},
	{"campaign-draft-agent", editorStory(true, func(v *editorView) { v.MayStart = false; v.Try.Sent = "Ada Example" })},
	{"campaign-draft-long-texts", editorStory(true, storyDraftLong)},
	{"campaign-scheduled", resultsStory(campaign.Scheduled, "", campaign.Results{})},
	{"campaign-choosing", resultsStory(campaign.Running, "", campaign.Results{State: campaign.Running, Recipients: 1500})},
	{"campaign-running", resultsStory(campaign.Running, "", storyResults(1240))},
	{"campaign-paused-by-itself", resultsStory(campaign.Paused, campaign.TooManyOptOuts, storyResults(1240))},
	{"campaign-paused-by-hand", resultsStory(campaign.Paused, campaign.ByHand, storyResults(300))},
	{"campaign-finished", resultsStory(campaign.Finished, "", storyResults(2873))},
	{"campaign-cancelled", resultsStory(campaign.Cancelled, "", campaign.Results{State: campaign.Cancelled, Recipients: 12, NotSent: 12,
		NotSentBy: []campaign.CodeCount{{Code: "campaign_cancelled", Recipients: 12}}, Progress: campaign.Progress{Done: 12}})},
	{"campaign-recipients", recipientsStory(recipientsFilter{}, storyRecipients())},
	{"campaign-recipients-none", recipientsStory(recipientsFilter{State: "failed", Code: "wait_24h"}, nil)},
}

func storyCampaign(i int, name string, state campaign.State) api.Campaign {
	one := api.Campaign{ID: uuid.MustParse(fmt.Sprintf("00000000-0000-4000-9000-%012d", i)), Name: name, Number: shop, State: state, Version: 3,
		Template: api.CampaignTemplate{Name: "spring_sale", Language: "en", Category: conversation.Marketing}, Segment: api.SegmentRef{ID: uuid.UUID{7}, Name: "Wrote this year, opted in"},
		Parameters: json.RawMessage(`{"body":["{{contact.first_name|there}}","20 %"]}`), CreatedAt: storyTime.Add(-50 * time.Hour)}
	if state != campaign.Draft {
		one.LaunchedAt = new(storyTime.Add(-2 * time.Hour))
	}
	if state.Over() {
		one.FinishedAt = new(storyTime.Add(-20 * time.Minute))
	}
	if state == campaign.Scheduled {
		one.StartAt = new(storyTime.Add(21 * time.Hour))
	}
	return one
}

func storyCampaigns() (all []api.Campaign) {
	for i, name := range []string{"Winter clearance, everybody who has asked for it in the last months", "Spring sale", "New lamps", "Opening hours", "Autumn sale", "Wrong prices"} {
		all = append(all, storyCampaign(i, name, campaignStates[i]))
	}
	all[3].Reason = new(campaign.TooManyOptOuts)
	all[0].Limits.BudgetMicros = new(int64(20_000_000))
	return all
}

func campaignsStory(all []api.Campaign, state campaign.State, otherwise func(*frame)) frame {
	results := make([]*campaign.Results, len(all))
	for i, one := range all {
		if one.State != campaign.Draft && one.State != campaign.Scheduled {
			results[i] = new(storyResults(min(700*i, 2873)))
		}
	}
	v := campaignsOf(api.Page[api.Campaign]{Items: all}, results, state, "", storyTime)
	v.May = true
	f := frame{Title: "Campaigns", Here: "campaigns", Page: "campaigns", View: v}
	if otherwise != nil {
		otherwise(&f)
		v.May = f.Who.May(access.Send)
		f.View = v
	}
	return f
}

// storyResults are of a campaign of 2,873 recipients of whom so many are done with.
func storyResults(done int) campaign.Results {
	const all = 2873
	part := func(perMille int) int { return done * perMille / 1000 }
	r := campaign.Results{AsOf: storyTime, State: campaign.Running, Recipients: all, Chosen: true, LeftOut: &campaign.LeftOut{NoOptIn: 412, OptedOut: 57, Suppressed: 9},
		Refused: part(21), Failed: part(14), Accepted: part(965), Delivered: part(941), Read: part(702), Answered: part(231), OptedOut: part(12),
		Costs: []campaign.Cost{{Currency: "USD", AmountMicros: int64(part(941)) * 25_000, AnswerMicros: new(int64(101_840))}}}
	r.Progress = campaign.Progress{Done: r.Refused + r.Failed + r.Accepted, PerSecond: 64, EndsAt: new(storyTime.Add(26 * time.Minute))}
	if left := all - r.Progress.Done; left > 40 {
		r.Held, r.InProgress, r.Pending = 18, 12, left-30
		r.HeldBy = []campaign.CodeCount{{Code: "quiet_hours", Recipients: 14}, {Code: "agent_at_work", Recipients: 4}}
	} else {
		r.Unknown = left
	}
	r.RefusedBy = []campaign.CodeCount{{Code: "frequency_capped", Recipients: part(14)}, {Code: "opted_out", Recipients: part(5)}, {Code: "template_parameters", Recipients: part(2)}}
	r.FailedBy = []campaign.CodeCount{{Code: "suppress", Recipients: part(10)}, {Code: "wait_24h", Recipients: part(4)}}
	r.Series.BucketSeconds = 300
	for i := range 24 {
		p := campaign.Point{At: storyTime.Add(time.Duration(i-24) * 5 * time.Minute), Accepted: 60 - i, Delivered: 58 - i, Read: min(2*i, 44), Answered: min(i/2, 15)}
		if i != 9 { // a stretch in which nothing happened
			r.Series.Points = append(r.Series.Points, p)
		}
	}
	return r
}

func resultsStory(state campaign.State, reason campaign.Reason, results campaign.Results) frame {
	one := storyCampaign(1, "Spring sale", state)
	if reason != "" {
		one.Reason = &reason
	}
	results.State = state
	v := resultsViewOf(one, storyNumber, results, storyReader, storyTime)
	v.Refreshes = "" // stories stand still
	v.Shown = textOf(one, templateList{storySpring})
	return frame{Title: one.Name, Here: "campaigns", Page: "campaigns/results", View: v}
}

var storySpring = api.Template{WABA: "102290129340398", Name: "spring_sale", Language: "en", Category: "marketing", Status: "approved", Quality: "green",
	Components: json.RawMessage(`[{"type": "HEADER", "format": "TEXT", "text": "Spring is here"}, {"type": "BODY", "text": "Hello {{1}},\nuntil Sunday everything is {{2}} cheaper."},
		{"type": "FOOTER", "text": "Reply STOP to leave."}, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "To the shop", "url": "https://shop.example/spring"}]}]`),
	Parameters: []template.Variable{{Place: "body.1", Part: "body", Name: "1", Example: "Ada"}, {Place: "body.2", Part: "body", Name: "2", Example: "20 %"}}, ChangedAt: storyTime.Add(-90 * 24 * time.Hour)}

// editorStory is the page of a draft, of which something may be otherwise.
func editorStory(saved bool, otherwise func(*editorView)) frame {
	d := deskView{numbers: []api.BusinessNumber{storyNumber}, number: storyNumber, listed: templateList{storySpring, storyTemplates[1]},
		segments: []api.Segment{{ID: uuid.UUID{7}, Name: "Wrote this year, opted in"}, {ID: uuid.UUID{8}, Name: "Lima"}}}
	one := storyCampaign(1, "Spring sale", campaign.Draft)
	one.Number.ID = storyNumber.ID
	form := campaignFormOf(one, storyNumber, d.listed)
	if !saved {
		one.ID, form.Version, form.Key = uuid.Nil, "", "key"
	}
	v := editorOf(d, one, form)
	v.May, v.MayStart = true, true
	if saved {
		v.Try.Key = "k"
		v.Quote = quoteOf(storyQuote())
		v.Preview = customerOf(storySamples(), 1, v.Here)
	}
	if otherwise != nil {
		otherwise(&v)
	}
	title := v.Form.Name
	if title == "" {
		title = "New campaign"
	}
	return frame{Title: title, Here: "campaigns", Page: "campaigns/editor", View: v}
}

func storyQuote() campaign.Quote {
	return campaign.Quote{AsOf: storyTime, Contacts: 3351, Recipients: 2873, LeftOut: campaign.LeftOut{NoOptIn: 412, OptedOut: 57, Suppressed: 9}, UpperBound: true, WithWindow: 37,
		Markets: []campaign.MarketQuote{{Market: "US", Contacts: 1800, PriceMicros: new(int64(25_000)), AmountMicros: new(int64(45_000_000)), Currency: "USD", Rule: "P2"},
			{Market: "GB", Contacts: 1060, PriceMicros: new(int64(52_900)), AmountMicros: new(int64(56_074_000)), Currency: "USD", Rule: "P2"}, {Market: "", Contacts: 13}},
		Totals: []campaign.Total{{Currency: "USD", AmountMicros: 101_074_000, Contacts: 2860}}, Unpriced: 13,
		Pace: campaign.Pace{MessagesPerSecond: 64, Seconds: 2700, EndsAt: new(storyTime.Add(45 * time.Minute)), BoundBy: "rate"},
		Template: campaign.QuotedTemplate{Name: "spring_sale", Language: "en", Found: true, Status: "approved", Category: conversation.Marketing,
			Findings: []template.Finding{{Rule: "variable_at_end", Place: "body", Reason: "a sentence that ends with a variable can be refused", Severity: template.Warning}}},
		Warnings: []campaign.Warning{{Code: campaign.WarnUnpriced, Sentence: "13 recipients are in markets without a price", Contacts: new(13)},
			{Code: campaign.WarnNotPredicted, Sentence: "who has had as many templates as the number allows, or waits for an answer, is not predicted"}}}
}

func storySamples() []campaign.Sample {
	shown := template.Preview{Header: "Spring is here", Body: "Hello there,\nuntil Sunday everything is 20 % cheaper.", Footer: "Reply STOP to leave.",
		Buttons: []template.PreviewButton{{Type: "url", Text: "To the shop", URL: "https://shop.example/spring"}}}
	return []campaign.Sample{{Name: "Ada Example", Phone: "+12025550101", Shown: shown}, {Name: "Grace Sample", Phone: "+12025550102", Shown: shown}, {Phone: "+447700900104", Shown: shown}}
}

func storyDraftWrong(v *editorView) {
	v.Problems = []api.FieldError{{Field: "name", Detail: "what is it called?"}, {Field: "limits.budget_micros", Detail: "this is not an amount such as 12.50"},
		{Field: "limits.quiet_hours", Detail: "limits.quiet_hours: they need two different times of day as HH:MM"}, {Field: "end_at", Detail: "end_at: it must come after start_at"},
		{Field: "parameters", Detail: "parameters: a contact has no field firstname"}}
	v.Form.Name, v.Form.Budget, v.Form.Quiet, v.Form.QuietFrom, v.Form.AtOnce, v.Form.Start, v.Form.End = "", "a lot", true, "nine", false, "2026-11-21T09:00", "2026-11-20T09:00"
	v.Form.Values[1].From, v.Form.Values[1].Field, v.Form.Values[1].Text = ownField, "discount", ""
}

func storyDraftBlocked(v *editorView) {
	q := storyQuote()
	q.Recipients, q.Markets, q.Totals, q.Unpriced = 0, nil, nil, 0
	q.Warnings = []campaign.Warning{{Code: campaign.WarnNobody, Sentence: "nobody in the segment would be a recipient"}, {Code: campaign.WarnTemplateNotApproved, Sentence: "the template is paused, not approved"}}
	v.Quote, v.Preview = quoteOf(q), nil
	v.Refusal = "It was not launched: the template is paused, not approved."
}

func storyDraftLong(v *editorView) {
	long := `<script>alert(1)</script>` + strings.Repeat("Donaudampfschifffahrtsgesellschaft", 40)
	v.Form.Name, v.Form.Values[1].Text = long[:200], long
	v.Segments = append(v.Segments, choice{Label: long[:200], Value: "9"})
	p := *v.Preview
	p.Name, p.Shown.Body, p.Problem = long, long, "the contact's "+long[:40]+" is not known."
	v.Preview = &p
}

func storyRecipients() []campaign.Recipient {
	at := func(min int) *time.Time { return new(storyTime.Add(time.Duration(-min) * time.Minute)) }
	talk := func(i byte) *uuid.UUID { return &uuid.UUID{i} }
	return []campaign.Recipient{
		{ID: uuid.UUID{1}, Name: "Ada Example", Phone: "+12025550101", Market: "US", ConversationID: talk(1), State: campaign.RecipientAccepted, Delivery: new("read"), SettledAt: at(40), AnsweredAt: at(12)},
		{ID: uuid.UUID{2}, Name: "Grace Sample", Phone: "+12025550102", Market: "US", ConversationID: talk(2), State: campaign.RecipientAccepted, Delivery: new("delivered"), SettledAt: at(40), OptedOutAt: at(30)},
		{ID: uuid.UUID{3}, Phone: "+447700900104", Market: "GB", ConversationID: talk(3), State: campaign.RecipientHeld, Code: new("quiet_hours"), DueAt: at(-600)},
		{ID: uuid.UUID{4}, Name: strings.Repeat("Long ", 60), Market: "GB", ConversationID: talk(4), State: campaign.RecipientRefused, Code: new("frequency_capped"), SettledAt: at(20)},
		{ID: uuid.UUID{5}, Name: "Edsger Madeup", Phone: "+447700900105", Market: "GB", ConversationID: talk(5), State: campaign.RecipientFailed, Code: new("suppress"), SettledAt: at(19)},
		{ID: uuid.UUID{6}, Name: "Lin Invented", Phone: "+12025550103", State: campaign.RecipientPending},
		{ID: uuid.UUID{7}, Name: "Barbara Fiction", Phone: "+12025550106", Market: "US", ConversationID: talk(7), State: campaign.RecipientUnknown},
	}
}

func recipientsStory(f recipientsFilter, all []campaign.Recipient) frame {
	v := recipientsOf("Spring sale", campaignHref("1"), f, api.Page[campaign.Recipient]{Items: all}, time.UTC)
	return frame{Title: "Recipients of Spring sale", Here: "campaigns", Page: "campaigns/recipients", View: v}
}
