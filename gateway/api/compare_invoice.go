package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/ledger"
	"reengage/ledger/invoice"
	"reengage/tariff"
)

// CompareInvoice asks what an invoice of Meta's says otherwise than we have computed.
//
//	POST /v1/charges/invoice?number=106540352242922
//	Content-Type: text/csv
//
//	day,market,category,type,messages,amount_micros,currency
//	2026-11-20,BR,marketing,regular,12,750000,USD
type CompareInvoice struct {
	Idempotent
	From    string `query:"from" maxLength:"64" example:"2026-11-01" doc:"First day to be compared, of each number's account. Default: the invoice's first."`
	To      string `query:"to" maxLength:"64" example:"2026-12-01" doc:"End of the days to be compared, not one of them. Default: the day after the invoice's last."`
	Number  string `query:"number" maxLength:"64" doc:"The invoice is about this business number (phone number id). By default about all."`
	RawBody []byte `contentType:"text/csv"`
}

// InvoiceComparison is where invoice and computation differ.
type InvoiceComparison struct {
	From         string `json:"from" example:"2026-11-01" doc:"First day that was compared."`
	To           string `json:"to" example:"2026-12-01" doc:"The day after the last."`
	Lines        int    `json:"lines" doc:"Of the invoice, that were compared."`
	SkippedLines int    `json:"skipped_lines" doc:"Of other days or other numbers."`
	Unpriced     int    `json:"unpriced_messages" doc:"Messages of the period without a price."`
	Verdicts     int    `json:"verdict_differences" doc:"Messages of the period that Meta's verdict prices otherwise than we would (P6)."`
	invoice.Result
}

var compareInvoiceOp = huma.Operation{
	OperationID: "compare-invoice", Method: http.MethodPost, Path: "/v1/charges/invoice",
	Summary: "Compare an invoice with what was computed",
	Description: "By day, market, category and type (and number, if the invoice tells them apart), with what the stored messages come to under " +
		"Meta's scheme in force. Differences are listed with what explains them: messages without a price, verdicts. A file with a bad " +
		"line is not compared. Nothing is stored. One comparison at a time. The body is CSV in UTF-8: a heading line with day, market, " +
		"category, type (regular, free_customer_service, free_entry_point, free_group_customer_service), messages, amount_micros or a " +
		"decimal amount, currency and perhaps number, in any order; then a line each.",
	Errors: []int{http.StatusTooManyRequests}, MaxBodyBytes: 32 << 20,
}

// Execute compares.
func (r *CompareInvoice) Execute(ctx context.Context, a *API, real time.Time) (InvoiceComparison, error) {
	var result InvoiceComparison
	file, err := invoice.Read(bytes.NewReader(r.RawBody))
	if err != nil {
		return result, invalidInvoice(err)
	}
	p, err := r.days(file, a.clock.At(real))
	if err != nil {
		return result, err
	}
	numbers, err := listReported(ctx, a.queries, r.Number, p)
	if err != nil {
		return result, err
	}
	if err := r.known(ctx, a, file); err != nil {
		return result, err
	}
	result.From, result.To = p.from.day.String(), p.to.day.String()
	lines := slices.DeleteFunc(slices.Clone(file.Lines), func(l invoice.Line) bool {
		return l.Day < result.From || l.Day >= result.To || file.ByNumber && r.Number != "" && l.Number != r.Number
	})
	result.Lines, result.SkippedLines = len(lines), len(file.Lines)-len(lines)
	own := invoice.NewOwn()
	err = a.comparing(ctx, func() error {
		for _, n := range numbers {
			if err := r.compute(ctx, a, n, file, own, &result); err != nil {
				return unusable(err)
			}
		}
		return nil
	})
	if err != nil {
		return result, err
	}
	result.Result = invoice.Compare(lines, own)
	return result, nil
}

// days are those to be compared: an invoice knows no other instants.
func (r *CompareInvoice) days(file *invoice.File, now time.Time) (period, error) {
	p, err := Period{From: r.From, To: r.To}.read(now)
	if err != nil {
		return p, err
	}
	month := tariff.MonthOf(now, time.UTC)
	first, end := tariff.DayOf(month.Start(time.UTC), time.UTC), tariff.DayOf(month.Next().Start(time.UTC), time.UTC)
	if len(file.Lines) > 0 {
		first, end = tariff.DayOf(file.First, time.UTC), tariff.DayOf(file.Last.AddDate(0, 0, 1), time.UTC)
	}
	for _, at := range []struct {
		field string
		edge  *edge
		or    tariff.Day
	}{{"from", &p.from, first}, {"to", &p.to, end}} {
		switch {
		case !at.edge.given():
			at.edge.day = at.or
		case at.edge.day == (tariff.Day{}):
			return p, invalid(at.field, "invalid_field", "%s is not a date like 2026-11-01", at.field)
		}
	}
	// Of an empty period there would be nothing to say, which would look like an invoice that is right.
	if from, to := p.in(time.UTC); !from.Before(to) {
		if r.To == "" {
			return p, invalid("from", "invalid_period", "from lies after the last day of the invoice")
		}
		return p, invalid("to", "invalid_period", "to, which is not compared itself, must lie after from and after the first day of the invoice")
	}
	if from := p.from.day.Start(time.UTC); from.Before(perMessage().Start(time.UTC)) {
		return p, invalid("from", "no_scheme_per_message", "before %s Meta charged by conversation; there is no invoice by message", perMessage())
	}
	return p, nil
}

// perMessage is the day from which on Meta charges by message.
func perMessage() tariff.Day { return tariff.MetaPeriods()[1].From }

// known refuses an invoice about numbers that are not ours: nothing could be said of them.
func (r *CompareInvoice) known(ctx context.Context, a *API, file *invoice.File) error {
	if !file.ByNumber {
		return nil
	}
	all, err := a.queries.ListReportedNumbers(ctx, "")
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, n := range all {
		ours[n.PhoneNumberID] = true
	}
	for _, l := range file.Lines {
		if !ours[l.Number] {
			return invalidInvoice(&invoice.Error{Line: l.Line, Field: "number", Reason: "there is no business number with this phone number id"})
		}
	}
	return nil
}

// compute rates a number's messages by those of Meta's schemes that are in force, each in its time.
func (r *CompareInvoice) compute(ctx context.Context, a *API, n reported, file *invoice.File, own *invoice.Own, result *InvoiceComparison) error {
	for _, term := range tariff.MetaTerms(n.from, n.to, n.zone) {
		scheme, err := tariff.Lookup(term.Scheme)
		if err != nil {
			return err
		}
		c := cells{own: own, zone: n.zone}
		if file.ByNumber {
			c.number = n.PhoneNumberID
		}
		if len(file.Lines) > 0 {
			c.currency = file.Lines[0].Currency
		}
		question := ledger.WhatIf{Number: n.ID, From: term.From, To: term.To, Schemes: []tariff.Scheme{scheme}, AsPosted: true, Detailed: true}
		err = a.ledger.WhatIf(ctx, question, func(_ tariff.Scheme, part *tariff.Rating) error {
			c.add(part)
			result.Unpriced += len(part.Missing)
			result.Verdicts += len(part.Differences)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func invalidInvoice(err error) error {
	var bad *invoice.Error
	if !errors.As(err, &bad) {
		return err
	}
	return invalid(bad.Field, "invalid_invoice", "%v", bad)
}
