package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"reengage/gateway/api"
)

func printContacts(s streams, page api.Page[api.ListedContact]) error {
	if len(page.Items) == 0 {
		_, err := fmt.Fprintln(s.out, "No contacts.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CONTACT\tMARKET\tMARKETING\tTAGS\tID")
	for _, c := range page.Items {
		marketing := string(c.Consent["marketing"])
		if c.Suppressed != nil {
			marketing = "suppressed"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", contactOf(c.Contact), orDash(c.Market), marketing, orDash(strings.Join(c.Tags, "; ")), c.ID)
	}
	if page.NextCursor != nil {
		fmt.Fprintf(t, "More: --cursor %s\n", *page.NextCursor)
	}
	return t.Flush()
}

func printSegments(s streams, page api.Page[api.Segment]) error {
	if len(page.Items) == 0 {
		_, err := fmt.Fprintln(s.out, "No segments.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tCHANGED\tWAITING CAMPAIGNS\tSEGMENT")
	for _, i := range page.Items {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", printable(i.Name), stamp(&i.ChangedAt), i.Waiting, i.ID)
	}
	if page.NextCursor != nil {
		fmt.Fprintf(t, "More: --cursor %s\n", *page.NextCursor)
	}
	return t.Flush()
}

func printSegment(s streams, i api.Segment) error {
	filter, err := json.Marshal(i.Filter)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name, value string) { fmt.Fprintf(t, "%s\t%s\n", name, value) }
	line("segment", i.ID.String())
	line("name", printable(i.Name))
	line("filter", printable(string(filter)))
	line("version", fmt.Sprint(i.Version))
	line("changed", stamp(&i.ChangedAt))
	line("waiting campaigns", fmt.Sprint(i.Waiting))
	return t.Flush()
}

func printCount(s streams, c api.AudienceCount) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	line := func(name string, n int64) { fmt.Fprintf(t, "%s\t%d\n", name, n) }
	line("contacts", c.Contacts)
	if c.Consent != nil {
		line("opted in", c.Consent.OptedIn)
		line("opted out", c.Consent.OptedOut)
		line("suppressed", c.Consent.Suppressed)
		line("have said nothing", c.Consent.Unknown)
	}
	return t.Flush()
}
