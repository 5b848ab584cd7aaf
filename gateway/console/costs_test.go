package console

import (
	"encoding/csv"
	"encoding/json"
	"html"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

// books is a console with a conversation that owes.
type books struct {
	*world
	number, contact, talk uuid.UUID
}

func openBooks(t *testing.T) *books {
	t.Helper()
	b := &books{newWorld(t), uuid.New(), uuid.New(), uuid.New()}
	b.exec(`INSERT INTO business_numbers (id, phone_number_id, display, created_at) VALUES ($1, '106540352242922', '=HYPERLINK("+1 202 555 0100")', '2026-01-01')`, b.number)
	b.exec(`INSERT INTO contacts (id, bsuid, created_at) VALUES ($1, 'US.example', '2026-01-01')`, b.contact)
	b.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at) VALUES ($1, $2, $3, '2026-01-01')`, b.talk, b.number, b.contact)
	return b
}

// charge posts one, and returns its id.
func (b *books) charge(at time.Time, scheme, category, currency string, micros int64) (id int64) {
	b.Helper()
	event := uuid.New()
	b.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at) VALUES ($1, 'inbound', 'text', 'api', $2, $3, $3)`, event, b.talk, at)
	require.NoError(b, b.pool.QueryRow(b.Context(), `INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id,
			business_number_id, category, amount_micros, currency, charged_at, rule)
		VALUES ($1, 'a-card', 'message', $2, 1, $3, $4, nullif($5, ''), $6, $7, $8, 'P2') RETURNING id`,
		scheme, event, b.talk, b.number, category, micros, currency, at).Scan(&id))
	return id
}

// sums is what the API says of November, in one currency.
func (b *books) sums(groupBy string) []api.Charge {
	b.Helper()
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, httptest.NewRequestWithContext(as(b.Context(), access.Accountant), "GET", "/v1/charges?"+november+"&group_by="+groupBy, nil))
	require.Equal(b, http.StatusOK, w.Code, w.Body)
	var page api.Page[api.Charge]
	require.NoError(b, json.Unmarshal(w.Body.Bytes(), &page))
	return page.Items
}

const november = "from=2026-11-01&to=2026-12-01"

func TestTheCostsPageShowsSumsByCurrencyAndNothingOfOtherPeriods(t *testing.T) {
	b := openBooks(t)
	empty := b.open(access.Accountant, "/console/costs?"+november).Body.String()
	require.Contains(t, empty, "Nothing was charged")
	require.Contains(t, empty, "Example prices", "made-up rate cards say so")
	b.charge(storyTime, "meta-pmp-2026", "marketing", "USD", 1_234_567_890)
	b.charge(storyTime, "zenvia-conversion", "", "BRL", 400_000)
	b.charge(storyTime.AddDate(0, -1, 0), "sirena", "", "EUR", 1)
	page := b.open(access.Accountant, "/console/costs?"+november)
	require.Equal(t, http.StatusOK, page.Code)
	body := page.Body.String()
	for _, text := range []string{"1,234.56789 USD", "0.40 BRL", `data-value="1234.56789"`, `data-chart="days"`, "marketing", "&#43;1 202 555 0100"} {
		require.Contains(t, body, text)
	}
	require.NotContains(t, body, "EUR")
	require.NotContains(t, body, "have no price")
	require.NotContains(t, body, `style="`)

	b.exec(`INSERT INTO unpriced_messages (event_id, scheme, category, conversation_id, business_number_id, charged_at)
		SELECT id, 'meta-pmp-2026', 'marketing', conversation_id, $1, occurred_at FROM events WHERE occurred_at = $2 LIMIT 1`, b.number, storyTime)
	require.Contains(t, b.open(access.Accountant, "/console/costs?"+november).Body.String(), "1 message has no price")
	require.Contains(t, b.open(access.Accountant, "/console/costs/unpriced?"+november).Body.String(), "meta-pmp-2026")
	require.Contains(t, b.open(access.Accountant, "/console/costs/differences?"+november).Body.String(), "There is none")
}

