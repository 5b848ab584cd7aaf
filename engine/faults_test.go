package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

func TestFaultsThatPassAreToldFromOutages(t *testing.T) {
	for name, c := range map[string]struct {
		err           error
		passing, away bool
	}{
		"closed":              {serviceerror.NewNotFound("workflow update was aborted by closing workflow"), true, false},
		"closing":             {serviceerror.NewResourceExhausted(enums.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW, "closing"), true, false},
		"closed twice":        {serviceerror.NewAborted("x"), true, false},
		"its task fails":      {serviceerror.NewWorkflowNotReady("x"), true, false},
		"ended with it":       {temporal.NewApplicationError("x", "AcceptedUpdateCompletedWorkflow"), true, false},
		"an older worker":     {temporal.NewApplicationError("x", "UnprocessedUpdate"), true, false},
		"refused by the run":  {temporal.NewApplicationError("x", "Bad"), false, false},
		"bad request":         {serviceerror.NewInvalidArgument("x"), false, false},
		"anything else":       {errors.New("x"), false, false},
		"no answer":           {client.NewWorkflowUpdateServiceTimeoutOrCanceledError(context.DeadlineExceeded), false, true},
		"unavailable":         {serviceerror.NewUnavailable("x"), false, true},
		"no namespace":        {serviceerror.NewNamespaceNotFound("x"), false, true},
		"no connection":       {&net.OpError{Op: "dial", Err: errors.New("refused")}, false, true},
		"not allowed to":      {serviceerror.NewPermissionDenied("x", ""), false, true},
		"deadline of our own": {context.DeadlineExceeded, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("failed workflow update: %w", c.err)
			require.Equal(t, c.away, away(err))
			if !c.away {
				require.Equal(t, c.passing, passing(err))
			}
		})
	}
}
