package importing

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"reengage/conversation"
	"reengage/intake"
	"reengage/sheet"
)

// record is what a row says of a contact. What is empty says nothing.
type record struct {
	Phone    string // digits
	BSUID    string
	Market   string
	Name     string
	Language string
	TimeZone string
	Tags     []string // sorted, each once
	Fields   map[string]string

	OptIn      *bool
	Categories []conversation.Category // of OptIn
	Source     string                  // of OptIn; empty: not stated
	At         time.Time               // of OptIn, to the second; zero: not stated
}

// rejection is why a row is not taken.
type rejection struct {
	Code   string // a word that does not change
	Reason string // a sentence for people
}

func rejected(code, reason string, args ...any) *rejection {
	return &rejection{code, fmt.Sprintf(reason, args...)}
}

// Bounds of what a contact may be, in characters; a bsuid's is in bytes, as of every key.
const (
	longestName   = 512
	longestValue  = 1000
	longestTag    = 100
	mostTags      = 100
	longestSource = 64
	longestBSUID  = 512
)

// reading is how the rows of one file are read.
type reading struct {
	columns []Column
	region  string    // of phones without a country code; may be empty
	now     time.Time // virtual: no opt-in lies behind it
	zones   map[string]bool
}

// read reads a row. blank: there is nothing in it.
func (r *reading) read(cells []string) (rec record, blank bool, wrong *rejection) {
	blank = true
	for i, cell := range cells {
		cell = strings.TrimSpace(sheet.Unescape(strings.TrimSpace(cell)))
		if cell == "" || i < len(r.columns) && slices.Contains(RejectColumns, r.columns[i].Header) {
			continue
		}
		blank = false
		if wrong != nil {
			continue
		}
		if i >= len(r.columns) || r.columns[i].Meaning == MeansNothing {
			wrong = rejected("columns", "the row has more cells than the header has columns; is a text that has separators in it without quotes?")
			continue
		}
		wrong = r.cell(&rec, r.columns[i], cell)
	}
	if blank || wrong != nil {
		return rec, blank, wrong
	}
	if rec.Phone == "" && rec.BSUID == "" {
		return rec, false, rejected("no_contact", "the row has neither a phone nor a bsuid")
	}
	if rec.Market == "" {
		rec.Market = intake.Market("", rec.BSUID)
	}
	return rec, false, nil
}

// cell takes in one cell that is not empty.
func (r *reading) cell(rec *record, c Column, cell string) (wrong *rejection) {
	switch c.Meaning {
	case MeansPhone:
		rec.Phone, rec.Market, wrong = readPhone(cell, r.region)
	case MeansBSUID:
		rec.BSUID = cell
		if len(cell) > longestBSUID || strings.ContainsFunc(cell, unicode.IsSpace) {
			wrong = rejected("bsuid", "a bsuid has no spaces and at most %d characters", longestBSUID)
		}
	case MeansName:
		rec.Name, wrong = readText("name", "name", cell, longestName)
	case MeansLanguage:
		rec.Language, wrong = readLanguage(cell)
	case MeansTimeZone:
		rec.TimeZone, wrong = r.readZone(cell)
	case MeansOptIn:
		rec.OptIn, wrong = readYesNo(cell)
	case MeansCategories:
		rec.Categories, wrong = readCategories(cell)
	case MeansSource:
		rec.Source, wrong = readText("opt_in_source", "opt_in_source", cell, longestSource)
	case MeansOptInAt:
		rec.At, wrong = readInstant(cell, r.now)
	case MeansTags:
		rec.Tags, wrong = readTags(cell)
	case MeansField:
		var text string
		if text, wrong = readText("field", c.Field, cell, longestValue); wrong == nil {
			if rec.Fields == nil {
				rec.Fields = map[string]string{}
			}
			rec.Fields[c.Field] = text
		}
	}
	return wrong
}

func readText(code, what, cell string, longest int) (string, *rejection) {
	if len(cell) > longest && utf8.RuneCountInString(cell) > longest {
		return "", rejected(code, "%s is longer than %d characters", what, longest)
	}
	return cell, nil
}

func readTags(cell string) ([]string, *rejection) {
	var tags []string
	for tag := range strings.SplitSeq(cell, ";") {
		if tag = strings.TrimSpace(tag); tag == "" {
			continue
		}
		if utf8.RuneCountInString(tag) > longestTag {
			return nil, rejected("tags", "a tag is longer than %d characters; tags are separated by semicolons", longestTag)
		}
		if strings.ContainsFunc(tag, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) { // no filter could name it
			return nil, rejected("tags", "a tag has a line break, a tab or another control character in it")
		}
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	if tags = slices.Compact(tags); len(tags) > mostTags {
		return nil, rejected("tags", "the row has more than %d tags", mostTags)
	}
	return tags, nil
}
