package main

import (
	"context"
	"strings"

	"reengage/config"
	"reengage/gateway/api"
)

type sendVerb struct {
	Client config.Client `embed:""`
	target
	repeatable
	Text     string `arg:"" help:"What to write."`
	Critical bool   `help:"It may be sent once more, as a possible duplicate, if nobody learns what became of it."`
	Fallback string `name:"fallback-template" placeholder:"NAME/LANGUAGE" help:"A template that goes instead if the window closes first, or has closed."`
	Params   string `name:"fallback-params" placeholder:"JSON" help:"Its parameters."`
	JSON     bool   `name:"json" help:"Print the API's answer."`
}

// Run asks for the message to be sent.
func (v *sendVerb) Run(ctx context.Context, s streams) error {
	body := struct {
		Text     string           `json:"text"`
		Critical bool             `json:"critical,omitempty"`
		Fallback *api.TemplateRef `json:"fallback_template,omitempty"`
	}{Text: v.Text, Critical: v.Critical}
	if v.Fallback != "" {
		t, err := templateNamed("--fallback-template", v.Fallback)
		if err != nil {
			return err
		}
		if t.Parameters, err = jsonOf("--fallback-params", v.Params); err != nil {
			return err
		}
		body.Fallback = &t
	}
	return request(ctx, s, v.Client, v.target, "/messages", v.repeatable, body, v.JSON)
}

type closeVerb struct {
	Client config.Client `embed:""`
	known
	repeatable
	JSON bool `name:"json" help:"Print the API's answer."`
}

// Run closes.
func (v *closeVerb) Run(ctx context.Context, s streams) error {
	return request(ctx, s, v.Client, v.known, "/close", v.repeatable, nil, v.JSON)
}

// addressee is a conversation to which requests are made.
type addressee interface {
	path(ctx context.Context, g gateway) (string, error)
}

// request asks something of a conversation and says what became of it.
func request(ctx context.Context, s streams, c config.Client, to addressee, what string, r repeatable, body any, asJSON bool) error {
	g, err := find(c)
	if err != nil {
		return err
	}
	path, err := to.path(ctx, g)
	if err != nil {
		return err
	}
	var accepted api.Accepted
	if err := g.ask(ctx, "POST", path+what, r.key(), body, &accepted); err != nil {
		return err
	}
	if asJSON {
		return printJSON(s, accepted)
	}
	return printAccepted(s, accepted)
}

// templateNamed reads NAME/LANGUAGE.
func templateNamed(flag, text string) (api.TemplateRef, error) {
	name, language, both := strings.Cut(text, "/")
	if !both || name == "" || language == "" {
		return api.TemplateRef{}, usageError(flag + " is not NAME/LANGUAGE, such as thanks/en_US")
	}
	return api.TemplateRef{Name: name, Language: language}, nil
}
