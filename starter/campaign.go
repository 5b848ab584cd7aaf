package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

// campaignVerbs broadcast a template to a segment (docs/campaigns.md).
type campaignVerbs struct {
	List       listCampaignsVerb      `cmd:"" help:"List campaigns, the latest first."`
	Show       showCampaignVerb       `cmd:"" help:"Show a campaign: starter campaign show ID."`
	Create     createCampaignVerb     `cmd:"" help:"Make a draft: starter campaign create --name 'Spring sale' --template spring_sale --language en_US --segment ID --parameters '[\"{{contact.first_name|there}}\"]'; or --file campaign.json."`
	Quote      quoteCampaignVerb      `cmd:"" help:"Say what a campaign would come to: starter campaign quote ID."`
	Preview    previewCampaignVerb    `cmd:"" help:"Show what contacts would see: starter campaign preview ID --limit 3."`
	Test       testCampaignVerb       `cmd:"" help:"Send it to one contact: starter campaign test ID --contact ID."`
	Launch     launchCampaignVerb     `cmd:"" help:"Launch a draft: starter campaign launch ID --version 1."`
	Pause      pauseCampaignVerb      `cmd:"" help:"Pause a campaign: starter campaign pause ID."`
	Resume     resumeCampaignVerb     `cmd:"" help:"Have it go on: starter campaign resume ID."`
	Cancel     cancelCampaignVerb     `cmd:"" help:"End it for good: starter campaign cancel ID."`
	Status     campaignStatusVerb     `cmd:"" help:"Show its results; --watch until it has finished or is paused: starter campaign status ID --watch."`
	Recipients campaignRecipientsVerb `cmd:"" help:"List who is in it, and what has become of each: starter campaign recipients ID --state refused --csv."`
}

// broadcast names a campaign.
type broadcast struct {
	config.Client
	ID uuid.UUID `arg:"" help:"The campaign's id."`
}

func (b broadcast) path(rest string) string { return "/v1/campaigns/" + b.ID.String() + rest }

// act asks for something about the campaign and prints the campaign that there is then.
func (b broadcast) act(ctx context.Context, s streams, method, rest, key string, body any, asJSON bool) error {
	gateway, err := find(b.Client)
	if err != nil {
		return err
	}
	var c api.Campaign
	if err := gateway.ask(ctx, method, b.path(rest), key, body, &c); err != nil {
		return err
	}
	return printCampaign(s, c, asJSON)
}

type listCampaignsVerb struct {
	config.Client
	State  string `enum:"draft,scheduled,running,paused,finished,cancelled," default:"" help:"Only those: draft, scheduled, running, paused, finished or cancelled."`
	Limit  int    `default:"50" help:"At most so many."`
	AsJSON bool   `name:"json" help:"As JSON."`
}

// Run lists them.
func (v *listCampaignsVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	var page api.Page[api.Campaign]
	query := url.Values{"limit": {strconv.Itoa(v.Limit)}}
	if v.State != "" {
		query.Set("state", v.State)
	}
	if err := gateway.call(ctx, "GET", "/v1/campaigns?"+query.Encode(), nil, &page); err != nil {
		return err
	}
	if v.AsJSON {
		return printJSON(s, page)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tNAME\tTEMPLATE\tRECIPIENTS\tCREATED\tID")
	for _, c := range page.Items {
		recipients := none
		if c.Recipients != nil {
			recipients = strconv.Itoa(*c.Recipients)
		}
		fmt.Fprintf(w, "%s\t%s\t%s %s\t%s\t%s\t%s\n", c.State, printable(c.Name), c.Template.Name, c.Template.Language, recipients, stamp(&c.CreatedAt), c.ID)
	}
	return w.Flush()
}

type showCampaignVerb struct {
	broadcast
	AsJSON bool `name:"json" help:"As JSON."`
}

// Run shows it.
func (v *showCampaignVerb) Run(ctx context.Context, s streams) error {
	return v.act(ctx, s, "GET", "", "", nil, v.AsJSON)
}

type createCampaignVerb struct {
	config.Client
	File         string    `placeholder:"FILE" help:"The draft as JSON, as the API takes it; - is standard input. Instead of the other flags."`
	Name         string    `help:"What it is called."`
	Number       string    `help:"The business number's phone number id."`
	Template     string    `help:"The template's name."`
	Language     string    `default:"en_US" help:"The template's language, as in sends."`
	Parameters   string    `placeholder:"JSON" help:"What fills the template; texts may name the contact's fields, with a fallback: [\"{{contact.first_name|there}}\"]."`
	Segment      uuid.UUID `placeholder:"ID" help:"The segment's id."`
	BudgetMicros int64     `help:"What it may cost, in millionths of the currency of the number's scheme."`
	PacePercent  int       `help:"Its share of the number's rate; by default 80."`
	Start        time.Time `help:"When it begins once launched, such as 2026-12-01T09:00:00Z; by default at once."`
	End          time.Time `help:"From when on nothing new is sent."`
	Key          string    `name:"idempotency-key" help:"Makes a repetition of this call the same draft."`
	AsJSON       bool      `name:"json" help:"As JSON."`
}

// Run makes it.
func (v *createCampaignVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	body, err := v.body(s, gateway)
	if err != nil {
		return err
	}
	var c api.Campaign
	if err := gateway.ask(ctx, "POST", "/v1/campaigns", v.Key, body, &c); err != nil {
		return err
	}
	return printCampaign(s, c, v.AsJSON)
}

func (v *createCampaignVerb) body(s streams, g gateway) (any, error) {
	if v.File != "" {
		return v.read(s)
	}
	if v.Name == "" || v.Template == "" || v.Segment == uuid.Nil {
		return nil, usageError("--file, or --name, --template and --segment are needed")
	}
	number, err := g.number(v.Number)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"name": v.Name, "number": number, "segment": v.Segment, "template": map[string]string{"name": v.Template, "language": v.Language}}
	if v.Parameters != "" {
		if !json.Valid([]byte(v.Parameters)) {
			return nil, usageError("--parameters is not JSON such as [\"{{contact.first_name|there}}\"]")
		}
		body["parameters"] = json.RawMessage(v.Parameters)
	}
	limits := map[string]any{}
	if v.BudgetMicros != 0 {
		limits["budget_micros"] = v.BudgetMicros
	}
	if v.PacePercent != 0 {
		limits["pace_percent"] = v.PacePercent
	}
	body["limits"] = limits
	for name, at := range map[string]time.Time{"start_at": v.Start, "end_at": v.End} {
		if !at.IsZero() {
			body[name] = at
		}
	}
	return body, nil
}

func (v *createCampaignVerb) read(s streams) (any, error) {
	var raw []byte
	var err error
	if v.File == "-" {
		raw, err = io.ReadAll(s.in)
	} else {
		raw, err = os.ReadFile(v.File)
	}
	if err != nil {
		return nil, fmt.Errorf("the draft cannot be read: %w", err)
	}
	if !json.Valid(raw) {
		return nil, usageError(fmt.Sprintf("%s is not JSON", cmp.Or(v.File, "the draft")))
	}
	return json.RawMessage(raw), nil
}
