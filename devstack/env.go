package main

import (
	"fmt"
	"strconv"

	"reengage/devstack/ready"
)

type envCommand struct{}

// Run prints the dev stack's addresses and secrets as shell variables, under the names that our programs and the Temporal
// CLI read.
func (envCommand) Run() error {
	dir, err := ready.Dir()
	if err != nil {
		return err
	}
	r, err := ready.Read(dir)
	if err != nil {
		return err
	}
	variables := [][2]string{
		{"REENGAGE_URL", r.API}, {"REENGAGE_API_KEY", r.APIKey}, {"REENGAGE_OPS_URL", r.Ops}, {"REENGAGE_WORKER_OPS_URL", r.WorkerOps},
		{"WHATSAPP_APP_SECRET", r.AppSecret}, {"WHATSAPP_VERIFY_TOKEN", r.VerifyToken},
		{"BUSINESS_NUMBER", r.BusinessNumber}, {"WHATSAPP_API_URL", r.Simulator},
		{"REENGAGE_TIME_SCALE", strconv.FormatFloat(r.Clock.Scale, 'g', -1, 64)},
		{"TEMPORAL_ADDRESS", r.Temporal}, {"TEMPORAL_UI_URL", r.TemporalUI}, {"DATABASE_URL", r.Database},
		{"REENGAGE_CONSOLE_URL", r.API}, // of which links are made
	}
	if r.ConsoleLogin != nil {
		variables = append(variables, [2]string{"REENGAGE_CONSOLE_LOGIN", *r.ConsoleLogin})
	}
	for _, v := range variables {
		fmt.Printf("export %s='%s'\n", v[0], v[1])
	}
	return nil
}
