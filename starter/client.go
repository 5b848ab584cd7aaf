package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"reengage/config"
	"reengage/devstack/ready"
	"reengage/gateway/api"
)

// callTimeout bounds one request to the gateway, in real time.
const callTimeout = 30 * time.Second

// gateway is a gateway's API as the verbs use it.
type gateway struct {
	url, key string
	stack    *ready.Ready  // nil: the address was configured, we know no more
	patience time.Duration // how long a request may take; zero: callTimeout
}

// find returns the configured gateway, else that of this checkout's development stack.
func find(c config.Client) (gateway, error) {
	if c.URL != "" {
		if c.APIKey == "" {
			return gateway{}, errors.New("REENGAGE_API_KEY is not set: the gateway at REENGAGE_URL wants a key")
		}
		if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
			return gateway{}, errors.New("REENGAGE_URL is not an address such as http://127.0.0.1:8080")
		}
		return gateway{url: strings.TrimSuffix(c.URL, "/"), key: c.APIKey.Reveal()}, nil
	}
	dir, err := ready.Dir()
	if err != nil {
		return gateway{}, fmt.Errorf("REENGAGE_URL is not set, and no development stack can be found: %w", err)
	}
	stack, err := ready.Read(dir)
	switch {
	case errors.Is(err, ready.ErrNone):
		return gateway{}, fmt.Errorf("REENGAGE_URL is not set, and %w", err)
	case err != nil:
		return gateway{}, fmt.Errorf("REENGAGE_URL is not set, and what the development stack says of itself cannot be read: %w", err)
	}
	g := gateway{url: stack.API, key: stack.APIKey, stack: &stack}
	if c.APIKey != "" {
		g.key = c.APIKey.Reveal()
	}
	return g, nil
}

// now is the gateway's virtual time as far as we know it.
func (g gateway) now() time.Time {
	if g.stack == nil {
		return time.Now().UTC()
	}
	return g.stack.Clock.At(time.Now())
}

// number is the business number to use if none is named.
func (g gateway) number(named string) (string, error) {
	switch {
	case named != "":
		return named, nil
	case g.stack != nil:
		return g.stack.BusinessNumber, nil
	}
	return "", usageError("--number is missing: the business number's phone number id")
}

// call sends a request; body and out may be nil. A problem that the gateway reports becomes its sentence and code.
func (g gateway) call(ctx context.Context, method, path string, body, out any) error {
	return g.ask(ctx, method, path, "", body, out)
}

// ask is call under an Idempotency-Key, if it is not empty.
func (g gateway) ask(ctx context.Context, method, path, key string, body, out any) error {
	header := http.Header{}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	if body == nil {
		return g.do(ctx, method, path, header, nil, out)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	header.Set("Content-Type", "application/json")
	return g.do(ctx, method, path, header, b, out)
}

// send is call for a body of any type.
func (g gateway) send(ctx context.Context, method, path, contentType string, body []byte, out any) error {
	return g.do(ctx, method, path, http.Header{"Content-Type": {contentType}}, body, out)
}

// upload sends a file as it is, for as long as it takes.
func (g gateway) upload(ctx context.Context, path string, file io.Reader, out any) error {
	res, err := g.open(ctx, "POST", path, http.Header{"Content-Type": {"text/csv"}}, file)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(out)
}

// download fetches a file, for as long as it takes.
func (g gateway) download(ctx context.Context, path string, to io.Writer) error {
	res, err := g.open(ctx, "GET", path, http.Header{}, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(to, res.Body)
	return err
}

func (g gateway) do(ctx context.Context, method, path string, header http.Header, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(g.patience, callTimeout))
	defer cancel()
	res, err := g.open(ctx, method, path, header, bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("the gateway's answer cannot be read: %w", err)
	}
	return nil
}

// open sends a request; who calls it closes the answer's body.
func (g gateway) open(ctx context.Context, method, path string, header http.Header, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, g.url+path, body)
	if err != nil {
		return nil, err
	}
	req.Header = header
	req.Header.Set("Authorization", "Bearer "+g.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		var refused *url.Error
		if errors.As(err, &refused) {
			err = refused.Err // without the address, whose query may name people
		}
		return nil, fmt.Errorf("the gateway at %s cannot be reached: %w", g.url, err)
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusAccepted {
		defer res.Body.Close()
		return nil, problem(res)
	}
	return res, nil
}

// copy writes an answer as it comes, for as long as it comes.
func (g gateway) copy(ctx context.Context, path string, header http.Header, out io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, "GET", g.url+path, nil)
	if err != nil {
		return err
	}
	req.Header = header
	req.Header.Set("Authorization", "Bearer "+g.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		var refused *url.Error
		if errors.As(err, &refused) {
			err = refused.Err
		}
		return fmt.Errorf("the gateway at %s cannot be reached: %w", g.url, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return problem(res)
	}
	if _, err := io.Copy(out, res.Body); err != nil {
		return fmt.Errorf("the gateway's answer was cut off: %w", err)
	}
	return nil
}

// problem is the error that the gateway reports. What it finds wrong with the request as such, or with a field that the
// caller has named, is a mistake in the call; what a rule refuses is not.
func problem(res *http.Response) error {
	var p api.Problem
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || p.Code == "" {
		return fmt.Errorf("the gateway answered %s; is REENGAGE_URL the address of a gateway?", res.Status)
	}
	sentence := fmt.Sprintf("%s (%s)", p.Detail, p.Code)
	if p.Rule != "" {
		return errors.New(sentence)
	}
	if res.StatusCode == http.StatusBadRequest || res.StatusCode == http.StatusUnprocessableEntity && p.Field != "" {
		return usageError(sentence)
	}
	return errors.New(sentence)
}
