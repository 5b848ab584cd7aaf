package console_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// readable is WCAG 2.2's least contrast of text, AA.
const readable = 4.5

// Where text lies that brings no background of its own.
var grounds = []string{"ground", "panel", "sunken", "hover"}

var (
	tokenLine = regexp.MustCompile(`--([a-z_-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`)
	ruleText  = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	textOf    = regexp.MustCompile(`(?:^|[\s;])color: ?([^;}]+)`)
	groundOf  = regexp.MustCompile(`(?:^|[\s;])background(?:-color)?: ?([^;}]+)`)
	tokenUse  = regexp.MustCompile(`^var\(--([a-z_-]+)\)$`)
	comments  = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// token is a colour in light and in dark.
type token [2]string

func readTokens(t *testing.T, sheet string) map[string]token {
	t.Helper()
	tokens := map[string]token{}
	for _, m := range tokenLine.FindAllStringSubmatch(sheet, -1) {
		tokens[m[1]] = token{m[2], m[3]}
	}
	require.Greater(t, len(tokens), 20)
	return tokens
}

func TestEveryTextCanBeReadInLightAndInDark(t *testing.T) {
	main, err := os.ReadFile("assets/console.css")
	require.NoError(t, err)
	tokens := readTokens(t, string(main))
	sheets, err := filepath.Glob("assets/*.css")
	require.NoError(t, err)
	pairs := 0
	for _, path := range sheets {
		css, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, rule := range ruleText.FindAllStringSubmatch(comments.ReplaceAllString(string(css), ""), -1) {
			for _, p := range pairsOf(rule[2]) {
				pairs++
				for i, scheme := range []string{"light", "dark"} {
					text, ground := tokens[p[0]], tokens[p[1]]
					require.NotEmpty(t, text[i], "%s: %s: --%s is no token", path, rule[1], p[0])
					require.NotEmpty(t, ground[i], "%s: %s: --%s is no token", path, rule[1], p[1])
					require.GreaterOrEqual(t, contrast(t, text[i], ground[i]), readable, "%s: %s: %s on %s in %s",
						filepath.Base(path), strings.TrimSpace(rule[1]), p[0], p[1], scheme)
				}
			}
		}
	}
	require.Greater(t, pairs, 100)
}

// pairsOf are the texts and backgrounds that a rule can bring together: what it lacks of the two is whatever it inherits, so its
// text has to be readable on every ground, and the ordinary texts on its background.
func pairsOf(declarations string) (pairs [][2]string) {
	text, ground := use(textOf, declarations), use(groundOf, declarations)
	switch {
	case text != "" && ground != "":
		return [][2]string{{text, ground}}
	case text != "":
		for _, g := range grounds {
			pairs = append(pairs, [2]string{text, g})
		}
	case ground != "":
		pairs = append(pairs, [2]string{"text", ground})
	}
	return pairs
}

func use(property *regexp.Regexp, declarations string) string {
	m := property.FindStringSubmatch(declarations)
	if m == nil {
		return ""
	}
	if name := tokenUse.FindStringSubmatch(strings.TrimSpace(m[1])); name != nil {
		return name[1]
	}
	return ""
}

func TestColoursAreTokens(t *testing.T) {
	sheets, err := filepath.Glob("assets/*.css")
	require.NoError(t, err)
	for _, path := range sheets {
		css, err := os.ReadFile(path)
		require.NoError(t, err)
		for line := range strings.Lines(comments.ReplaceAllString(string(css), "")) {
			if strings.HasPrefix(strings.TrimSpace(line), "--") || strings.HasPrefix(line, "dialog::backdrop") {
				continue
			}
			require.NotRegexp(t, `#[0-9a-fA-F]{3,8}\b[^{]*[;}]|rgba?\(|hsla?\(`, line, "%s: a colour that is no token changes with neither light nor dark", path)
		}
	}
}

func TestWhatMovesIsStillForWhoeverWantsItStill(t *testing.T) {
	sheets, err := filepath.Glob("assets/*.css")
	require.NoError(t, err)
	allowed := regexp.MustCompile(`(?s)@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}`)
	for _, path := range sheets {
		css, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotRegexp(t, `(?:[\s;{])(animation|scroll-behavior): `, allowed.ReplaceAllString(string(css), ""), path)
	}
}

// contrast is WCAG's, of two colours like #0a6a4d.
func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	channel := func(i int) float64 {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(0) + 0.7152*channel(1) + 0.0722*channel(2)
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	require.InDelta(t, 21, contrast(t, "#000000", "#ffffff"), 0.001)
	require.InDelta(t, 4.54, contrast(t, "#767676", "#ffffff"), 0.01) // the least grey that passes on white
}
