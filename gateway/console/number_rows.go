package console

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"reengage/conversation"
	"reengage/gateway/api"
)

// press does what a button of the form does to its rows: do names it, as in remove_attempt:1. Without a script the page comes back
// with the rows changed; with one, too, and is morphed.
func (f *numberForm) press(do string, n api.BusinessNumber, listed templateList) {
	what, which, _ := strings.Cut(do, ":")
	i, _ := strconv.Atoi(which)
	switch what {
	case "add_lead":
		f.Leads = append(f.Leads, "")
	case "remove_lead":
		f.Leads = without(f.Leads, i)
	case "add_period":
		if i >= 0 && i < len(f.Week) {
			f.Week[i] = append(f.Week[i], periodRow{"09:00", "18:00"})
		}
	case "remove_period":
		day, row, _ := strings.Cut(which, ".")
		d, _ := strconv.Atoi(day)
		r, _ := strconv.Atoi(row)
		if d >= 0 && d < len(f.Week) {
			f.Week[d] = without(f.Week[d], r)
		}
	case "copy_monday":
		for d := 2; d <= 5; d++ {
			f.Week[d] = slices.Clone(f.Week[1])
		}
	case "add_attempt":
		f.addAttempt(listed)
	case "remove_attempt":
		f.Attempts = without(f.Attempts, i)
	case "add_cap":
		f.CapRows = append(f.CapRows, capRow{"1", "24 h"})
	case "remove_cap":
		f.CapRows = without(f.CapRows, i)
	case "add_words":
		f.StopWords = append(f.StopWords, wordsRow{})
	case "remove_words":
		f.StopWords = without(f.StopWords, i)
	}
	for i, a := range f.Attempts {
		f.Attempts[i].Parameters = fit(a.Parameters, listed.find(ofKey(a.Template)))
	}
}

// addAttempt comes a day after the last one; the first an hour after the window's end.
func (f *numberForm) addAttempt(listed templateList) {
	a := attemptRow{Delay: "1 h"}
	if n := len(f.Attempts); n > 0 {
		if d, ok := readLength(f.Attempts[n-1].Delay); ok {
			a.Delay = writeLength(d + conversation.Duration(24*time.Hour))
		}
	}
	for _, t := range listed {
		if t.Status == "approved" {
			a.Template = templateKey(t.Name, t.Language)
			break
		}
	}
	f.Attempts = append(f.Attempts, a)
}

func without[T any](rows []T, i int) []T {
	if i < 0 || i >= len(rows) {
		return rows
	}
	return slices.Delete(slices.Clone(rows), i, i+1)
}
