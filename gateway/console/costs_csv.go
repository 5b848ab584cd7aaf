package console

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"reengage/gateway/api"
	tables "reengage/sheet"
)

// csvFilters are the parameters of GET /v1/charges that a file may be asked for by; the cursor is the file's own.
var csvFilters = []string{"from", "to", "number", "scheme", "kind", "category", "market", "rule", "currency", "contact", "campaign", "group_by"}

// csvPatience is how long, in real time, one page of a file may take on its way to the browser.
const csvPatience = 30 * time.Second

// costsCSV writes charges, or sums of them, as a file: page by page as the API has them, so that its length does not matter.
func (c *Console) costsCSV(w http.ResponseWriter, r *http.Request) error {
	q := csvQuery(r.URL.Query(), c.clock.At(time.Now()))
	var page api.Page[api.Charge]
	if err := c.client.get(r.Context(), "/v1/charges?"+q.Encode(), &page); err != nil {
		return err // nothing is written yet, so it can be said as a page
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+csvName(q)+`"`)
	out, groups, connection := csv.NewWriter(w), groupsOf(q), http.NewResponseController(w)
	out.UseCRLF = true // RFC 4180
	_ = out.Write(csvHead(groups))
	for {
		_ = connection.SetWriteDeadline(time.Now().Add(csvPatience)) // where the server can; what cannot be written says so below
		for _, charge := range page.Items {
			_ = out.Write(csvRow(charge, groups))
		}
		out.Flush()
		if out.Error() != nil {
			return nil // the browser has gone
		}
		_ = connection.Flush()
		if page.NextCursor == nil {
			return nil
		}
		q.Set("cursor", *page.NextCursor)
		page = api.Page[api.Charge]{}
		if err := c.client.get(r.Context(), "/v1/charges?"+q.Encode(), &page); err != nil {
			c.log.ErrorContext(r.Context(), "console: a file of charges was cut off", "error", err)
			panic(http.ErrAbortHandler) // or a part would look like the whole
		}
	}
}

func csvQuery(asked url.Values, now time.Time) url.Values {
	q := url.Values{}
	for _, name := range csvFilters {
		if value := asked.Get(name); value != "" {
			q.Set(name, value)
		}
	}
	period := readCostsQuery(asked, now)
	for name, value := range period.values() {
		q[name] = value
	}
	if q.Get("group_by") == "" {
		q.Set("limit", "200")
	}
	return q
}

func groupsOf(q url.Values) []string {
	if q.Get("group_by") == "" {
		return nil
	}
	return strings.Split(q.Get("group_by"), ",")
}

// csvName names the file by its period, of which only what a file's name can be made of is left.
func csvName(q url.Values) string {
	kind := "charges"
	if groups := groupsOf(q); groups != nil {
		kind = "costs-by-" + strings.Join(groups, "-")
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(strings.Join([]string{kind, q.Get("from"), q.Get("to")}, "-")))
	return strings.TrimRight(name, "-") + ".csv"
}

// csvHead names the columns: amounts are there as a decimal and in micros.
func csvHead(groups []string) []string {
	if groups == nil {
		return []string{"at", "number", "number_display", "scheme", "card", "kind", "rule", "category", "market", "amount", "amount_micros", "currency",
			"charge_id", "reverses", "revision", "event_id", "conversation_id", "contact_id", "campaign", "campaign_name"}
	}
	head := append([]string{}, groups...)
	if i := slices.Index(head, "campaign"); i >= 0 {
		head = slices.Insert(head, i+1, "campaign_name")
	}
	return append(head, "charges", "amount", "amount_micros", "currency")
}

func csvRow(c api.Charge, groups []string) []string {
	amount := []string{decimal(c.AmountMicros), strconv.FormatInt(c.AmountMicros, 10), c.Currency}
	if groups != nil {
		var row []string
		for _, by := range groups {
			row = append(row, tables.Escape(c.Group(by)))
			if by == "campaign" {
				row = append(row, tables.Escape(campaignName(c)))
			}
		}
		return append(append(row, whole(c.Charges)), amount...)
	}
	row := []string{c.At.UTC().Format(time.RFC3339Nano), tables.Escape(c.Group("number")), "", tables.Escape(c.Scheme), tables.Escape(c.Card), c.Kind, tables.Escape(c.Rule),
		tables.Escape(c.Group("category")), tables.Escape(c.Group("market"))}
	if c.Number != nil {
		row[2] = tables.Escape(c.Number.Display)
	}
	return append(append(row, amount...), strconv.FormatInt(c.ID, 10), whole(c.Reverses), strconv.Itoa(int(c.Revision)),
		c.EventID.String(), c.ConversationID.String(), c.ContactID.String(), c.Group("campaign"), tables.Escape(campaignName(c)))
}

// campaignName is empty for what no campaign has caused.
func campaignName(c api.Charge) string {
	if c.Campaign == nil {
		return ""
	}
	return c.Campaign.Name
}

func whole(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
