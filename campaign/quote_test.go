package campaign_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/ledger"
	"reengage/tariff"
)

func (w *world) book() *ledger.Ledger {
	cards, err := tariff.ShippedCards()
	require.NoError(w, err)
	return ledger.New(w.pool, cards, tariff.DefaultEntryPoint, w.Log)
}

func (w *world) quote(c campaign.Campaign) campaign.Quote {
	w.Helper()
	q, err := campaign.Quoter{Queries: db.New(w.pool), Ledger: w.book()}.Quote(w.Context(), c, time.Now().UTC())
	require.NoError(w, err)
	return q
}

// crowd makes contacts of every kind that K1 tells apart, and gives some of them what parameters may name.
func (w *world) crowd(n int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d).Truncate(time.Second) }
	for i := range n {
		id := uuid.New()
		phone := fmt.Sprintf("44770090%04d", i)
		if r.IntN(8) == 0 {
			w.exec(`INSERT INTO contacts (id, bsuid, market, created_at) VALUES ($1, $2, 'GB', now())`, id, "GB."+id.String())
			w.exec(`INSERT INTO contact_aliases (kind, portfolio, value, contact_id) VALUES ('bsuid', $1, $2, $3)`, one("default", "other"), "GB."+id.String(), id)
		} else {
			w.exec(`INSERT INTO contacts (id, name, phone, market, fields, created_at) VALUES ($1, $2, $3, $4, $5::jsonb, now())`, id, one("Ada Example", "", " "), phone,
				one("GB", "BR", "NG", "ZZ", ""), one(`{}`, `{"city": "Lima"}`, `{"city": " "}`))
		}
		for range r.IntN(4) {
			at := ago(time.Duration(r.IntN(5)) * time.Second)
			w.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				id, one("marketing", "marketing", "utility"), r.IntN(3) > 0, one("form", "keyword", "whatsapp", "import"), at)
		}
		if r.IntN(5) == 0 {
			w.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since, lifted_at, lifted_by) VALUES ($1, $2, $3, 'test', $4, $5, $6)`, id,
				one("all", "marketing"), one("undeliverable", "manual"), ago(time.Hour), nil, nil)
		}
		if r.IntN(3) == 0 {
			at := ago(time.Duration(r.IntN(100)) * time.Hour)
			w.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at)
				SELECT gen_random_uuid(), id, $1, $2, $2, $2, $2::timestamptz + interval '24 hours' FROM business_numbers`, id, at)
		}
	}
}

func TestWhatIsQuotedIsWhatIsThenChosen(t *testing.T) {
	for _, category := range []string{"marketing", "utility"} {
		w := newWorld(t)
		w.template("news", category, "approved", "Hello {{1}} of {{2}}.")
		w.crowd(150, 7)
		c := w.draft(func(d *campaign.Definition) {
			d.Template = "news"
			d.Parameters.Body.Positional = []string{"{{contact.first_name}}", "{{contact.city}}"}
		})
		q := w.quote(c)
		require.NotZero(t, q.Recipients)
		require.NotZero(t, q.Incomplete)
		must(w.Launch(w.as(), c.ID, ada))
		require.NoError(t, w.Choose(t.Context(), c.ID, func() {}))
		chosen := must(w.Get(t.Context(), c.ID))
		require.Equal(t, chosen.Recipients, q.Recipients)
		require.Equal(t, chosen.LeftOut, q.LeftOut)
		require.Equal(t, w.states(c.ID)["refused template_parameters"], q.Incomplete)
		left := q.LeftOut.Unreachable + q.LeftOut.Suppressed + q.LeftOut.OptedOut + q.LeftOut.NoOptIn
		require.Equal(t, q.Contacts, q.Recipients+left)
		for field, lacks := range map[string]string{"first_name": `p.name !~ '\S'`, "city": `coalesce(p.fields ->> 'city', '') !~ '\S'`} {
			n := ask[int](w, `SELECT count(*)::int FROM campaign_recipients r JOIN contacts p ON p.id = r.contact_id WHERE r.campaign_id = $1 AND `+lacks, c.ID)
			require.Contains(t, q.Holes, campaign.Hole{Field: field, Contacts: n})
		}
	}
}

