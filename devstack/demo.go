package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"reengage/devstack/demo"
	"reengage/devstack/folder"
	"reengage/devstack/stack"
)

// demoScale lets a day last a minute.
const demoScale = 1440

type demoCommand struct{}

// Run plays the demo in a folder that is gone afterwards.
func (demoCommand) Run(ctx context.Context, log *slog.Logger) error {
	began := time.Now()
	bin, err := buildPrograms(ctx)
	if err != nil {
		return err
	}
	base, err := folder.Base()
	if err != nil {
		return err
	}
	private, err := folder.Private(ctx, base, "demo")
	if err != nil {
		return err
	}
	defer func() { _ = private.Remove() }()
	s, err := stack.Start(ctx, stack.Options{Dir: private.Path, Bin: bin, Scale: demoScale, UI: true, Log: log, Progress: os.Stdout})
	if err != nil {
		return err
	}
	defer s.Stop(context.WithoutCancel(ctx))
	fmt.Printf("\nTwo days begin; a day lasts a minute. Watch them in the Temporal UI: %s\n\n", s.Ready.TemporalUI)
	watched, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- s.Supervise(watched) }()
	played := make(chan error, 1)
	go func() { played <- demo.Play(ctx, s, os.Stdout) }()
	select {
	case err := <-failed:
		return errors.Join(err, ctx.Err())
	case err := <-played:
		stop()
		<-failed // nothing is started again while everything stops
		if err != nil {
			return fmt.Errorf("the demo did not come out as its script says:\n%w", err)
		}
	}
	fmt.Printf("\nEverything came out as played. %s in all.\n", time.Since(began).Round(time.Second))
	return nil
}