func TestAPeriodThatMakesNoSenseIsSaidKindly(t *testing.T) {
	b := openBooks(t)
	page := b.open(access.Accountant, "/console/costs?from=2026-12-01&to=2026-11-01")
	require.Equal(t, http.StatusUnprocessableEntity, page.Code)
	require.Contains(t, page.Body.String(), "To lies before from: the period ends before it begins.")
	require.Contains(t, page.Body.String(), `type="date" value="2026-12-01"`, "to put it right")
	require.NotContains(t, page.Body.String(), "Nothing was charged")
}

func TestWindowsAndComparisonsAreParts(t *testing.T) {
	b := openBooks(t)
	b.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window) VALUES ($1, 'inbound', 'text', 'api', $2, $3, $3, true)`,
		uuid.New(), b.talk, storyTime.AddDate(0, 0, -5))
	windows := b.open(access.Accountant, "/console/costs/windows?"+november).Body.String()
	require.Contains(t, windows, "<strong>1</strong>")
	require.Contains(t, windows, "2026-11-16")
	compared := b.open(access.Accountant, "/console/costs/compare?"+november+"&scheme=sirena&scheme=b2chat").Body.String()
	require.Contains(t, compared, `data-value="0.01"`) // S3
	require.Contains(t, compared, "Nothing would be charged under b2chat")
	require.NotContains(t, b.open(access.Accountant, "/console/costs/compare?"+november).Body.String(), "In USD")
}

func TestAComparisonThatHasToWaitSaysSoAndAsksAgain(t *testing.T) {
	busy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/costs/compare") {
			w.WriteHeader(http.StatusTooManyRequests)
			w.Write([]byte(`{"status":429,"code":"comparison_running","detail":"busy"}`))
			return
		}
		w.Write([]byte(`{"items":[],"next_cursor":null}`))
	})
	mux := http.NewServeMux()
	New(Deps{API: busy, Log: slog.New(slog.DiscardHandler)}).Register(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(as(t.Context(), access.Accountant), "GET", "/console/costs/compare?scheme=sirena", nil))
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.Equal(t, "5", w.Header().Get("Retry-After"))
	require.Contains(t, w.Body.String(), `hx-trigger="load delay:5s"`)
	require.Contains(t, w.Body.String(), "Somebody else is comparing")
}

func TestTheFileOfChargesAddsUpToTheSums(t *testing.T) {
	b := openBooks(t)
	for i := range 230 { // more than one page
		b.charge(storyTime.Add(time.Duration(i)*time.Minute), "meta-pmp-2026", []string{"marketing", "utility"}[i%2], []string{"USD", "BRL"}[i%3/2], int64(62_500+i))
	}
	reversed := b.charge(storyTime, "meta-pmp-2026", "=cmd|' /C calc'!A0", "USD", 5)
	b.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id, category, amount_micros, currency, charged_at, rule)
		SELECT scheme, card, kind, event_id, revision, id, conversation_id, business_number_id, category, -amount_micros, currency, charged_at, rule FROM charges WHERE id = $1`, reversed)

	file := b.open(access.Accountant, "/console/costs.csv?"+november)
	require.Equal(t, "text/csv; charset=utf-8; header=present", file.Header().Get("Content-Type"))
	require.Equal(t, `attachment; filename="charges-2026-11-01-2026-12-01.csv"`, file.Header().Get("Content-Disposition"))
	rows := readCSV(t, file)
	require.Len(t, rows, 232)
	want := map[string]int64{}
	for _, sum := range b.sums("category") {
		want[*sum.Category+" "+sum.Currency] = sum.AmountMicros
	}
	got := map[string]int64{}
	for _, row := range rows {
		micros, err := strconv.ParseInt(row["amount_micros"], 10, 64)
		require.NoError(t, err)
		exact, ok := new(big.Rat).SetString(row["amount"])
		require.True(t, ok, row["amount"])
		require.Zero(t, exact.Cmp(big.NewRat(micros, 1_000_000)))
		got[row["category"]+" "+row["currency"]] += micros
		require.Equal(t, `'=HYPERLINK("+1 202 555 0100")`, row["number_display"])
	}
	require.Zero(t, got["'=cmd|' /C calc'!A0 USD"], "a formula is a text, and what is reversed is nothing")
	delete(got, "'=cmd|' /C calc'!A0 USD")
	require.Equal(t, want, got)

	sums := readCSV(t, b.open(access.Administrator, "/console/costs.csv?"+november+"&group_by=category&currency=BRL"))
	require.Len(t, sums, 2)
	for _, row := range sums {
		require.Equal(t, strconv.FormatInt(want[row["category"]+" BRL"], 10), row["amount_micros"])
	}
}

