package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/gateway/api"
)

func printCampaign(s streams, c api.Campaign, asJSON bool) error {
	if asJSON {
		return printJSON(s, c)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	state := string(c.State)
	if c.Reason != nil {
		state += " " + stopWords(*c.Reason)
	}
	fmt.Fprintf(w, "Campaign\t%s\nName\t%s\nState\t%s\nNumber\t%s\nTemplate\t%s %s %s\nSegment\t%s %s\n", c.ID, printable(c.Name), state,
		printable(cmp.Or(c.Number.Display, c.Number.ID)), c.Template.Name, c.Template.Language, c.Template.Category, printable(c.Segment.Name), c.Segment.ID)
	if c.Recipients != nil {
		fmt.Fprintf(w, "Recipients\t%d\n", *c.Recipients)
	}
	fmt.Fprintf(w, "Start\t%s\nEnd\t%s\nVersion\t%d\n", cmp.Or(stampOrEmpty(c.StartAt), "as soon as it is launched"), stamp(c.EndAt), c.Version)
	return w.Flush()
}

// stopWords are why it is paused, as people say it and as programs compare it.
func stopWords(reason campaign.Reason) string {
	words := map[campaign.Reason]string{
		campaign.ByHand: "by somebody", campaign.TemplateUnavailable: "by itself: its template is not approved any more",
		campaign.TemplateRecategorised: "by itself: its template has another category", campaign.SenderPaused: "by itself: its number sends nothing",
		campaign.TooManyFailures: "by itself: too many messages failed", campaign.TooManyOptOuts: "by itself: too many contacts opted out",
		campaign.BudgetUsedUp: "by itself: the budget is used up"}
	if words[reason] == "" {
		return string(reason)
	}
	return words[reason] + " (" + string(reason) + ")"
}

func stampOrEmpty(t *time.Time) string {
	if t == nil {
		return ""
	}
	return stamp(t)
}

type quoteCampaignVerb struct {
	broadcast
	AsJSON bool `name:"json" help:"As JSON."`
}

// Run says what it would come to.
func (v *quoteCampaignVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	gateway.patience = time.Minute
	var q api.CampaignQuote
	if err := gateway.call(ctx, "GET", v.path("/quote"), nil, &q); err != nil {
		return err
	}
	if v.AsJSON {
		return printJSON(s, q)
	}
	fmt.Fprintf(s.out, "%d of %d contacts would be recipients; left out: %d opted out, %d without opt-in, %d suppressed, %d unreachable\n", q.Recipients, q.Contacts,
		q.LeftOut.OptedOut, q.LeftOut.NoOptIn, q.LeftOut.Suppressed, q.LeftOut.Unreachable)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "MARKET\tCONTACTS\tEACH\tAMOUNT\tRULE\t")
	for _, m := range q.Markets {
		each, amount := none, none
		if m.PriceMicros != nil {
			each, amount = money(*m.PriceMicros, m.Currency).String(), money(*m.AmountMicros, m.Currency).String()
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t\n", cmp.Or(m.Market, none), m.Contacts, each, amount, cmp.Or(m.Rule, none))
	}
	for _, t := range q.Totals {
		most := ""
		if q.UpperBound {
			most = "at most "
		}
		fmt.Fprintf(w, "total\t%d\t\t%s%s\t\t\n", t.Contacts, most, money(t.AmountMicros, t.Currency))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if q.Pace.EndsAt != nil {
		fmt.Fprintf(s.out, "It takes about %s, until %s.\n", inWords(max(time.Second, time.Duration(q.Pace.Seconds)*time.Second)), stamp(q.Pace.EndsAt))
	}
	for _, f := range q.Template.Findings {
		fmt.Fprintf(s.out, "%s: %s: %s\n", f.Severity, f.Place, printable(f.Reason))
	}
	for _, warning := range q.Warnings {
		fmt.Fprintf(s.out, "Note: %s (%s)\n", printable(warning.Sentence), warning.Code)
	}
	return nil
}

type previewCampaignVerb struct {
	broadcast
	Limit  int  `default:"3" help:"So many contacts."`
	AsJSON bool `name:"json" help:"As JSON."`
}

// Run shows what they would see.
func (v *previewCampaignVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	var p api.CampaignPreview
	if err := gateway.call(ctx, "GET", v.path("/preview?limit="+strconv.Itoa(v.Limit)), nil, &p); err != nil {
		return err
	}
	if v.AsJSON {
		return printJSON(s, p)
	}
	for i, sample := range p.Items {
		if i > 0 {
			fmt.Fprintln(s.out)
		}
		fmt.Fprintf(s.out, "%s %s\n", cmp.Or(printable(sample.Name), none), sample.Phone)
		for line := range strings.Lines(sample.Text) {
			fmt.Fprintln(s.out, "  "+printable(strings.TrimRight(line, "\n")))
		}
		if sample.Problem != "" {
			fmt.Fprintf(s.out, "  refused: %s\n", printable(sample.Problem))
		}
	}
	return nil
}

type campaignRecipientsVerb struct {
	broadcast
	State    string `help:"Only those: pending, held, asked, planned, accepted, refused, failed, unknown or not_sent."`
	Code     string `help:"Only those refused, failed, held or not sent for this reason."`
	Answered bool   `help:"Only those who have answered."`
	Limit    int    `default:"50" help:"At most so many, to be read by people."`
	CSV      bool   `name:"csv" help:"All of them, as CSV."`
	AsJSON   bool   `name:"json" help:"As JSON, a page."`
	Cursor   string `help:"With --json: next_cursor of the page before."`
}

// Run lists them.
func (v *campaignRecipientsVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"state": v.State, "code": v.Code, "cursor": v.Cursor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if v.Answered {
		query.Set("answered", "true")
	}
	if v.CSV {
		return gateway.copy(ctx, v.path("/recipients?"+query.Encode()), http.Header{"Accept": {"text/csv"}}, s.out)
	}
	query.Set("limit", strconv.Itoa(v.Limit))
	var page api.Page[api.Recipient]
	if err := gateway.call(ctx, "GET", v.path("/recipients?"+query.Encode()), nil, &page); err != nil {
		return err
	}
	if v.AsJSON {
		return printJSON(s, page)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tCODE\tDELIVERY\tANSWERED\tNAME\tPHONE\tCONVERSATION")
	for _, r := range page.Items {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.State, textOrNone(r.Code), textOrNone(r.Delivery), stamp(r.AnsweredAt), cmp.Or(printable(r.Name), none),
			cmp.Or(r.Phone, none), idOrNone(r.ConversationID))
	}
	return w.Flush()
}

func idOrNone(id *uuid.UUID) string {
	if id == nil {
		return none
	}
	return id.String()
}
