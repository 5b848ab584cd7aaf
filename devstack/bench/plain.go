package bench

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// The workflows that ours are held against, on a task queue of their own.
const (
	plainQueue = "reengage-bench"

	emptyWorkflow    = "BenchEmpty"
	receiverWorkflow = "BenchReceiver"
	textbookWorkflow = "BenchTextbook"
	activeWorkflow   = "BenchActive"
	writeActivity    = "BenchWrite"

	plainSignal = "message"
)

func registerPlain(w worker.Registry) {
	w.RegisterWorkflowWithOptions(empty, workflow.RegisterOptions{Name: emptyWorkflow})
	w.RegisterWorkflowWithOptions(receiver, workflow.RegisterOptions{Name: receiverWorkflow})
	w.RegisterWorkflowWithOptions(textbook, workflow.RegisterOptions{Name: textbookWorkflow})
	w.RegisterWorkflowWithOptions(active, workflow.RegisterOptions{Name: activeWorkflow})
	w.RegisterActivityWithOptions(func(context.Context) error { return nil }, activity.RegisterOptions{Name: writeActivity})
}

// empty starts and completes.
func empty(workflow.Context) error { return nil }

// receiver completes when it has received so many signals.
func receiver(ctx workflow.Context, messages int) error {
	c := workflow.GetSignalChannel(ctx, plainSignal)
	for range messages {
		c.Receive(ctx, nil)
	}
	return nil
}

// active runs so many activities that do nothing.
func active(ctx workflow.Context, activities int) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	for range activities {
		if err := workflow.ExecuteActivity(ctx, writeActivity).Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// textbook keeps a window as one would write it first: every message is recorded by an activity, and cancels the timer and
// makes a new one; an activity reminds and another one closes. It decides the same as ours for one contact who is never
// answered.
func textbook(ctx workflow.Context, untilReminder, untilClose time.Duration) error {
	write := func() error {
		return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute}), writeActivity).Get(ctx, nil)
	}
	messages := workflow.GetSignalChannel(ctx, plainSignal)
	wait, reminded, closed := untilReminder, false, false
	for !closed {
		timerCtx, cancel := workflow.WithCancel(ctx)
		workflow.NewSelector(ctx).
			AddReceive(messages, func(c workflow.ReceiveChannel, _ bool) {
				c.Receive(ctx, nil)
				cancel()
				wait, reminded = untilReminder, false
			}).
			AddFuture(workflow.NewTimer(timerCtx, wait), func(workflow.Future) {
				closed, wait, reminded = reminded, untilClose-untilReminder, true
			}).
			Select(ctx)
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}
