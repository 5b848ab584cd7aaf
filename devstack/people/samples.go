package people

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"reengage/audience"
	"reengage/campaign"
	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
)

// sampleContacts are invented, with phones reserved for fiction; they are in the crowd.
var sampleContacts = []string{"Abigail", "Bartholomew", "Cordelia", "Desmond", "Eleanor", "Ferdinand", "Genevieve", "Humphrey", "Imogen", "Jocelyn",
	"Kenneth", "Lavinia", "Mortimer", "Nigella", "Octavia", "Phineas", "Quincy", "Rosamund", "Silas", "Tabitha", "Ursula", "Virgil", "Winifred", "Zachary"}

// samplePrefix is that of everybody's phone in the crowd.
const samplePrefix = "4477009003"

func samplePhone(i int) string { return fmt.Sprintf("%s%02d", samplePrefix, i) }

// Crowd are customers who do by themselves what people do with a campaign, within seconds or some minutes.
func Crowd() whatsapptest.Crowd {
	names := map[string]string{}
	for i, name := range sampleContacts {
		names[samplePhone(i)] = name
	}
	return whatsapptest.Crowd{
		Seed: 3, Prefix: samplePrefix, Quote: 0.3, Names: names,
		Shares: whatsapptest.Shares{Unreachable: 0.04, Blocking: 0.04, SayingStop: 0.04, Answering: 0.25, Reading: 0.4},
		Delays: whatsapptest.Delays{
			Sent:      whatsapptest.Span{Least: time.Second, Most: 2 * time.Second},
			Delivered: whatsapptest.Span{Least: time.Second, Most: 10 * time.Second},
			Read:      whatsapptest.Span{Least: time.Second, Most: 3 * time.Minute},
			Written:   whatsapptest.Span{Least: 2 * time.Second, Most: 2 * time.Minute},
		},
	}
}

// PlayCampaigns imports contacts, and leaves two campaigns: one that runs, and is over in seconds, and a draft.
func PlayCampaigns(ctx context.Context, s *stack.Stack) error {
	business := NewBusiness(s)
	if _, err := business.Import(ctx, "customers.csv", sampleFile(), "GB", false); err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	all, err := business.Segment(ctx, "Customers in Britain", audience.Filter{AllTags: []string{"customers"}, Markets: []string{"GB"}})
	if err != nil {
		return err
	}
	trade, err := business.Segment(ctx, "Trade", audience.Filter{AnyTags: []string{"trade", "architects"}})
	if err != nil {
		return err
	}
	// Of so few, one who fails or says STOP would be too many.
	limits := campaign.Limits{MaxFailuresPercent: 50, MaxOptOutsPercent: 50}
	sent, err := business.Draft(ctx, Broadcast{Name: "Spring lamps", Segment: all, Template: Template{Name: "spring_offer"}, Limits: limits})
	if err != nil {
		return err
	}
	if _, err := business.Draft(ctx, Broadcast{
		Name: "Come back, traders", Segment: trade, Template: Template{Name: "come_back", Parameters: []string{"{{contact.first_name|there}}"}},
	}); err != nil {
		return err
	}
	return business.Tell(ctx, sent, "launch", "")
}

// sampleFile is a file of contacts as a shop might have it.
func sampleFile() []byte {
	file := bytes.NewBufferString("phone,name,language,opt_in,opt_in_categories,opt_in_source,tags,city\n")
	for i, name := range sampleContacts {
		optIn, categories, tags := "yes", "marketing", "customers"
		if i%8 == 7 {
			optIn, categories = "no", ""
		}
		if i%3 == 0 {
			tags += ";trade"
		}
		if i%7 == 2 {
			tags += ";architects"
		}
		fmt.Fprintf(file, "+%s,%s Example,en,%s,%s,order form,%s,%s\n", samplePhone(i), name, optIn, categories, tags, []string{"Bristol", "Leeds", "Cardiff", ""}[i%4])
	}
	return file.Bytes()
}
