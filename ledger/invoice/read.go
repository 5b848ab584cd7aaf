package invoice

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"reengage/tariff"
)

// Error is a fault of the file: nothing is compared.
type Error struct {
	Line   int    // counted from 1
	Field  string // the column; empty if the line as such is at fault
	Reason string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Field, e.Reason)
}

// The columns. number may be missing; of amount_micros and amount there is one.
var columns = []string{"day", "market", "category", "type", "messages", "amount_micros", "amount", "currency", "number"}

// The types that a line may have.
var types = []string{tariff.Regular, tariff.FreeCustomerService, tariff.FreeEntryPoint, tariff.FreeGroup}

// Read reads an invoice: CSV in UTF-8 with a heading line, whose order is free. The error is an *Error about the first line at
// fault, or the reader's own.
func Read(in io.Reader) (*File, error) {
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read invoice: %w", err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))) // editors on Windows begin a file with it
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, &Error{Line: 1, Reason: "is missing: the first line names the columns " + strings.Join(columns[:6], ", ") + ", currency"}
	}
	if err != nil {
		return nil, malformed(err)
	}
	index, err := heading(head)
	if err != nil {
		return nil, err
	}
	f := &File{ByNumber: index["number"] > 0}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
		at, _ := r.FieldPos(0)
		if len(record) != len(head) {
			return nil, &Error{Line: at, Reason: fmt.Sprintf("has %d fields, but the heading names %d", len(record), len(head))}
		}
		row := row{at, index, record}
		if err := row.into(f); err != nil {
			return nil, err
		}
	}
}

var aColumn = regexp.MustCompile(`^[a-z][a-z_ ]{0,40}$`)

// heading says where each column is, from 1.
func heading(head []string) (map[string]int, error) {
	index := map[string]int{}
	if len(head) == 1 && strings.ContainsAny(head[0], ";\t") {
		return nil, &Error{Line: 1, Reason: "is not separated by commas"} // what a spreadsheet writes where the comma is the decimal sign
	}
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !slices.Contains(columns, name):
			if !aColumn.MatchString(name) { // perhaps no CSV at all: nothing of it belongs on a terminal
				name = fmt.Sprintf("column %d", i+1)
			}
			return nil, &Error{Line: 1, Field: name, Reason: "is not a column; there are " + strings.Join(columns, ", ")}
		case index[name] > 0:
			return nil, &Error{Line: 1, Field: name, Reason: "is there twice"}
		}
		index[name] = i + 1
	}
	for _, name := range columns[:5] {
		if index[name] == 0 {
			return nil, &Error{Line: 1, Field: name, Reason: "is missing"}
		}
	}
	switch {
	case index["currency"] == 0:
		return nil, &Error{Line: 1, Field: "currency", Reason: "is missing"}
	case index["amount_micros"] == 0 && index["amount"] == 0:
		return nil, &Error{Line: 1, Field: "amount_micros", Reason: "is missing, and so is amount"}
	case index["amount_micros"] > 0 && index["amount"] > 0:
		return nil, &Error{Line: 1, Field: "amount", Reason: "is there beside amount_micros; only one of them counts"}
	}
	return index, nil
}

func malformed(err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return &Error{Line: bad.Line, Reason: bad.Err.Error()}
	}
	return fmt.Errorf("read invoice: %w", err)
}

// row is a line while it is read.
type row struct {
	line   int
	index  map[string]int
	record []string
}

func (r row) field(name string) string { return strings.TrimSpace(r.record[r.index[name]-1]) }

func (r row) fault(field, format string, args ...any) error {
	return &Error{Line: r.line, Field: field, Reason: fmt.Sprintf(format, args...)}
}

var (
	aMarket   = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	aCategory = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	aCurrency = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (r row) into(f *File) error {
	l := Line{Line: r.line, Key: Key{
		Day: r.field("day"), Market: strings.ToUpper(r.field("market")), Currency: strings.ToUpper(r.field("currency")),
		Category: strings.ReplaceAll(strings.ToLower(r.field("category")), "-", "_"), Type: strings.ToLower(r.field("type")),
	}}
	day, err := time.Parse(time.DateOnly, l.Day)
	switch {
	case err != nil:
		return r.fault("day", "is not a date like 2026-11-01")
	case !aMarket.MatchString(l.Market):
		return r.fault("market", "is not a row of a rate card, such as BR or REST_OF_AFRICA")
	case !aCategory.MatchString(l.Category):
		return r.fault("category", "is not a category, such as marketing or service")
	case !slices.Contains(types, l.Type):
		return r.fault("type", "is none of %s", strings.Join(types, ", "))
	case !aCurrency.MatchString(l.Currency):
		return r.fault("currency", "is not three letters, such as USD")
	case len(f.Lines) > 0 && f.Lines[0].Currency != l.Currency:
		return r.fault("currency", "is not that of the lines before; an invoice has one")
	}
	if l.Messages, err = strconv.ParseInt(r.field("messages"), 10, 64); err != nil || l.Messages < 0 || l.Messages > 1e12 {
		return r.fault("messages", "is not a whole number from 0 on")
	}
	if l.AmountMicros, err = r.amount(); err != nil {
		return err
	}
	if f.ByNumber {
		if l.Number = r.field("number"); l.Number == "" {
			return r.fault("number", "is missing; it is in every line, or the column is not there")
		}
	}
	if f.First.IsZero() || day.Before(f.First) {
		f.First = day
	}
	if day.After(f.Last) {
		f.Last = day
	}
	f.Lines = append(f.Lines, l)
	return nil
}

// mostMicros is an amount of which many can be added up.
const mostMicros = math.MaxInt64 / 1_000_000

// amount reads amount_micros, a whole number, or amount, a decimal one with up to six places.
func (r row) amount() (int64, error) {
	if r.index["amount_micros"] > 0 {
		micros, err := strconv.ParseInt(r.field("amount_micros"), 10, 64)
		if err != nil || micros < 0 || micros > mostMicros {
			return 0, r.fault("amount_micros", "is not a whole number of millionths from 0 on")
		}
		return micros, nil
	}
	whole, fraction, _ := strings.Cut(r.field("amount"), ".")
	digits := whole + fraction + strings.Repeat("0", max(0, 6-len(fraction)))
	micros, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || whole == "" || strings.Trim(digits, "0123456789") != "" || len(fraction) > 6 || micros > mostMicros {
		return 0, r.fault("amount", "is not an amount from 0 on with a point and up to six decimals, such as 12.5")
	}
	return micros, nil
}
