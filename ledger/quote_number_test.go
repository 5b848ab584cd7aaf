package ledger

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/tariff"
)

func TestAMarketIsQuotedAsAConversationWithWhomNothingHasBeen(t *testing.T) {
	w := newWorld(t)
	markets := []string{"BR", "GB", "NG", "REST_OF_AFRICA", "ZZ", ""}
	for _, scheme := range append(tariff.Names(), tariff.Meta) {
		name := "number " + scheme
		number := w.number(name)
		require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: name, Scheme: scheme}))
		var talks []uuid.UUID
		for _, market := range markets {
			talks = append(talks, w.conversation(number))
			w.exec("UPDATE contacts p SET market = $2 FROM conversations c WHERE c.id = $1 AND p.id = c.contact_id", talks[len(talks)-1], market)
		}
		for _, category := range []string{"marketing", "utility", "carrier_pigeon"} {
			for _, at := range []time.Time{monday, monday.AddDate(1, 6, 0)} {
				all, err := w.ledger.QuoteNumber(t.Context(), queries(w), NumberQuoteRequest{BusinessNumberID: number, Markets: markets, Category: category, At: at})
				require.NoError(t, err)
				require.Len(t, all.Markets, len(markets))
				for i, market := range markets {
					one, err := w.ledger.Quote(t.Context(), queries(w), QuoteRequest{ConversationID: talks[i], Category: category, At: at})
					if quoted := all.Markets[market]; quoted.Unpriced != nil {
						require.EqualError(t, err, quoted.Unpriced.Error(), "%s %s %s", scheme, category, market)
					} else {
						require.NoError(t, err)
						require.Equal(t, one, quoted.Quote, "%s %s %s", scheme, category, market)
					}
				}
			}
		}
	}
}

// Whatever has been: within the memory it may cost less and never more, beyond it the same.
func TestNobodyCostsMoreThanTheirMarketsQuote(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom(tariff.Names()).Draw(t, "scheme")
		name := "number " + w.id(0).String()
		number := w.number(name)
		require.NoError(t, w.ledger.Assign(w.t.Context(), Assignment{PhoneNumberID: name, Scheme: scheme}))
		talk := w.conversation(number)
		w.exec("UPDATE contacts p SET market = 'BR' FROM conversations c WHERE c.id = $1 AND p.id = c.contact_id", talk)
		last := time.Time{}
		for _, e := range drawTraffic(t, w, talk, october) {
			w.store(e)
			if e.at.After(last) {
				last = e.at
			}
		}
		if last.IsZero() {
			return
		}
		after := rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 25 * time.Hour, 71 * time.Hour, 200 * 24 * time.Hour}).Draw(t, "after")
		at, category := last.Add(after), rapid.SampledFrom([]string{"marketing", "utility"}).Draw(t, "category")
		all, err := w.ledger.QuoteNumber(w.t.Context(), queries(w), NumberQuoteRequest{BusinessNumberID: number, Markets: []string{"BR"}, Category: category, At: at})
		require.NoError(t, err)
		most := all.Markets["BR"].AmountMicros
		one := w.quote(talk, category, at)
		require.LessOrEqual(t, one.AmountMicros, most)
		if after > 100*24*time.Hour || all.Memory == 0 {
			require.Equal(t, most, one.AmountMicros)
		}
	})
}

func TestANumberThatThereIsNotHasNoQuote(t *testing.T) {
	w := newWorld(t)
	_, err := w.ledger.QuoteNumber(t.Context(), queries(w), NumberQuoteRequest{BusinessNumberID: uuid.New(), Category: "marketing", At: october})
	require.ErrorIs(t, err, ErrUnknownNumber)
}
