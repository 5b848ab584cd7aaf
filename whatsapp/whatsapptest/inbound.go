package whatsapptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"reengage/whatsapp"
)

// Inbound is something that a customer writes.
type Inbound struct {
	// From is the phone, with or without a plus; BSUID the business-scoped id.
	// One of them is required; without From the webhook has no phone at all.
	From  string `json:"from"`
	BSUID string `json:"bsuid"`
	// Name is the profile's; `Customer` if empty.
	Name string `json:"name"`
	// Number is the business number's id; the first one if empty.
	Number string `json:"number"`
	// Type is text if empty; `call` is a voice call from the customer.
	Type string `json:"type"`
	// Text is what one would read: body, caption, title of a reply, emoji.
	Text string `json:"text"`
	// At is virtual; now if zero. It may be in the past or in the future.
	At time.Time `json:"at"`
	// ID is a new wamid if empty; one that was used before is a duplicate.
	ID string `json:"id"`
	// Context is the wamid that is answered to; may be empty.
	Context string `json:"context"`
	// Referral is the message's `referral`, as it stands in the webhook.
	Referral json.RawMessage `json:"referral"`
	// Content replaces the made-up member that is named after Type.
	Content json.RawMessage `json:"content"`
}

// Inbound posts the signed webhook of a customer's message and returns its
// wamid (a call's id for a call) after the first attempt to deliver it; further
// attempts follow until it is acknowledged.
func (s *Simulator) Inbound(ctx context.Context, in Inbound) (wamid string, err error) {
	number, ok := s.number(in.Number)
	if !ok {
		return "", fmt.Errorf("inbound: no business number %q", in.Number)
	}
	if whatsapp.IsBSUID(in.From) && in.BSUID == "" {
		in.From, in.BSUID = "", in.From
	}
	in.From = digits(in.From)
	if in.From == "" && in.BSUID == "" {
		return "", errors.New("inbound: a customer needs a phone (`from`) or a `bsuid`")
	}
	if in.Type == "" {
		in.Type = "text"
	}
	if in.Name == "" {
		in.Name = "Customer"
	}
	if in.At.IsZero() {
		in.At = s.cfg.Now()
	}
	if in.ID == "" {
		in.ID = s.newInboundID(in.Type)
	}
	s.remember(number.ID, in)
	field, value := s.inboundChange(number, in)
	return in.ID, s.postChange(ctx, field, value)
}

func (s *Simulator) newInboundID(kind string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == "call" {
		return s.newID("wacid.")
	}
	return s.newID("wamid.")
}

func (s *Simulator) inboundChange(number Number, in Inbound) (field string, value object) {
	person := object{"profile": object{"name": in.Name}}
	item := object{"id": in.ID, "timestamp": strconv.FormatInt(in.At.Unix(), 10)}
	if in.From != "" {
		person["wa_id"], item["from"] = in.From, in.From
	}
	if in.BSUID != "" {
		person["user_id"], item["from_user_id"] = in.BSUID, in.BSUID
	}
	value = object{"messaging_product": "whatsapp", "metadata": metadata(number), "contacts": []object{person}}
	if in.Type == "call" {
		item["to"], item["event"], item["direction"] = number.Display, "connect", "USER_INITIATED"
		value["calls"] = []object{item}
		return "calls", value
	}
	item["type"] = in.Type
	for name, content := range madeUpContent(in) {
		item[name] = content
	}
	if in.Content != nil {
		item[in.Type] = in.Content
	}
	if in.Context != "" {
		item["context"] = object{"from": number.Display, "id": in.Context}
	}
	if in.Referral != nil {
		item["referral"] = in.Referral
	}
	value["messages"] = []object{item}
	return "messages", value
}

// madeUpContent is what a message of the type holds, mostly one member of the
// type's name.
func madeUpContent(in Inbound) object {
	media := object{"id": "900000000000001", "mime_type": "application/octet-stream", "sha256": "aW52ZW50ZWQ="}
	switch in.Type {
	case "text":
		return object{"text": object{"body": in.Text}}
	case "image", "video", "document", "audio", "sticker":
		if in.Text != "" {
			media["caption"] = in.Text
		}
		return object{in.Type: media}
	case "button":
		return object{"button": object{"payload": in.Text, "text": in.Text}}
	case "interactive":
		return object{"interactive": object{"type": "button_reply", "button_reply": object{"id": in.Text, "title": in.Text}}}
	case "reaction":
		return object{"reaction": object{"message_id": in.Context, "emoji": in.Text}}
	case "location":
		return object{"location": object{"latitude": 51.4779, "longitude": -0.0015, "name": in.Text}}
	case "contacts":
		return object{"contacts": []object{{"name": object{"formatted_name": in.Text}}}}
	case "order":
		return object{"order": object{"catalog_id": "800000000000001", "text": in.Text, "product_items": []object{}}}
	case "unsupported":
		return object{"errors": []object{errorObject(131051, "Message type is currently not supported.")}}
	}
	return object{in.Type: object{}}
}

func metadata(n Number) object {
	return object{"display_phone_number": n.Display, "phone_number_id": n.ID}
}

// digits drops what people put into phone numbers; empty if more is wrong.
func digits(phone string) string {
	phone = strings.NewReplacer("+", "", " ", "", "-", "", "(", "", ")", "").Replace(phone)
	if strings.Trim(phone, "0123456789") != "" {
		return ""
	}
	return phone
}
