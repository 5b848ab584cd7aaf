package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"reengage/config"
	"reengage/gateway/api"
)

// numbersVerbs are what can be done with business numbers.
type numbersVerbs struct {
	List   listNumbersVerb  `cmd:"" help:"List business numbers."`
	Show   showNumberVerb   `cmd:"" help:"Show a business number with its settings."`
	Set    setNumberVerb    `cmd:"" help:"Set a business number up from a file."`
	Pause  pauseNumberVerb  `cmd:"" help:"Have a business number send nothing."`
	Resume resumeNumberVerb `cmd:"" help:"Have it send again, whoever paused it."`
}

type listNumbersVerb struct {
	Client config.Client `embed:""`
	JSON   bool          `name:"json" help:"Print the API's answer."`
}

// Run lists them.
func (v *listNumbersVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	var page api.Page[api.BusinessNumber]
	if err := g.call(ctx, "GET", "/v1/numbers", nil, &page); err != nil {
		return err
	}
	if v.JSON {
		return printJSON(s, page)
	}
	return printNumbers(s, page)
}

// oneNumber names a business number.
type oneNumber struct {
	Client config.Client `embed:""`
	Number string        `env:"BUSINESS_NUMBER" help:"The business number's phone number id. By default the development stack's."`
	JSON   bool          `name:"json" help:"Print the API's answer."`
}

// change asks something of the number, and shows it as it stands then.
func (o oneNumber) change(ctx context.Context, s streams, method, what string, body any) error {
	g, err := find(o.Client)
	if err != nil {
		return err
	}
	number, err := g.number(o.Number)
	if err != nil {
		return err
	}
	g.patience = api.SetNumberTimeout + callTimeout
	var n api.BusinessNumber
	if err := g.call(ctx, method, "/v1/numbers/"+url.PathEscape(number)+what, body, &n); err != nil {
		return err
	}
	if o.JSON {
		return printJSON(s, n)
	}
	return printNumber(s, n)
}

type showNumberVerb struct{ oneNumber }

// Run shows it.
func (v *showNumberVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "GET", "", nil)
}

type pauseNumberVerb struct{ oneNumber }

// Run pauses it.
func (v *pauseNumberVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "POST", "/pause", nil)
}

type resumeNumberVerb struct{ oneNumber }

// Run resumes it.
func (v *resumeNumberVerb) Run(ctx context.Context, s streams) error {
	return v.change(ctx, s, "POST", "/resume", nil)
}

type setNumberVerb struct {
	oneNumber
	File string `arg:"" help:"JSON as PUT /v1/numbers/{id} takes it, or as show --json prints it; - is standard input."`
}

// shownOnly are members that show prints and that cannot be set: with them left out, what is shown can be edited and set.
var shownOnly = []string{"id", "configured", "sender_paused", "scheme", "warnings"}

// Run sets it up.
func (v *setNumberVerb) Run(ctx context.Context, s streams) error {
	text, err := readWhole(s, v.File)
	if err != nil {
		return usageError(err.Error())
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(text, &body); err != nil || body == nil {
		return usageError(fmt.Sprintf("%s is not a JSON object", v.File))
	}
	for _, name := range shownOnly {
		delete(body, name)
	}
	return v.change(ctx, s, "PUT", "", body)
}

// readWhole reads a file, or standard input.
func readWhole(s streams, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(s.in)
	}
	b, err := os.ReadFile(file)
	var path *os.PathError
	if errors.As(err, &path) {
		return nil, fmt.Errorf("%s cannot be read: %w", file, path.Err)
	}
	return b, err
}
