package console

import (
	"net/http"
	"net/url"
	"time"

	"reengage/campaign"
	"reengage/gateway/api"
)

// recipientsView is a page of a campaign's recipients.
type recipientsView struct {
	Here, Name  string
	States      []choice
	State       campaign.RecipientState
	Code, Word  string // the code that is asked for, if one is
	Rows        []recipientRow
	CSV         string
	First, Next string
}

// recipientRow is one of them.
type recipientRow struct {
	Href         string // the conversation's; empty: there is none yet
	Name, Detail string
	Market       string
	State        campaign.RecipientState
	Why          string
	Delivery     string
	Due, Settled *zoned
	Answered     *zoned
	OptedOut     bool
}

// recipientsFilter is what is asked for, and which page of it.
type recipientsFilter struct{ State, Code, Cursor string }

func (f recipientsFilter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"state": f.State, "code": f.Code, "cursor": f.Cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func recipientsOf(name, here string, f recipientsFilter, page api.Page[campaign.Recipient], zone *time.Location) recipientsView {
	v := recipientsView{Here: here, Name: name, State: campaign.RecipientState(f.State), Code: f.Code}
	if f.Code != "" {
		v.Word = capital(codeWord(f.Code))
	}
	v.States = []choice{{"All", "", f.State == ""}}
	for _, s := range recipientStates {
		v.States = append(v.States, choice{recipientWords[s], string(s), f.State == string(s)})
	}
	first := recipientsFilter{State: f.State, Code: f.Code}
	v.CSV = here + "/recipients.csv" + query(first.values())
	if f.Cursor != "" {
		v.First = here + "/recipients" + query(first.values())
	}
	if page.NextCursor != nil {
		next := first
		next.Cursor = *page.NextCursor
		v.Next = here + "/recipients" + query(next.values())
	}
	for _, r := range page.Items {
		v.Rows = append(v.Rows, recipientRowOf(r, zone))
	}
	return v
}

func recipientRowOf(r campaign.Recipient, zone *time.Location) recipientRow {
	row := recipientRow{Name: r.Name, Detail: r.Phone, Market: r.Market, State: r.State, OptedOut: r.OptedOutAt != nil,
		Due: zonedOrNone(r.DueAt, zone), Settled: zonedOrNone(r.SettledAt, zone), Answered: zonedOrNone(r.AnsweredAt, zone)}
	if row.Name == "" {
		row.Name, row.Detail = r.Phone, ""
	}
	if row.Name == "" {
		row.Name = "Unknown contact"
	}
	if r.ConversationID != nil {
		row.Href = hrefOf(r.ConversationID.String())
	}
	if r.Code != nil {
		row.Why = codeWord(*r.Code)
	}
	if r.Delivery != nil && r.State == campaign.RecipientAccepted {
		row.Delivery = *r.Delivery
	}
	return row
}

func zonedOrNone(at *time.Time, zone *time.Location) *zoned {
	if at == nil {
		return nil
	}
	return new(zonedOf(*at, zone))
}

// campaignRecipients lists them.
func (c *Console) campaignRecipients(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := recipientsFilter{q.Get("state"), q.Get("code"), q.Get("cursor")}
	one, number, err := c.readCampaign(r)
	if err != nil {
		return err
	}
	var page api.Page[campaign.Recipient]
	if err := c.client.get(r.Context(), apiCampaign(r)+"/recipients"+query(f.values()), &page); err != nil {
		return err
	}
	view := recipientsOf(one.Name, campaignHref(one.ID.String()), f, page, zoneOf(number.TimeZone))
	return c.page(w, r, http.StatusOK, frame{Title: "Recipients of " + one.Name, Here: "campaigns", Page: "campaigns/recipients", View: view})
}

// campaignCSV hands on the recipients as a file, as the API writes it.
func (c *Console) campaignCSV(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := recipientsFilter{State: q.Get("state"), Code: q.Get("code")}
	return c.client.file(w, r, apiCampaign(r)+"/recipients"+query(f.values()), "text/csv", "recipients.csv")
}
