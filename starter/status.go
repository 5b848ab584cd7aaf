package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

type statusVerb struct {
	Client       config.Client `embed:""`
	Conversation string        `arg:"" optional:"" name:"conversation-id" help:"The conversation. Or name its contact: --number with --phone or --bsuid."`
	who
	JSON bool `name:"json" help:"Print the API's answer."`
}

// Run shows one conversation.
func (v *statusVerb) Run(ctx context.Context, s streams) error {
	if v.Conversation != "" {
		if _, err := uuid.Parse(v.Conversation); err != nil {
			return usageError(v.Conversation + " is not a conversation's id")
		}
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	c, err := v.read(ctx, g)
	if err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, c)
	}
	return printConversation(s, c)
}

func (v *statusVerb) read(ctx context.Context, g gateway) (api.Conversation, error) {
	if v.Conversation != "" {
		var c api.Conversation
		err := g.call(ctx, "GET", "/v1/conversations/"+url.PathEscape(v.Conversation), nil, &c)
		return c, err
	}
	c, found, err := v.conversation(ctx, g)
	if err == nil && !found {
		err = errors.New("there is no conversation of this contact with this number")
	}
	return c, err
}

type listVerb struct {
	Client config.Client `embed:""`
	Status string        `help:"Only conversations in this state: active, expiring, expired, resuming or awaiting_reply."`
	Number string        `help:"Only those of this business number (phone number id)."`
	Q      string        `short:"q" help:"Part of a name or of a phone's digits, or a whole bsuid."`
	Limit  int           `default:"50" help:"At most this many, up to 200."`
	Cursor string        `help:"Go on where a list ended."`
	JSON   bool          `name:"json" help:"Print the API's answer."`
}

// Run shows one page of conversations.
func (v *listVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	query := url.Values{"limit": {fmt.Sprint(v.Limit)}}
	for name, value := range map[string]string{"status": v.Status, "number": v.Number, "q": v.Q, "cursor": v.Cursor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var page api.Page[api.Conversation]
	if err := g.call(ctx, "GET", "/v1/conversations?"+query.Encode(), nil, &page); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, page)
	}
	return printConversations(s, page)
}
