package stack

import (
	"fmt"
	"io"
	"log/slog"
)

// Options say where a stack keeps its data and how it runs.
type Options struct {
	// Dir holds all data; made if it does not exist. If we are root, an unprivileged account has to reach it.
	Dir string
	// Bin is the folder with the programs worker and starter.
	Bin string
	// PortBase is the first of ten ports; 0 takes free ones.
	PortBase int
	// Scale is how much faster than real the virtual clock runs.
	Scale float64
	// Durable survives a crash of the machine, and keeps Temporal's state in a file.
	Durable bool
	// Env are further variables for the worker and the gateway, as NAME=value.
	Env []string
	// UI serves Temporal's web UI.
	UI bool
	// Log hears of what takes long. Our own programs log to files in Dir.
	Log *slog.Logger
	// Progress gets a line per step.
	Progress io.Writer
}

// The ports of a stack, counted from PortBase.
const (
	portAPI = iota
	portOps
	portWorkerOps
	portPostgres
	portTemporal
	portTemporalUI
	portSimulator
)

func (o Options) port(n int) int {
	if o.PortBase == 0 {
		return 0
	}
	return o.PortBase + n
}

func (o Options) step(format string, args ...any) {
	if o.Progress != nil {
		fmt.Fprintf(o.Progress, format+"\n", args...)
	}
}
