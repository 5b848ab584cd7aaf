package people

import (
	"context"
	"errors"
	"net/http"

	"reengage/conversation"
	"reengage/devstack/stack"
)

// Template names a template with what fills its variables; its language is en_US.
type Template struct {
	Name       string
	Parameters any // a list, or an object by name
}

func (t Template) reference() map[string]any {
	reference := map[string]any{"name": t.Name, "language": "en_US"}
	if t.Parameters != nil {
		reference["parameters"] = t.Parameters
	}
	return reference
}

// known is a conversation as far as an agent needs it.
type known struct {
	ID      string `json:"id"`
	Contact struct {
		ID string `json:"id"`
	} `json:"contact"`
}

// conversation finds or makes the recipient's.
func (b *Business) conversation(ctx context.Context, to Recipient) (k known, err error) {
	err = b.api(ctx, http.MethodPost, "/v1/conversations", "", map[string]any{"business_number": stack.BusinessNumber, "contact": to.reference()}, &k)
	return k, err
}

// ConversationID is the id of the recipient's conversation, which is made if there is none.
func (b *Business) ConversationID(ctx context.Context, to Recipient) (string, error) {
	k, err := b.conversation(ctx, to)
	return k.ID, err
}

// patience is how often something is asked for again if no worker answers, five seconds each time: on a machine that has much else
// to do one may take that long, and a repetition under the same key is the same request.
const patience = 12

// act asks for something in the recipient's conversation.
func (b *Business) act(ctx context.Context, to Recipient, what, key string, body any) error {
	k, err := b.conversation(ctx, to)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		err = b.api(ctx, http.MethodPost, "/v1/conversations/"+k.ID+"/"+what, key, body, nil)
		var refused *Refusal
		if n == patience || !errors.As(err, &refused) || refused.Code != "engine_unavailable" {
			return err
		}
		key = refused.RequestID
	}
}

// Reply sends a free-form message. Repeated under the same key, which may be empty, it is one message.
func (b *Business) Reply(ctx context.Context, to Recipient, text, key string) error {
	return b.act(ctx, to, "messages", key, map[string]any{"text": text})
}

// SendTemplate sends a template.
func (b *Business) SendTemplate(ctx context.Context, to Recipient, t Template, key string) error {
	return b.act(ctx, to, "templates", key, t.reference())
}

// Keep sends a template now, and keeps a reply for the contact's answer.
func (b *Business) Keep(ctx context.Context, to Recipient, text string, t Template) error {
	return b.act(ctx, to, "kept-replies", "", map[string]any{"text": text, "template": t.reference()})
}

// Close cancels the window's reminders, and the plan to win the contact back after it.
func (b *Business) Close(ctx context.Context, to Recipient) error {
	return b.act(ctx, to, "close", "", map[string]any{})
}

// ClaimResume shows the other agents that this one has opened Resume.
func (b *Business) ClaimResume(ctx context.Context, to Recipient, by string) error {
	return b.act(ctx, to, "resume-claim", "", map[string]any{"by": by})
}

// OptIn records that the contact may be written to.
func (b *Business) OptIn(ctx context.Context, to Recipient, category conversation.Category) error {
	k, err := b.conversation(ctx, to)
	if err != nil {
		return err
	}
	return b.api(ctx, http.MethodPut, "/v1/contacts/"+k.Contact.ID+"/consent", "",
		map[string]any{"category": category, "opted_in": true, "source": "order form"}, nil)
}

// Configure gives the business number its settings.
func (b *Business) Configure(ctx context.Context, settings conversation.Settings) error {
	return b.api(ctx, http.MethodPut, "/v1/numbers/"+stack.BusinessNumber, "",
		map[string]any{"time_zone": "UTC", "account_time_zone": "UTC", "settings": settings}, nil)
}

// SetRate sets how many messages the business number may send in a second.
func (b *Business) SetRate(ctx context.Context, messagesPerSecond int) error {
	return b.api(ctx, http.MethodPut, "/v1/numbers/"+stack.BusinessNumber, "",
		map[string]any{"time_zone": "UTC", "account_time_zone": "UTC", "settings": conversation.Settings{}, "messages_per_second": messagesPerSecond}, nil)
}
