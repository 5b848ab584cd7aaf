package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

type lintTemplateVerb struct {
	Verified bool   `help:"The account belongs to a verified business, which may have 6,000 templates instead of 250."`
	JSON     bool   `name:"json" help:"Print the findings as JSON."`
	File     string `arg:"" help:"A template as JSON in the shape in which Meta lists it, a list of them, or Meta's answer with its data; - is standard input."`
}

// maxTemplates is the longest file that is read, in bytes: 6,000 templates of 10 KiB.
const maxTemplates = 64 << 20

// Run lints. It needs neither database nor gateway. Warnings alone are no failure.
func (v *lintTemplateVerb) Run(s streams) error {
	templates, err := readTemplates(s, v.File)
	if err != nil {
		return err
	}
	limit := template.LimitUnverified
	if v.Verified {
		limit = template.LimitVerified
	}
	found := template.LintAll(templates, limit)
	show := printFindings
	if v.JSON {
		show = func(s streams, found []template.Finding) error {
			return printJSON(s, api.Page[template.Finding]{Items: append([]template.Finding{}, found...)})
		}
	}
	if err := show(s, found); err != nil {
		return err
	}
	wrong := 0
	for _, f := range found {
		if f.Severity == template.Error {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%s would be objected to", plural(wrong, "finding"))
	}
	return nil
}

func readTemplates(s streams, name string) ([]template.Template, error) {
	in, err := io.NopCloser(s.in), error(nil)
	if name != "-" {
		if in, err = openFile("the templates", name); err != nil {
			return nil, err
		}
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxTemplates+1))
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	if len(text) > maxTemplates {
		return nil, usageError("the templates are longer than 64 MiB")
	}
	templates, err := template.Parse(text)
	if err != nil {
		return nil, usageError(fmt.Sprintf("the templates cannot be read: %v", err))
	}
	return templates, nil
}

// printFindings writes one line for each: rule, place, reason. The place begins with the template where it has a name.
func printFindings(s streams, found []template.Finding) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(s.out, "No findings.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, f := range found {
		place, reason := f.Place, f.Reason
		if f.Template != "" {
			place = shortened(printable(f.Template)) + "/" + shortened(printable(f.Language)) + " " + place
		}
		if f.Severity == template.Warning {
			reason = "(warning) " + reason
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", f.Rule, printable(place), printable(reason))
	}
	return t.Flush()
}
