package people

import (
	"context"
	"fmt"
	"net/http"

	"reengage/devstack/stack"
)

// TextElsewhere sends a free-form message straight through the simulator, as another system would, and reports it to the
// API under its wamid.
func (b *Business) TextElsewhere(ctx context.Context, to Recipient, body string) error {
	return b.elsewhere(ctx, to, "freeform", "", map[string]any{"type": "text", "text": map[string]string{"body": body}})
}

// TemplateElsewhere does the same with a marketing template that has no variables.
func (b *Business) TemplateElsewhere(ctx context.Context, to Recipient, name string) error {
	return b.elsewhere(ctx, to, "template", "marketing", map[string]any{
		"type": "template", "template": map[string]any{"name": name, "language": map[string]string{"code": "en_US"}}})
}

func (b *Business) elsewhere(ctx context.Context, to Recipient, kind, category string, message map[string]any) error {
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
	if err := b.call(ctx, http.MethodPost, url, stack.AccessToken, "", message, &accepted); err != nil {
		return err
	}
	if len(accepted.Messages) != 1 {
		return fmt.Errorf("the simulator accepted %d messages instead of one", len(accepted.Messages))
	}
	report := map[string]any{"id": accepted.Messages[0].ID, "occurred_at": at, "type": kind}
	if category != "" {
		report["category"] = category
	}
	return b.api(ctx, http.MethodPost, "/v1/outbound", "",
		map[string]any{"business_number": stack.BusinessNumber, "contact": to.reference(), "message": report}, nil)
}
