package importing

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"reengage/audience"
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

// Bounds of what a contact may be, in characters; a bsuid's is in bytes, as of every key. Those of tags and fields are audience's.
const (
	longestName   = 512
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
		if p := audience.FieldProblem(c.Field, cell); p != nil {
			return rejected("field", "%s", p.Detail)
		}
		if rec.Fields == nil {
			rec.Fields = map[string]string{}
		}
		rec.Fields[c.Field] = cell
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
	given := slices.DeleteFunc(strings.Split(cell, ";"), func(tag string) bool { return strings.TrimSpace(tag) == "" })
	tags, wrong := audience.Tags(given)
	if len(wrong) > 0 {
		return nil, rejected("tags", "%s; tags are separated by semicolons", wrong[0].Detail)
	}
	return tags, nil
}
