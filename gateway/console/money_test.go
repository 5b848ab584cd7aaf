package console

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMoneyIsExactAndReadable(t *testing.T) {
	for _, c := range []struct {
		micros int64
		text   string
	}{
		{0, "0.00 USD"}, {1, "0.000001 USD"}, {22_000, "0.022 USD"}, {1_000_000, "1.00 USD"}, {999_999_999, "999.999999 USD"},
		{1_000_000_000, "1,000.00 USD"}, {1_234_567_890_000, "1,234,567.89 USD"}, {-50_000, "−0.05 USD"}, {-1_000_500_000, "−1,000.50 USD"},
		{math.MaxInt64, "9,223,372,036,854.775807 USD"}, {math.MinInt64, "−9,223,372,036,854.775808 USD"},
	} {
		require.Equal(t, c.text, money(c.micros, "USD"))
	}
	require.Equal(t, "−1,234", number(-1234))
	require.Equal(t, "0.40", decimal(400_000))
}

func TestMoneyReadBackIsTheAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64().Draw(t, "micros")
		text := strings.NewReplacer("−", "-", ",", "").Replace(money(micros, ""))
		back, ok := new(big.Rat).SetString(text)
		require.True(t, ok, text)
		require.Zero(t, back.Cmp(big.NewRat(micros, 1_000_000)), text)
		again, ok := new(big.Rat).SetString(decimal(micros))
		require.True(t, ok)
		require.Zero(t, again.Cmp(back))
	})
}

func TestSharesAreRoundedHalfUpToATenth(t *testing.T) {
	require.Equal(t, "33.3 %", share(1, 3))
	require.Equal(t, "66.7 %", share(2, 3))
	require.Equal(t, "0.1 %", share(1, 2000))
	require.Equal(t, "100.0 %", share(math.MaxInt64, math.MaxInt64))
	require.Equal(t, "50.0 %", share(math.MaxInt64/2, math.MaxInt64))
	require.Empty(t, share(0, 0))
	require.Empty(t, share(-1, 5))
}
