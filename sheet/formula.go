package sheet

import "strings"

// formula are the characters with which a spreadsheet lets a formula begin, or skips on its way to one.
const formula = "=+-@\t\r\n"

// Escape keeps a text from being taken for a formula by a spreadsheet: one that begins like one gets an apostrophe, which spreadsheets
// take for "this is text". So does one that looks as if it had got one already, so that Unescape brings back every text.
func Escape(text string) string {
	if formulaBehindApostrophes(text) {
		return "'" + text
	}
	return text
}

// Unescape takes off an apostrophe that Escape has put there.
func Unescape(text string) string {
	if strings.HasPrefix(text, "'") && formulaBehindApostrophes(text[1:]) {
		return text[1:]
	}
	return text
}

func formulaBehindApostrophes(text string) bool {
	text = strings.TrimLeft(text, "'")
	return text != "" && strings.IndexByte(formula, text[0]) >= 0
}
