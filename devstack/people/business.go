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

// Business answers customers by way of the simulator, and reports each message to the API under its wamid.
type Business struct {
	stack *stack.Stack
	http  http.Client
}

// NewBusiness returns the business of the stack's one number.
func NewBusiness(s *stack.Stack) *Business {
	return &Business{stack: s, http: http.Client{Timeout: 10 * time.Second}}
}

// Recipient is a contact: by phone, digits only, or else by bsuid.
type Recipient struct {
	Name  string
	Phone string
	BSUID string
}

// Text sends a free-form message.
func (b *Business) Text(ctx context.Context, to Recipient, body string) error {
	return b.send(ctx, to, "freeform", "", map[string]any{"type": "text", "text": map[string]string{"body": body}})
}

// Template sends a marketing template.
func (b *Business) Template(ctx context.Context, to Recipient, name string) error {
	return b.send(ctx, to, "template", "marketing", map[string]any{
		"type": "template", "template": map[string]any{"name": name, "language": map[string]string{"code": "en_US"}}})
}

func (b *Business) send(ctx context.Context, to Recipient, kind, category string, message map[string]any) error {
	message["messaging_product"], message["recipient_type"] = "whatsapp", "individual"
	if to.Phone != "" {
		message["to"] = "+" + to.Phone
	} else {
		message["recipient"] = to.BSUID
	}
	var accepted struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	at := b.stack.Now()
	url := fmt.Sprintf("%s/v26.0/%s/messages", b.stack.Ready.Simulator, stack.BusinessNumber)
	if err := b.post(ctx, url, stack.AccessToken, message, &accepted); err != nil {
		return err
	}
	if len(accepted.Messages) != 1 {
		return fmt.Errorf("the simulator accepted %d messages instead of one", len(accepted.Messages))
	}
	contact := map[string]string{"name": to.Name}
	if to.Phone != "" {
		contact["phone"] = "+" + to.Phone
	} else {
		contact["bsuid"] = to.BSUID
	}
	report := map[string]any{
		"business_number": stack.BusinessNumber, "contact": contact,
		"message": map[string]any{"id": accepted.Messages[0].ID, "occurred_at": at, "type": kind},
	}
	if category != "" {
		report["message"].(map[string]any)["category"] = category
	}
	return b.post(ctx, b.stack.Ready.API+"/v1/outbound", b.stack.Ready.APIKey, report, nil)
}

func (b *Business) post(ctx context.Context, url, key string, body, answer any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
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
		return fmt.Errorf("POST %s: %s: %s", url, response.Status, content)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(content, answer)
}
