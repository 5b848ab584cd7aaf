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
	for _, v := range [][2]string{
		{"REENGAGE_URL", r.API}, {"REENGAGE_API_KEY", r.APIKey}, {"REENGAGE_OPS_URL", r.Ops}, {"REENGAGE_WORKER_OPS_URL", r.WorkerOps},
		{"WHATSAPP_APP_SECRET", r.AppSecret}, {"WHATSAPP_VERIFY_TOKEN", r.VerifyToken},
		{"BUSINESS_NUMBER", r.BusinessNumber}, {"WHATSAPP_API_URL", r.Simulator},
		{"REENGAGE_TIME_SCALE", strconv.FormatFloat(r.Clock.Scale, 'g', -1, 64)},
		{"REENGAGE_CONSOLE_URL", r.API}, {"TEMPORAL_ADDRESS", r.Temporal}, {"TEMPORAL_UI_URL", r.TemporalUI}, {"DATABASE_URL", r.Database},
	} {
		fmt.Printf("export %s='%s'\n", v[0], v[1])
	}
	return nil
}
