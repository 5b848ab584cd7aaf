package people

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"reengage/devstack/stack"
)

// Business is the business of the stack's one number: its agents, who work with Reengage's API, and another system of its
// own, which sends by itself and reports.
type Business struct {
	stack *stack.Stack
	http  http.Client
}

// NewBusiness returns the business of a stack.
func NewBusiness(s *stack.Stack) *Business {
	return &Business{stack: s, http: http.Client{Timeout: 10 * time.Second}}
}

// Recipient is a contact: by phone, digits only, or else by bsuid.
type Recipient struct {
	Name  string
	Phone string
	BSUID string
}

// reference names the contact as the API takes it.
func (r Recipient) reference() map[string]string {
	if r.Phone != "" {
		return map[string]string{"name": r.Name, "phone": "+" + r.Phone}
	}
	return map[string]string{"name": r.Name, "bsuid": r.BSUID}
}

// Refusal is the API's no, with the gate's code.
type Refusal struct {
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id"`
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Detail) }

// api asks Reengage; what it refuses is a *Refusal.
func (b *Business) api(ctx context.Context, method, path, key string, body, answer any) error {
	return b.call(ctx, method, b.stack.Ready.API+path, b.stack.Ready.APIKey, key, body, answer)
}

// call makes one request; key is its Idempotency-Key, empty for none.
func (b *Business) call(ctx context.Context, method, url, token, key string, body, answer any) error {
	var content []byte
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = encoded
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return b.do(request, token, answer)
}

// do makes a request, and decodes what it brings into answer, unless that is nil.
func (b *Business) do(request *http.Request, token string, answer any) error {
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := b.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		refusal := &Refusal{Status: response.StatusCode}
		if json.Unmarshal(content, refusal) == nil && refusal.Code != "" {
			return refusal
		}
		return fmt.Errorf("%s %s: %s: %s", request.Method, request.URL, response.Status, content)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(content, answer)
}
