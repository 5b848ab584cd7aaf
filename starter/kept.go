package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"reengage/config"
	"reengage/gateway/api"
)

// keptVerbs are what can be done with a reply to a closed conversation.
type keptVerbs struct {
	Reply   keepReplyVerb   `cmd:"" help:"Send a template now, and keep a text until the contact answers."`
	List    keptRepliesVerb `cmd:"" help:"List a conversation's kept replies, the latest first."`
	Send    sendKeptVerb    `cmd:"" help:"Send a kept reply now."`
	Discard discardKeptVerb `cmd:"" help:"Discard a kept reply."`
}

type keepReplyVerb struct {
	Client config.Client `embed:""`
	target
	repeatable
	parameters
	Text     string `arg:"" help:"What to keep."`
	Template string `required:"" placeholder:"NAME/LANGUAGE" help:"The template that goes now."`
	JSON     bool   `name:"json" help:"Print the API's answer."`
}

// Run asks for the template to be sent and the text to be kept.
func (v *keepReplyVerb) Run(ctx context.Context, s streams) error {
	t, err := templateNamed("--template", v.Template)
	if err != nil {
		return err
	}
	if t.Parameters, err = v.json(); err != nil {
		return err
	}
	body := struct {
		Text     string          `json:"text"`
		Template api.TemplateRef `json:"template"`
	}{v.Text, t}
	return request(ctx, s, v.Client, v.target, "/kept-replies", v.repeatable, body, v.JSON)
}

type keptRepliesVerb struct {
	Client config.Client `embed:""`
	known
	Limit  int    `default:"50" help:"At most this many, up to 200."`
	Cursor string `help:"Go on where a list ended."`
	JSON   bool   `name:"json" help:"Print the API's answer."`
}

// Run shows one page of them.
func (v *keptRepliesVerb) Run(ctx context.Context, s streams) error {
	g, path, err := v.find(ctx, v.Client)
	if err != nil {
		return err
	}
	var page api.Page[api.KeptReply]
	if err := g.call(ctx, "GET", path+"/kept-replies?"+query(map[string]string{"limit": fmt.Sprint(v.Limit), "cursor": v.Cursor}).Encode(), nil, &page); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, page)
	}
	return printKept(s, page)
}

// oneKept names a kept reply.
type oneKept struct {
	Client config.Client `embed:""`
	Kept   uuid.UUID     `arg:"" name:"kept-reply-id" help:"The kept reply."`
	existing
	repeatable
	JSON bool `name:"json" help:"Print the API's answer."`
}

func (v oneKept) do(ctx context.Context, s streams, what string) error {
	return request(ctx, s, v.Client, v.existing, "/kept-replies/"+v.Kept.String()+what, v.repeatable, nil, v.JSON)
}

type sendKeptVerb struct{ oneKept }

// Run asks for it to be sent.
func (v *sendKeptVerb) Run(ctx context.Context, s streams) error { return v.do(ctx, s, "/send") }

type discardKeptVerb struct{ oneKept }

// Run discards it.
func (v *discardKeptVerb) Run(ctx context.Context, s streams) error { return v.do(ctx, s, "/discard") }
