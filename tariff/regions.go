package tariff

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	regionsFile = "regions.csv"
	other       = "OTHER" // the row of a country that is found nowhere else
)

// parseRegions reads the table that names the group of each country: CSV with the columns country and market.
func parseRegions(file string, data []byte) (map[string]string, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.Comment, r.FieldsPerRecord = '#', 2
	columns, err := r.Read()
	if errors.Is(err, io.EOF) || err == nil && (columns[0] != "country" || columns[1] != "market") {
		return nil, &CardError{File: file, Reason: "its columns are country and market"}
	}
	if err != nil {
		return nil, tableError(file, err)
	}
	regions := map[string]string{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return regions, nil
		}
		if err != nil {
			return nil, tableError(file, err)
		}
		fault := func(field int, reason string) error {
			line, _ := r.FieldPos(field)
			return &CardError{File: file, Line: line, Field: columns[field], Reason: reason}
		}
		switch country, market := row[0], row[1]; {
		case !isCountry(country):
			return nil, fault(0, fmt.Sprintf("%q is not a country (BR)", country))
		case !isMarket(market):
			return nil, fault(1, fmt.Sprintf("%q is neither a country (BR) nor a group (REST_OF_AFRICA)", market))
		case regions[country] != "":
			return nil, fault(0, fmt.Sprintf("%q has a market already: %s", country, regions[country]))
		default:
			regions[country] = market
		}
	}
}

// row is the row of a card that prices a contact's market: a country's own row, else that of its group, else OTHER. A group is
// taken as it stands. On a card without markets everybody has the same row.
func (s *Cards) row(c *Card, market string) string {
	switch {
	case c.rows[""]:
		return ""
	case c.rows[market] || !isCountry(market):
		return market
	case s.regions[market] != "":
		return s.regions[market]
	default:
		return other
	}
}

// isCountry says whether this is a country: two capital letters.
func isCountry(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
