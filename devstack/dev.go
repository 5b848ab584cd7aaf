package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"

	"reengage/devstack/people"
	"reengage/devstack/ready"
	"reengage/devstack/stack"
)

type devCommand struct {
	PortBase int     `env:"REENGAGE_DEV_PORT_BASE" default:"0" help:"First of ten ports for the stack; 0 takes free ones."`
	Scale    float64 `env:"REENGAGE_TIME_SCALE" default:"1" help:"How many times faster than real the virtual clock runs."`
	Quiet    bool    `env:"REENGAGE_DEV_QUIET" help:"Keep the simulated customers silent."`
}

// Run keeps a stack running until ctx ends, then stops it in order and keeps its data.
func (c devCommand) Run(ctx context.Context, log *slog.Logger) error {
	if !(c.Scale > 0) || math.IsInf(c.Scale, 0) {
		return fmt.Errorf("REENGAGE_TIME_SCALE is %v; it must be a number greater than 0", c.Scale)
	}
	if c.PortBase != 0 && (c.PortBase < 1024 || c.PortBase > 65535-10) {
		return fmt.Errorf("REENGAGE_DEV_PORT_BASE is %d; it must be between 1024 and 65525", c.PortBase)
	}
	bin, err := buildPrograms(ctx)
	if err != nil {
		return err
	}
	dir, err := ready.Dir()
	if err != nil {
		return err
	}
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Bin: bin, PortBase: c.PortBase, Scale: c.Scale, Durable: true, UI: true,
		Log: log, Progress: os.Stdout})
	if err != nil {
		return err
	}
	defer func() {
		fmt.Println("\nstopping; the data stays, make dev-reset forgets it")
		_ = ready.Remove(dir)
		s.Stop(context.WithoutCancel(ctx))
	}()
	if err := people.Remember(ctx, s); err != nil {
		return err
	}
	if !c.Quiet {
		if err := s.Simulator.SetCrowd(people.Crowd()); err != nil {
			return err
		}
	}
	if s.First && !c.Quiet {
		if err := errors.Join(people.PlayHistory(ctx, s), people.PlayBackDated(ctx, s), people.PlayCampaigns(ctx, s)); err != nil {
			return err
		}
	}
	if err := ready.Write(dir, s.Ready); err != nil {
		return err
	}
	fmt.Println(s.Ready.Line())
	if !c.Quiet {
		go people.ChatNowAndThen(ctx, s, log)
	}
	return s.Supervise(ctx)
}

type resetCommand struct{}

// Run removes the dev stack's data, unless the stack runs.
func (resetCommand) Run() error {
	dir, err := ready.Dir()
	if err != nil {
		return err
	}
	if err := stack.Forget(dir); err != nil {
		return err
	}
	fmt.Println("the dev stack's data is forgotten")
	return nil
}
