package engine

import (
	"errors"
	"net"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/grpc/codes"
)

// postgres marks an error that is not Temporal's.
type postgres struct{ error }

func (p postgres) Unwrap() error { return p.error }

// passing reports whether the same request may be answered a little later: the run has closed before it got to it, so the
// next try starts another, or it is busy.
func passing(err error) bool {
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) {
		// The server's own words for a run that completed with the update accepted, and for a worker that does not know it.
		return failed.Type() == "AcceptedUpdateCompletedWorkflow" || failed.Type() == "UnprocessedUpdate"
	}
	if of[*serviceerror.NotFound](err) || of[*serviceerror.WorkflowNotReady](err) {
		return true
	}
	code := serviceerror.ToStatus(err).Code()
	return code == codes.ResourceExhausted || code == codes.Aborted
}

// away reports whether Temporal cannot be asked, or did not answer in time. A missing namespace and missing permission
// are put right without a change of the request.
func away(err error) bool {
	if of[*client.WorkflowUpdateServiceTimeoutOrCanceledError](err) || of[net.Error](err) || of[*serviceerror.NamespaceNotFound](err) {
		return true
	}
	switch serviceerror.ToStatus(err).Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.PermissionDenied, codes.Unauthenticated:
		return true
	}
	return false
}

func of[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
