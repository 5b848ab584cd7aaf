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
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	path, err := v.path(ctx, g)
	if err != nil {
		return err
	}
	return list(ctx, s, g, path+"/explain", query(map[string]string{"limit": "200"}), v.JSON, printDecisions)
}
