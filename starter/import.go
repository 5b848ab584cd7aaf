package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"reengage/config"
	"reengage/gateway/api"
	"reengage/importing"
)

type importVerb struct {
	Client  config.Client `embed:""`
	File    string        `arg:"" optional:"" help:"A CSV file of contacts; - reads standard input."`
	DryRun  bool          `help:"Only say what would be done."`
	Region  string        `name:"default-region" placeholder:"BR" help:"The country of phones without a country code."`
	Yes     bool          `short:"y" help:"Do not ask between the dry run and the import."`
	Rejects string        `placeholder:"FILE" help:"Write the rows that were not taken, with the reasons, to this file."`
	ID      string        `name:"id" help:"Go on with an import that was begun before, in place of a file."`
	JSON    bool          `name:"json" help:"Print the API's answer."`
}

// Run checks a file, asks, and has it taken in.
func (v *importVerb) Run(ctx context.Context, s streams) error {
	if (v.File == "") == (v.ID == "") {
		return usageError("name a CSV file, or an import by --id")
	}
	if !importing.CheckRegion(strings.ToUpper(v.Region)) {
		return usageError("--default-region is a country's two letters, such as BR or GB")
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	i, err := v.begin(ctx, g, s)
	if err != nil {
		return err
	}
	if i, err = follow(ctx, g, s, i); err != nil {
		return err
	}
	if i.State == importing.Checked && !v.DryRun {
		if !v.JSON {
			printImport(s.out, i)
		}
		if yes, err := v.confirmed(s, i); err != nil || !yes {
			return err
		}
		if err := g.call(ctx, "POST", importPath(i)+"/apply", nil, &i); err != nil {
			return err
		}
		if i, err = follow(ctx, g, s, i); err != nil {
			return err
		}
	}
	return v.report(ctx, g, s, i)
}

func importPath(i api.Import) string { return "/v1/imports/" + i.ID.String() }

// begin uploads the file for a dry run, or finds the import.
func (v *importVerb) begin(ctx context.Context, g gateway, s streams) (i api.Import, err error) {
	if v.ID != "" {
		return i, g.call(ctx, "GET", "/v1/imports/"+url.PathEscape(v.ID), nil, &i)
	}
	q := url.Values{"dry_run": {"true"}, "default_region": {strings.ToUpper(v.Region)}}
	var file io.Reader = s.in
	size := int64(0)
	if v.File != "-" {
		f, err := os.Open(v.File)
		if err != nil {
			return i, usageError(fmt.Sprintf("the file cannot be read: %v", errors.Unwrap(err)))
		}
		defer f.Close()
		if about, err := f.Stat(); err == nil {
			size = about.Size()
		}
		file = f
		q.Set("file_name", filepath.Base(v.File))
	}
	bar := newBar(s.err)
	defer bar.end()
	uploaded := func(n int64) { bar.show(fmt.Sprintf("uploading %s %d MB", filled(n, size), n>>20)) }
	return i, g.upload(ctx, "/v1/imports?"+q.Encode(), &counting{file, 0, uploaded}, &i)
}

// counting tells how much has been read.
type counting struct {
	io.Reader
	n    int64
	tell func(int64)
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// lookEvery is how often the gateway is asked how far an import has got.
const lookEvery = 300 * time.Millisecond

// follow waits for the end of an import's phase.
func follow(ctx context.Context, g gateway, s streams, i api.Import) (api.Import, error) {
	bar := newBar(s.err)
	defer bar.end()
	for i.State.Working() || i.State == importing.Receiving {
		bar.show(fmt.Sprintf("%s %s %d rows", i.State, filled(i.Position, i.Size), i.Counts.Rows))
		select {
		case <-ctx.Done():
			return i, fmt.Errorf("the import goes on without us; look again with: starter import --id %s", i.ID)
		case <-time.After(lookEvery):
		}
		if err := g.call(ctx, "GET", importPath(i), nil, &i); err != nil && ctx.Err() == nil {
			return i, err
		}
	}
	return i, nil
}

// confirmed asks whether what the dry run has found is to be done.
func (v *importVerb) confirmed(s streams, i api.Import) (bool, error) {
	if v.Yes {
		return true, nil
	}
	if v.File == "-" {
		return false, fmt.Errorf("nothing is taken in yet: there is nobody to ask. Go on with: starter import --id %s --yes", i.ID)
	}
	fmt.Fprintf(s.err, "Take in %d contacts? [y/N] ", i.Counts.Valid())
	answer, _ := bufio.NewReader(s.in).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a == "y" || a == "yes" {
		return true, nil
	}
	fmt.Fprintf(s.err, "Nothing is taken in. To do so within a week: starter import --id %s --yes\n", i.ID)
	return false, nil
}

// report shows how it has ended, and fetches the rows that were not taken.
func (v *importVerb) report(ctx context.Context, g gateway, s streams, i api.Import) error {
	if v.JSON {
		if err := printJSON(s, i); err != nil {
			return err
		}
	} else {
		printImport(s.out, i)
	}
	if left := i.Counts.Invalid + i.Counts.Duplicate; left > 0 && v.Rejects == "" {
		fmt.Fprintf(s.err, "Why %d of the rows are not taken: starter import --id %s --dry-run --rejects FILE\n", left, i.ID)
	}
	if v.Rejects != "" && i.State != importing.Failed {
		if err := saveRejects(ctx, g, v.Rejects, i); err != nil {
			return err
		}
	}
	switch i.State {
	case importing.Failed:
		return errors.New(i.Reason)
	case importing.Cancelled:
		return errors.New("the import has been cancelled")
	}
	return nil
}

// saveRejects writes a file that is whole or not there.
func saveRejects(ctx context.Context, g gateway, name string, i api.Import) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".rejects-*")
	if err != nil {
		return fmt.Errorf("write the rejected rows: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err = g.download(ctx, importPath(i)+"/rejects", f); err == nil {
		err = f.Close()
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}
