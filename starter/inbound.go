package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

type inboundVerb struct {
	Client config.Client `embed:""`
	who
	Name       string    `help:"The contact's profile name."`
	Text       string    `help:"What the contact wrote."`
	ID         string    `name:"id" help:"The message's id. By default a new one; repeat it to repeat the message."`
	At         time.Time `help:"When the contact sent it, RFC 3339. By default now, on the stack's clock."`
	Type       string    `default:"text" help:"The message's type, as Meta names it."`
	EntryPoint string    `help:"ad or page, if the contact came from there."`
	JSON       bool      `name:"json" help:"Print the API's answer."`
}

// Run records the message.
func (v *inboundVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	contact, err := v.body(g, v.Name)
	if err != nil {
		return err
	}
	if v.ID == "" {
		v.ID = "starter-" + uuid.NewString()
	}
	if v.At.IsZero() {
		v.At = g.now()
	}
	var receipt api.Receipt
	err = g.call(ctx, "POST", "/v1/inbound", struct {
		contactBody
		Message api.InboundMessage `json:"message"`
	}{contact, api.InboundMessage{ID: v.ID, OccurredAt: v.At, Type: v.Type, Text: v.Text, EntryPoint: v.EntryPoint}}, &receipt)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, receipt)
	}
	outcome := "stored"
	if receipt.Duplicate {
		outcome = "known already"
	}
	_, err = fmt.Fprintf(s.out, "message %s: %s\nconversation %s\n", v.ID, outcome, receipt.ConversationID)
	return err
}

type conversationIDVerb struct {
	Client config.Client `embed:""`
	who
}

// Run prints nothing but the id, for use in other commands.
func (v *conversationIDVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	contact, err := v.body(g, "")
	if err != nil {
		return err
	}
	var c api.Conversation
	if err := g.call(ctx, "POST", "/v1/conversations", contact, &c); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, c.ID)
	return err
}