// readCSV reads a file by its heading.
func readCSV(t *testing.T, w *httptest.ResponseRecorder) (rows []map[string]string) {
	t.Helper()
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	all, err := csv.NewReader(w.Body).ReadAll()
	require.NoError(t, err)
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestWhoMayNotSeeCostsIsNotShownTheWay(t *testing.T) {
	b := openBooks(t)
	for _, role := range []access.Role{access.Viewer, access.Agent} {
		for _, path := range []string{"/console/costs", "/console/costs.csv", "/console/costs/windows", "/console/costs/compare"} {
			page := b.open(role, path)
			require.Equal(t, http.StatusForbidden, page.Code, path)
			require.NotContains(t, page.Body.String(), `href="/console/costs"`)
		}
	}
	require.Contains(t, b.open(access.Accountant, "/console/costs?"+november).Body.String(), `href="/console/costs"`)
}

func TestCostsOfOneCampaignAreAPageAndAFile(t *testing.T) {
	b := openBooks(t)
	campaign := uuid.New()
	b.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, 'All', '{}', now(), 'test', now())`, campaign)
	b.exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, created_at, created_by)
		VALUES ($1, '=Spring <b>', $2, 'thanks', 'en_US', $1, now(), 'test')`, campaign, b.number)
	require.NotContains(t, b.open(access.Accountant, "/console/costs?"+november).Body.String(), "By campaign</h3>")
	b.charge(storyTime, "meta-pmp-2026", "utility", "USD", 7_000_000)
	b.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, state, planned_at, not_after, accepted_at,
			message_id, campaign_id)
		SELECT gen_random_uuid(), $2, $3, $4, 'campaign', 'template', '{}', 'thanks', 'accepted', now(), now(), now(), event_id, $5 FROM charges WHERE id = $1`,
		b.charge(storyTime, "meta-pmp-2026", "marketing", "USD", 62_500), b.talk, b.number, b.contact, campaign)

	all := b.open(access.Accountant, "/console/costs?"+november).Body.String()
	of := "/console/costs?campaign=" + campaign.String() + "&amp;" + strings.ReplaceAll(november, "&", "&amp;")
	require.Contains(t, all, `<a href="`+of+`">=Spring &lt;b&gt;</a>`)
	require.Contains(t, all, "no campaign")
	alone := b.open(access.Accountant, html.UnescapeString(of)).Body.String()
	require.Contains(t, alone, "Only what messages of =Spring &lt;b&gt; have caused")
	require.Contains(t, alone, "0.0625 USD")
	require.NotContains(t, alone, "7.0625")
	require.NotContains(t, alone, "What would it cost elsewhere?")

	rows := readCSV(t, b.open(access.Accountant, "/console/costs.csv?"+november+"&group_by=campaign"))
	require.Len(t, rows, 2)
	require.Equal(t, []string{"", "", "7000000"}, []string{rows[0]["campaign"], rows[0]["campaign_name"], rows[0]["amount_micros"]})
	require.Equal(t, []string{campaign.String(), "'=Spring <b>", "62500"}, []string{rows[1]["campaign"], rows[1]["campaign_name"], rows[1]["amount_micros"]})
	rows = readCSV(t, b.open(access.Accountant, "/console/costs.csv?"+november+"&campaign="+campaign.String()))
	require.Len(t, rows, 1)
	require.Equal(t, campaign.String(), rows[0]["campaign"])
}
