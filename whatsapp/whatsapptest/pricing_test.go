package whatsapptest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
)

func TestPricing(t *testing.T) {
	september := time.Date(2026, 9, 30, 23, 59, 59, 0, time.UTC)
	october := september.Add(time.Second)
	regular := func(category string) whatsapp.Verdict {
		return whatsapp.Verdict{Billable: true, Model: "PMP", Type: "regular", Category: category}
	}
	service := func(category string) whatsapp.Verdict {
		return whatsapp.Verdict{Model: "PMP", Type: "free_customer_service", Category: category}
	}
	for name, tc := range map[string]struct {
		at       time.Time
		open     bool
		category string // of the template; none is a free-form message
		used     int
		want     whatsapp.Verdict
	}{
		"FreeFormIsFreeUntilTheEndOfSeptember":         {september, true, "", 5000, service("service")},
		"FreeFormIsFreeWhileTheAllowanceLasts":         {october, true, "", 999, service("service")},
		"FreeFormIsChargedOnceTheAllowanceIsUsed":      {october, true, "", 1000, regular("service")},
		"UtilityInAWindowIsFreeUntilTheEndOfSeptember": {september, true, "UTILITY", 0, service("utility")},
		"UtilityInAWindowIsChargedFromOctober":         {october, true, "UTILITY", 0, regular("utility")},
		"UtilityOutsideIsCharged":                      {september, false, "UTILITY", 0, regular("utility")},
		"MarketingIsCharged":                           {september, true, "MARKETING", 0, regular("marketing")},
		"AuthenticationIsCharged":                      {october, true, "AUTHENTICATION", 0, regular("authentication")},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.clock.now = tc.at
			if tc.open {
				w.writes(Inbound{Text: "Hi"})
			}
			w.delivered[allowance{shop, "2026-10"}] = tc.used
			if tc.category == "" {
				w.send(text)
			} else {
				w.SetTemplate(Template{Name: "come_back", Category: tc.category})
				w.send(template)
			}
			w.settle()
			statuses := received[*whatsapp.Status](w.in)
			require.Equal(t, []string{"sent", "delivered", "read"}, states(statuses))
			require.Equal(t, tc.want, *statuses[0].Pricing)
			require.Equal(t, tc.want, *statuses[1].Pricing)
			require.Nil(t, statuses[2].Pricing)
		})
	}
}

func TestAMessageTakesOnePlaceInTheAllowance(t *testing.T) {
	w := newWorld(t)
	w.writes(Inbound{Text: "Hi"})
	for _, statuses := range [][]string{{"sent", "delivered", "read"}, {"sent", "read"}, {"sent"}, {"failed"}, {"sent", "failed"}} {
		require.NoError(t, w.Script(Rule{Do: "status", Statuses: statuses}))
		w.send(text)
	}
	w.settle()
	require.Equal(t, 2, w.delivered[allowance{shop, "2026-11"}])
}

func TestAFreeEntryPointLasts72HoursFromTheAnswerToAnAd(t *testing.T) {
	ad := Inbound{Text: "I saw your ad", Referral: json.RawMessage(`{"source_type":"ad","source_id":"1"}`)}
	verdictOf := func(w *world) whatsapp.Verdict {
		w.send(template)
		w.settle()
		all := received[*whatsapp.Status](w.in)
		return *all[len(all)-2].Pricing
	}
	t.Run("AndEndsThere", func(t *testing.T) {
		w := newWorld(t)
		w.writes(ad)
		w.clock.move(time.Hour)
		answered := w.clock.Now()
		require.Equal(t, whatsapp.Verdict{Model: "PMP", Type: "free_entry_point", Category: "referral_conversion"}, verdictOf(w))
		statuses := received[*whatsapp.Status](w.in)
		require.Equal(t, answered.Add(72*time.Hour), statuses[1].Conversation.ExpiresAt)
		w.clock.move(72*time.Hour - time.Second)
		require.Equal(t, "free_entry_point", verdictOf(w).Type)
		w.clock.move(time.Second)
		require.Equal(t, "regular", verdictOf(w).Type)
	})
	t.Run("AndNeedsAnAnswerWithin24Hours", func(t *testing.T) {
		w := newWorld(t)
		w.writes(ad)
		w.clock.move(24 * time.Hour)
		require.Equal(t, "regular", verdictOf(w).Type)
	})
	t.Run("AndIsNotOpenedByAPost", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Text: "Hi", Referral: json.RawMessage(`{"source_type":"post"}`)})
		require.Equal(t, "regular", verdictOf(w).Type)
	})
}
