package cloudapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"reengage/whatsapp"
)

// answer is what came back: the whole body, or, together with a Failure, at
// most the status.
type answer struct {
	status     int
	retryAfter time.Duration
	body       []byte
}

func (c *Client) authorize(r *http.Request) {
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "reengage")
}

// trace has the witness see which connections a request is given.
func (w *witness) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { w.got(info.Conn) },
	})
}

// exchange makes the request and reads the answer to its end.
func (c *Client) exchange(req *http.Request, most int64) (answer, *Failure) {
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, noAnswer(req.Context(), err, 0)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, retryAfter: retryAfter(resp.Header)}
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return answer{status: a.status}, noAnswer(req.Context(), err, a.status)
	}
	if int64(len(a.body)) > most {
		return answer{status: a.status}, &Failure{Class: whatsapp.ClassRetry, HTTPStatus: a.status, Reason: ReasonBadAnswer}
	}
	return a, nil
}

// noAnswer puts a transport's error, whose text may hold addresses, into words
// of ours.
func noAnswer(ctx context.Context, err error, status int) *Failure {
	f := &Failure{Class: whatsapp.ClassRetry, HTTPStatus: status, Reason: ReasonBroken}
	var (
		timeout   net.Error
		dial      *net.OpError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
	)
	switch {
	case errors.Is(err, context.Canceled):
		f.Reason, f.cause = ReasonCanceled, context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		f.Reason, f.cause = ReasonTimeout, context.DeadlineExceeded
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Reason, f.cause = ReasonTimeout, ctx.Err()
	case errors.As(err, &verify), errors.As(err, &authority), errors.As(err, &record), errors.As(err, &alert):
		f.Reason = ReasonTLS
	case errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect"):
		f.Reason = ReasonConnect
	case errors.As(err, &dial) && dial.Op == "remote error": // a TLS alert
		f.Reason = ReasonTLS
	}
	return f
}

// retryAfter is the header's, in seconds; a date is not read, for it would need
// the provider's clock. At most an hour is believed.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, 3600)) * time.Second
}

// graphError reads the error of a 4xx or 5xx; false if it carries no code.
func (a answer) graphError(s scrubber) (Failure, bool) {
	var body struct {
		Error *struct {
			Code    json.RawMessage `json:"code"`
			Message string          `json:"message"`
			Data    struct {
				Details string `json:"details"`
			} `json:"error_data"`
		} `json:"error"`
	}
	if a.status < 400 || a.status > 599 {
		return Failure{}, false
	}
	if err := json.Unmarshal(a.body, &body); err != nil && !isTypeError(err) || body.Error == nil {
		return Failure{}, false
	}
	code, err := strconv.Atoi(strings.Trim(string(body.Error.Code), `"`))
	if err != nil {
		return Failure{}, false
	}
	f := Failure{Code: code, HasCode: true, Class: whatsapp.ClassOf(code), HTTPStatus: a.status, RetryAfter: a.retryAfter, Reason: ReasonGraphError}
	if f.Class == whatsapp.ClassUnknown {
		f.Details = s.scrub(strings.TrimSpace(body.Error.Message + " " + body.Error.Data.Details))
	}
	return f, true
}

// isTypeError is true of an error whose code could be read all the same: a
// member beside it has another type than expected.
func isTypeError(err error) bool {
	var wrong *json.UnmarshalTypeError
	return errors.As(err, &wrong)
}
