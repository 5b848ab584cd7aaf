package main

import (
	"context"
	"errors"
	"net/url"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

// target names a conversation to send to: by its id, or by its contact, whose conversation is made if there is none.
type target struct {
	Conversation string `name:"conversation" placeholder:"ID" help:"The conversation. Or name its contact: --number with --phone or --bsuid."`
	who
}

// path is the conversation's, under which requests to it are made.
func (t target) path(ctx context.Context, g gateway) (string, error) {
	if t.Conversation != "" {
		return conversationPath(t.Conversation)
	}
	contact, err := t.body(g, "")
	if err != nil {
		return "", err
	}
	var c api.Conversation
	err = g.call(ctx, "POST", "/v1/conversations", contact, &c)
	return "/v1/conversations/" + c.ID.String(), err
}

// existing is a target that is not made.
type existing struct{ target }

func (e existing) path(ctx context.Context, g gateway) (string, error) {
	return known{e.Conversation, e.who}.path(ctx, g)
}

// known names a conversation that there is, as what a verb is about.
type known struct {
	Conversation string `arg:"" optional:"" name:"conversation-id" help:"The conversation. Or name its contact: --number with --phone or --bsuid."`
	who
}

func (k known) path(ctx context.Context, g gateway) (string, error) {
	if k.Conversation != "" {
		return conversationPath(k.Conversation)
	}
	c, found, err := k.conversation(ctx, g)
	if err == nil && !found {
		err = errors.New("there is no conversation of this contact with this number")
	}
	return "/v1/conversations/" + c.ID.String(), err
}

// find returns the gateway and the conversation's path there.
func (k known) find(ctx context.Context, c config.Client) (g gateway, path string, err error) {
	if g, err = find(c); err != nil {
		return g, "", err
	}
	path, err = k.path(ctx, g)
	return g, path, err
}

// listOf lists all that a part of the conversation holds, as its timeline.
func listOf[T any](ctx context.Context, s streams, c config.Client, k known, part string, asJSON bool, show func(streams, []T) error) error {
	g, path, err := k.find(ctx, c)
	if err != nil {
		return err
	}
	return list(ctx, s, g, path+"/"+part, query(map[string]string{"limit": "200"}), asJSON, show)
}

func conversationPath(id string) (string, error) {
	if _, err := uuid.Parse(id); err != nil {
		return "", usageError(id + " is not a conversation's id")
	}
	return "/v1/conversations/" + url.PathEscape(id), nil
}

// repeatable is a request that may be made again without being carried out again.
type repeatable struct {
	RequestID string `name:"request-id" help:"Repeat it to repeat the request: it is carried out once. By default a new one, which is printed."`
}

func (r repeatable) key() string {
	if r.RequestID == "" {
		return "starter-" + uuid.NewString()
	}
	return r.RequestID
}
