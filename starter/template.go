package main

import (
	"context"
	"encoding/json"
	"fmt"

	"reengage/config"
	"reengage/gateway/api"
)

// templateVerbs are what can be done with templates. Without a word of its own it sends one.
type templateVerbs struct {
	Send sendTemplateVerb `cmd:"" default:"withargs" help:"Send a template; what template does if no other verb follows (flags: starter template send --help)."`
	List templatesVerb    `cmd:"" help:"List templates with what is known of them."`
}

// parameters are a template's, in one of two ways.
type parameters struct {
	Param  []string `sep:"none" xor:"parameters" help:"A text for the body's next variable; give it as often as there are variables."`
	Params string   `xor:"parameters" placeholder:"JSON" help:"All parameters: a list, an object by name, or one with body, header and buttons."`
}

func (p parameters) json() (json.RawMessage, error) {
	if len(p.Param) > 0 {
		return json.Marshal(p.Param)
	}
	return jsonOf("--params", p.Params)
}

// jsonOf is a flag's JSON; empty is none.
func jsonOf(flag, text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	if !json.Valid([]byte(text)) {
		return nil, usageError(flag + " is not JSON")
	}
	return json.RawMessage(text), nil
}

type sendTemplateVerb struct {
	Client config.Client `embed:""`
	target
	repeatable
	parameters
	Name     string `arg:"" help:"The template's name."`
	Language string `required:"" help:"As in sends: en_US."`
	Critical bool   `help:"It may be sent once more, as a possible duplicate, if nobody learns what became of it."`
	JSON     bool   `name:"json" help:"Print the API's answer."`
}

// Run asks for the template to be sent.
func (v *sendTemplateVerb) Run(ctx context.Context, s streams) error {
	parameters, err := v.json()
	if err != nil {
		return err
	}
	body := struct {
		api.TemplateRef
		Critical bool `json:"critical,omitempty"`
	}{api.TemplateRef{Name: v.Name, Language: v.Language, Parameters: parameters}, v.Critical}
	return request(ctx, s, v.Client, v.target, "/templates", v.repeatable, body, v.JSON)
}

type templatesVerb struct {
	Client   config.Client `embed:""`
	Number   string        `help:"Only those of this business number's account (phone number id)."`
	Status   string        `help:"Only those in this status, such as approved."`
	Category string        `help:"Only those of this category."`
	Limit    int           `default:"50" help:"At most this many, up to 200."`
	Cursor   string        `help:"Go on where a list ended."`
	JSON     bool          `name:"json" help:"Print the API's answer."`
}

// Run shows one page of templates.
func (v *templatesVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	query := query(map[string]string{"number": v.Number, "status": v.Status, "category": v.Category, "limit": fmt.Sprint(v.Limit),
		"cursor": v.Cursor, "use": "true"})
	var page api.TemplatePage
	if err := g.call(ctx, "GET", "/v1/templates?"+query.Encode(), nil, &page); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, page)
	}
	return printTemplates(s, page)
}
