package console

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"reengage/conversation"
)

// Lengths of time as people write them in forms: 1 h 30 min, 7 days. What is shown reads back as the same length.

var lengthUnits = []struct {
	of   time.Duration
	word string
}{{24 * time.Hour, "days"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}

// writeLength is empty for none, which is how a default is asked for.
func writeLength(d conversation.Duration) string {
	rest := time.Duration(d)
	switch {
	case rest == 0:
		return ""
	case rest < 0, rest%time.Second != 0:
		return rest.String()
	}
	var parts []string
	for _, u := range lengthUnits {
		if u.word == "days" && (rest%u.of != 0 || rest == u.of) {
			continue // 25 h and 24 h, as everybody says
		}
		if n := rest / u.of; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.word))
			rest -= n * u.of
		}
	}
	return strings.Join(parts, " ")
}

var lengthPart = regexp.MustCompile(`^(\d{1,7})\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\s*`)

// readLength reads what writeLength writes, other spellings of it, and Go's. Nothing is zero.
func readLength(text string) (conversation.Duration, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if d, err := time.ParseDuration(text); err == nil {
		return conversation.Duration(d), true
	}
	var total time.Duration
	for text != "" {
		m := lengthPart.FindStringSubmatch(text)
		if m == nil {
			return 0, false
		}
		n, _ := strconv.Atoi(m[1]) // digits
		total += time.Duration(n) * unitOf(m[2])
		text = text[len(m[0]):]
	}
	return conversation.Duration(total), total >= 0
}

func unitOf(word string) time.Duration {
	switch word[0] {
	case 'd':
		return 24 * time.Hour
	case 'h':
		return time.Hour
	case 'm':
		return time.Minute
	}
	return time.Second
}

// Amounts of money as people write them: 12.5 is 12,500,000 micros.

func writeMicros(micros int64) string {
	if micros == 0 {
		return ""
	}
	text := fmt.Sprintf("%d.%06d", micros/1_000_000, micros%1_000_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

var amountText = regexp.MustCompile(`^(\d{1,12})(?:[.,](\d{1,6}))?$`)

func readMicros(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	m := amountText.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	whole, _ := strconv.ParseInt(m[1], 10, 64)
	part, _ := strconv.ParseInt((m[2] + "000000")[:6], 10, 64)
	return whole*1_000_000 + part, true
}
