package main

import (
	"context"

	"github.com/google/uuid"

	"reengage/gateway/api"
)

type launchCampaignVerb struct {
	broadcast
	Version int    `help:"The version that you have looked at: if somebody has changed the draft since, nothing begins."`
	Key     string `name:"idempotency-key" help:"Makes a repetition of this call harmless."`
	AsJSON  bool   `name:"json" help:"As JSON."`
}

// Run launches it.
func (v *launchCampaignVerb) Run(ctx context.Context, s streams) error {
	return v.act(ctx, s, "POST", "/launch", v.Key, api.LaunchedBody{Version: v.Version}, v.AsJSON)
}

// stepVerb is a step that needs nothing but the campaign.
type stepVerb struct {
	broadcast
	Key    string `name:"idempotency-key" help:"Makes a repetition of this call harmless."`
	AsJSON bool   `name:"json" help:"As JSON."`
}

type pauseCampaignVerb struct{ stepVerb }

// Run pauses it.
func (v *pauseCampaignVerb) Run(ctx context.Context, s streams) error {
	return v.act(ctx, s, "POST", "/pause", v.Key, nil, v.AsJSON)
}

type resumeCampaignVerb struct{ stepVerb }

// Run resumes it.
func (v *resumeCampaignVerb) Run(ctx context.Context, s streams) error {
	return v.act(ctx, s, "POST", "/resume", v.Key, nil, v.AsJSON)
}

type cancelCampaignVerb struct{ stepVerb }

// Run cancels it.
func (v *cancelCampaignVerb) Run(ctx context.Context, s streams) error {
	return v.act(ctx, s, "POST", "/cancel", v.Key, nil, v.AsJSON)
}

type testCampaignVerb struct {
	broadcast
	Contact uuid.UUID `required:"" placeholder:"ID" help:"The contact's id. The template goes out for real, and costs what it costs."`
	Key     string    `name:"idempotency-key" help:"Makes a repetition of this call the same send."`
	AsJSON  bool      `name:"json" help:"As JSON."`
}

// Run sends it to one.
func (v *testCampaignVerb) Run(ctx context.Context, s streams) error {
	gateway, err := find(v.Client)
	if err != nil {
		return err
	}
	var accepted api.Accepted
	if err := gateway.ask(ctx, "POST", v.path("/test"), v.Key, map[string]any{"contact_id": v.Contact}, &accepted); err != nil {
		return err
	}
	if v.AsJSON {
		return printJSON(s, accepted)
	}
	return printAccepted(s, accepted)
}