// Each scheme's total is the sum of what each recipient would be quoted alone, as far as nothing is going on with them.
func TestATotalIsTheSumOfWhatEachWouldCost(t *testing.T) {
	w := newWorld(t)
	w.crowd(60, 3)
	w.exec(`DELETE FROM conversations`)
	c := w.draft()
	book, q := w.book(), db.New(w.pool)
	for _, scheme := range []string{"zenvia-conversion", "sirena", "aisensy", "meta-pmp-2026", "twilio"} {
		w.exec(`DELETE FROM scheme_assignments`)
		require.NoError(t, book.Assign(t.Context(), ledger.Assignment{PhoneNumberID: shop, Scheme: scheme}))
		quote := w.quote(c)
		require.Equal(t, scheme, quote.Scheme)
		require.False(t, quote.UpperBound)
		rows, err := q.ListCandidates(t.Context(), db.ListCandidatesParams{Filter: []byte("{}"), At: time.Now(), MaxRows: 1000, Portfolio: "default", Category: "marketing"})
		require.NoError(t, err)
		sums, priced, unpriced := map[string]int64{}, 0, 0
		for _, row := range rows {
			if row.LeftOut != "" {
				continue
			}
			talk := uuid.New()
			w.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at) SELECT $1, id, $2, now() FROM business_numbers`, talk, row.Contact.ID)
			one, err := book.Quote(t.Context(), q, ledger.QuoteRequest{ConversationID: talk, Category: "marketing", At: quote.AsOf})
			if err != nil {
				unpriced++
				continue
			}
			priced++
			sums[one.Currency] += one.AmountMicros
		}
		w.exec(`DELETE FROM conversations`)
		require.Equal(t, unpriced, quote.Unpriced, scheme)
		for _, total := range quote.Totals {
			require.Equal(t, sums[total.Currency], total.AmountMicros, scheme)
			require.Equal(t, priced, total.Contacts)
		}
	}
}

func TestAQuoteSaysWhatSomebodyShouldKnow(t *testing.T) {
	w := newWorld(t)
	w.people(1000)
	codes := func(q campaign.Quote) map[campaign.WarningCode]int {
		all := map[campaign.WarningCode]int{}
		for _, warning := range q.Warnings {
			all[warning.Code] = -1
			if warning.Contacts != nil {
				all[warning.Code] = *warning.Contacts
			}
			require.NotEmpty(t, warning.Sentence)
		}
		return all
	}
	require.Equal(t, map[campaign.WarningCode]int{campaign.WarnNotPredicted: -1}, codes(w.quote(w.draft())))
	q := w.quote(w.draft())
	each := *q.Markets[0].PriceMicros
	half := each*500 + 1
	got := codes(w.quote(w.draft(func(d *campaign.Definition) { d.Limits.BudgetMicros = &half })))
	require.Equal(t, 500, got[campaign.WarnBudgetTooSmall])
	got = codes(w.quote(w.draft(func(d *campaign.Definition) { d.EndAt = time.Now().Add(8 * time.Second) }))) // 80 % of 80 a second
	require.InDelta(t, 512, got[campaign.WarnEndsTooEarly], 64)
	w.exec(`UPDATE templates SET status = 'paused', quality = 'red'`)
	w.exec(`UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'manual'`)
	got = codes(w.quote(w.draft()))
	require.Contains(t, got, campaign.WarnTemplateNotApproved)
	require.Contains(t, got, campaign.WarnTemplateQuality)
	require.Contains(t, got, campaign.WarnSenderPaused)
	w.exec(`UPDATE templates SET removed_at = now()`)
	require.Contains(t, codes(w.quote(w.draft())), campaign.WarnTemplateNotFound)
	w.exec(`UPDATE segments SET filter = '{"all_tags": ["nobody"]}'`)
	require.Contains(t, codes(w.quote(w.draft())), campaign.WarnNobody)
}

func TestHowLongItTakesGoesByWhatBoundsIt(t *testing.T) {
	w := newWorld(t)
	w.people(1000)
	start := time.Date(2030, 3, 4, 20, 0, 0, 0, time.UTC)
	lasts := func(change func(*campaign.Definition)) time.Duration {
		q := w.quote(w.draft(func(d *campaign.Definition) { d.StartAt = start; change(d) }))
		require.NotNil(t, q.Pace.EndsAt)
		require.Equal(t, q.Pace.Seconds, int64(q.Pace.EndsAt.Sub(start).Round(time.Second).Seconds()))
		return q.Pace.EndsAt.Sub(start)
	}
	require.InDelta(t, 1000.0/64, lasts(func(*campaign.Definition) {}).Seconds(), 1)
	require.InDelta(t, 1000.0/8, lasts(func(d *campaign.Definition) { d.Limits.PacePercent = 10 }).Seconds(), 1)
	w.exec(`UPDATE business_numbers SET messages_per_second = 1`)
	night := func(d *campaign.Definition) {
		d.Limits.PacePercent = 10 // 360 an hour
		d.Limits.QuietHours = &conversation.QuietHours{From: "21:00", To: "08:00"}
	}
	require.InDelta(t, (12*time.Hour + 1000*10*time.Second - time.Hour).Seconds(), lasts(night).Seconds(), 120, "an hour, the night, the rest")
	w.exec(`UPDATE business_numbers SET contacts_per_day = 250`)
	days := lasts(func(*campaign.Definition) {})
	require.InDelta(t, 3*24, days.Hours(), 1, "250 at once, and each day 250 more")
	w.exec(`UPDATE business_numbers SET contacts_per_day = 1`)
	require.InDelta(t, 999*24, lasts(func(*campaign.Definition) {}).Hours(), 24)

	fast := campaign.Quoter{Queries: db.New(w.pool), Ledger: w.book(), Clock: clock.Clock{Anchor: start, Wall: time.Now(), Scale: 1440}}
	w.exec(`UPDATE business_numbers SET contacts_per_day = NULL, messages_per_second = 80`)
	q, err := fast.Quote(context.Background(), w.draft(), start)
	require.NoError(t, err)
	require.InDelta(t, 1000.0/64*1440, float64(q.Pace.Seconds), 1440, "messages go in real time")
}
