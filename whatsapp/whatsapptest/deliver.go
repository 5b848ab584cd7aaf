package whatsapptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"reengage/whatsapp"
)

const (
	// maxPosts is how many webhooks are under way at once.
	maxPosts = 32
	// postTimeout is how long a receiver may take, on our clock.
	postTimeout = 10 * time.Second
	// Real Meta slows down to hours; a stack that was restarted should not
	// have to wait for that.
	firstRetry, lastRetry = 50 * time.Millisecond, 2 * time.Second
)

func newWebhookClient() *http.Client {
	return &http.Client{
		Timeout:   postTimeout,
		Transport: &http.Transport{MaxIdleConnsPerHost: maxPosts, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // Meta takes nothing but a 200
		},
	}
}

// Post signs body and posts it as a webhook, until it is acknowledged: for
// whatever Inbound and Report cannot say, malformed bodies included. It returns
// after the first attempt, whatever became of that.
func (s *Simulator) Post(ctx context.Context, body []byte) error {
	return s.post(ctx, "", body)
}

// PostChange posts a webhook with one change of the default account.
func (s *Simulator) PostChange(ctx context.Context, field string, value any) error {
	return s.postChange(ctx, field, value)
}

func (s *Simulator) postChange(ctx context.Context, field string, value any) error {
	body, err := json.Marshal(object{
		"object": "whatsapp_business_account",
		"entry": []object{{
			"id":      s.cfg.WABA,
			"time":    s.cfg.Now().Unix(),
			"changes": []object{{"field": field, "value": value}},
		}},
	})
	if err != nil {
		return err
	}
	return s.post(ctx, field, body)
}

// object is a JSON object that is about to be written.
type object = map[string]any

func (s *Simulator) post(ctx context.Context, field string, body []byte) error {
	hook, err := s.enqueue(field, body)
	if err != nil {
		return err
	}
	select {
	case <-hook.first:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return ErrClosed
	}
}

func (s *Simulator) enqueue(field string, body []byte) (*Webhook, error) {
	hook := &Webhook{At: s.cfg.Now().UTC(), Field: field, Body: recorded(body), first: make(chan struct{})}
	s.mu.Lock()
	s.webhooks = append(s.webhooks, hook)
	s.mu.Unlock()
	return hook, s.start(func() { s.deliver(hook, body) })
}

// recorded is body in a form that can stand in JSON.
func recorded(body []byte) json.RawMessage {
	if json.Valid(body) {
		return body
	}
	quoted, _ := json.Marshal(string(body)) // a string always can
	return quoted
}

// deliver posts until the receiver answers 200, ever more slowly.
func (s *Simulator) deliver(hook *Webhook, body []byte) {
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		status, err := s.attempt(body)
		if s.ctx.Err() != nil {
			return
		}
		s.mu.Lock()
		if hook.Attempts++; hook.Attempts == 1 {
			close(hook.first)
		}
		hook.Acknowledged = status == http.StatusOK
		hook.LastStatus, hook.LastError = status, ""
		if err != nil {
			hook.LastError = err.Error()
		}
		s.mu.Unlock()
		if status == http.StatusOK || !s.wait(pause) {
			return
		}
	}
}

func (s *Simulator) attempt(body []byte) (status int, err error) {
	select {
	case s.posts <- struct{}{}:
		defer func() { <-s.posts }()
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	s.mu.Lock()
	url := s.webhookURL
	s.mu.Unlock()
	if url == "" {
		return 0, errors.New("no webhook URL is set yet")
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "facebookexternalua")
	req.Header.Set(whatsapp.SignatureHeader, whatsapp.Sign(body, s.cfg.AppSecret))
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection is used again
	return resp.StatusCode, nil
}
