package main

import (
	"context"

	"reengage/config"
)

type explainVerb struct {
	Client config.Client `embed:""`
	known
	JSON bool `name:"json" help:"Print the API's answer; all pages as one list."`
}

// Run shows all decisions about a conversation.
func (v *explainVerb) Run(ctx context.Context, s streams) error {
	return listOf(ctx, s, v.Client, v.known, "explain", v.JSON, printDecisions)
}
