package tariff

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMoneyIsWrittenExactly(t *testing.T) {
	for micros, want := range map[int64]string{
		0: "0.00 BRL", 1: "0.000001 BRL", 400_000: "0.40 BRL", 1_250_000: "1.25 BRL", 1_234_567: "1.234567 BRL",
		-400_000: "-0.40 BRL", -1: "-0.000001 BRL", 12_345_000_000: "12345.00 BRL",
		math.MinInt64: "-9223372036854.775808 BRL",
	} {
		require.Equal(t, want, Money{AmountMicros: micros, Currency: "BRL"}.String())
	}
	require.Equal(t, "0.00", Money{}.String(), "what is free may have no currency")
}
