package api_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestRecipientsComeByPagesOrAllAsAFile(t *testing.T) {
	f, segment := campaignFixture(t)
	id := f.addCampaign(segment, "running")
	f.exec(`UPDATE contacts SET name = '=1+1' WHERE name = ''`)
	f.exec(`INSERT INTO campaign_recipients (id, campaign_id, contact_id, market) SELECT gen_random_uuid(), $1, id, market FROM contacts`, id)
	f.exec(`UPDATE campaign_recipients SET state = 'refused', code = 'opted_out', settled_at = now() WHERE contact_id = (SELECT id FROM contacts WHERE name = 'Ada Example')`)
	path := "/v1/campaigns/" + id.String() + "/recipients"
	var seen []api.Recipient
	for cursor := ""; ; {
		var page api.Page[api.Recipient]
		res := f.call("GET", path+"?limit=1"+cursor, "", &page)
		require.Equal(t, []any{200, "application/json"}, []any{res.StatusCode, res.Header.Get("Content-Type")})
		seen = append(seen, page.Items...)
		if page.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *page.NextCursor
	}
	require.Len(t, seen, 3)
	var page api.Page[api.Recipient]
	require.Equal(t, 200, f.call("GET", path+"?state=refused&code=opted_out&answered=false", "", &page).StatusCode)
	require.Len(t, page.Items, 1)
	require.Equal(t, []any{"Ada Example", "+447700900100", "opted_out"}, []any{page.Items[0].Name, page.Items[0].Phone, *page.Items[0].Code})
	require.Nil(t, page.Items[0].SendID)
	for _, wrong := range []string{"?state=lost", "?cursor=x", "?answered=perhaps", "?stat=refused"} {
		require.Equal(t, 422, f.call("GET", path+wrong, "", nil).StatusCode, wrong)
	}

	req, err := http.NewRequest("GET", f.server.URL+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Accept", "text/csv")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/csv; charset=utf-8; header=present", res.Header.Get("Content-Type"))
	rows, err := csv.NewReader(res.Body).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, "id,contact_id,name,phone,market", strings.Join(rows[0][:5], ","))
	names := map[string]bool{}
	for i, row := range rows[1:] {
		require.Equal(t, seen[i].ID.String(), row[0], "in the same order")
		names[row[2]] = true
	}
	require.Equal(t, map[string]bool{"Ada Example": true, "'=1+1": true, "Grace Example": true}, names, "no formula")
}

func TestAQuoteAndResultsAreAnswered(t *testing.T) {
	f, segment := campaignFixture(t)
	path := "/v1/campaigns/" + f.addCampaign(segment, "draft").String()
	var q api.CampaignQuote
	require.Equal(t, 200, f.call("GET", path+"/quote", "", &q).StatusCode)
	require.Equal(t, []any{3, 3, 1, "GB", 3}, []any{q.Contacts, q.Recipients, len(q.Markets), q.Markets[0].Market, q.Markets[0].Contacts})
	require.Equal(t, *q.Markets[0].PriceMicros*3, q.Totals[0].AmountMicros)
	require.Equal(t, "approved", q.Template.Status)
	var r api.CampaignResults
	require.Equal(t, 200, f.call("GET", path+"/results", "", &r).StatusCode)
	require.Equal(t, []any{0, false}, []any{r.Recipients, r.Chosen})
	require.Empty(t, r.Series.Points)
}
