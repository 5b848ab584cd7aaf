package tariff

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Card is one published price list of one scheme in one currency, in effect from a day on.
//
// Its file is CSV below heading lines. The first column may be `market`: then every row prices one country or group; without it
// there is one row, which prices everybody. Every other column is a price in micros of the currency, named by the charge's kind
// (customer_initiated) or, where prices depend on it, by the message's category (marketing). An empty field states no price.
type Card struct {
	ID        string // the file's name
	Scheme    string
	Currency  string
	Effective Day // in effect from the start of this day in the account's time zone
	Source    string
	Read      string // when somebody read the source
	Example   bool   // the figures are made up: the source gives none

	prices map[priceKey]int64
	rows   map[string]bool // the markets that have one; "" on a card without markets
}

type priceKey struct{ market, column string }

// Price is the card's price in a column of a market's row ("" on a card without markets); false if it states
// none: then the amount is zero and only the currency is known.
func (c *Card) Price(market, column string) (Money, bool) {
	micros, ok := c.prices[priceKey{market, column}]
	return Money{AmountMicros: micros, Currency: c.Currency}, ok
}

// priceOf is the price of a message's category in a market's row. A category of several words (authentication_international,
// marketing_lite) has the price of its own column if the card states one there, else that of its first word.
func (c *Card) priceOf(market, category string) (Money, bool) {
	price, ok := c.Price(market, category)
	if ok {
		return price, true
	}
	word, _, several := strings.Cut(category, "_")
	if !several {
		return price, false
	}
	return c.Price(market, word)
}

// parseCard reads one file. Faults are *CardError.
func parseCard(file string, data []byte) (*Card, error) {
	c := &Card{ID: strings.TrimSuffix(path.Base(file), ".csv"), prices: map[priceKey]int64{}, rows: map[string]bool{}}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := c.headings(file, data); err != nil {
		return nil, err
	}
	return c, c.table(file, data)
}

// headings reads the lines `# name: value` above the table. Other comments are left alone.
func (c *Card) headings(file string, data []byte) error {
	wanted := []string{"scheme", "currency", "effective", "source", "read", "example"}
	found := map[string]bool{}
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		comment, ok := strings.CutPrefix(text, "#")
		if !ok {
			break
		}
		name, value, _ := strings.Cut(comment, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !slices.Contains(wanted, name) {
			continue
		}
		reason := ""
		switch {
		case found[name]:
			reason = "is there twice"
		case value == "":
			reason = "is empty"
		default:
			reason = c.heading(name, value)
		}
		if reason != "" {
			return &CardError{File: file, Line: line, Field: name, Reason: reason}
		}
		found[name] = true
	}
	for _, name := range wanted {
		if !found[name] {
			return &CardError{File: file, Field: name, Reason: fmt.Sprintf("the heading line %q is missing", "# "+name+": ...")}
		}
	}
	return nil
}

// heading takes one value and returns what is wrong with it.
func (c *Card) heading(name, value string) (wrong string) {
	switch name {
	case "scheme":
		if _, err := Lookup(value); err != nil {
			return err.Error()
		}
		c.Scheme = value
	case "currency":
		if len(value) != 3 || strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return fmt.Sprintf("%q is not three capital letters", value)
		}
		c.Currency = value
	case "effective":
		t, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return fmt.Sprintf("%q is not a date like 2026-10-01", value)
		}
		c.Effective = DayOf(t, time.UTC)
	case "source":
		c.Source = value
	case "read":
		c.Read = value
	case "example":
		if value != "true" && value != "false" {
			return fmt.Sprintf("%q is neither true nor false", value)
		}
		c.Example = value == "true"
	}
	return ""
}

// table reads the table: a row of column names, then prices.
func (c *Card) table(file string, data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment, r.ReuseRecord = '#', false
	columns, err := r.Read()
	if err == io.EOF {
		return &CardError{File: file, Reason: "has no table"}
	}
	if err != nil {
		return tableError(file, err)
	}
	fault := func(field int, reason string) error {
		line, _ := r.FieldPos(field)
		return &CardError{File: file, Line: line, Field: columns[field], Reason: reason}
	}
	for i, name := range columns {
		if name == "" || slices.Contains(columns[:i], name) || name == "market" && i > 0 {
			return fault(i, "a column needs a name of its own, and market comes first")
		}
	}
	byMarket := columns[0] == "market"
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return tableError(file, err)
		}
		market, first := "", 0
		if byMarket {
			market, first = row[0], 1
			if !isMarket(market) {
				return fault(0, fmt.Sprintf("%q is neither a country (BR) nor a group (REST_OF_AFRICA)", market))
			}
		}
		if c.rows[market] {
			return fault(0, "has this row twice (without a market column there is one row)")
		}
		c.rows[market] = true
		for i := first; i < len(row); i++ {
			if row[i] == "" {
				continue // no price is not zero
			}
			micros, err := strconv.ParseUint(row[i], 10, 63)
			if err != nil {
				return fault(i, fmt.Sprintf("%q is not a whole number of micros, zero or more", row[i]))
			}
			c.prices[priceKey{market, columns[i]}] = int64(micros)
		}
	}
	if len(c.rows) == 0 {
		return &CardError{File: file, Reason: "has no row of prices"}
	}
	return nil
}

// isMarket says whether this can be a row's name: two capital letters, or a group of capital letters and underscores.
func isMarket(s string) bool {
	return len(s) >= 2 && s[0] != '_' && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func tableError(file string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &CardError{File: file, Line: parse.Line, Reason: parse.Err.Error()}
	}
	return &CardError{File: file, Reason: err.Error()}
}
