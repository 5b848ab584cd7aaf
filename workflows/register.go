package workflows

import (
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/workflows/contract"
)

// DeadlockDetectionTimeout is how long a workflow may compute before the SDK takes it to be stuck and fails the task: as long as
// the server waits for a task's end. The SDK's own second is one of real time. On a busy machine, reading what a flood of signals
// has brought takes longer; and since the next attempt reads it all again, the conversation would stand still for good.
const DeadlockDetectionTimeout = 10 * time.Second

// NewWorker returns a worker on the system's task queue that knows the workflows; the caller registers activities and starts
// it. The options are the caller's, but for those that the workflows need.
func NewWorker(c client.Client, o worker.Options) worker.Worker {
	o.DisableRegistrationAliasing = true
	o.DeadlockDetectionTimeout = DeadlockDetectionTimeout
	w := worker.New(c, contract.TaskQueue, o)
	Register(w)
	return w
}

// Register makes the workflows known to a worker or a replayer under their contract names.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Conversation, workflow.RegisterOptions{Name: contract.ConversationWorkflow})
	r.RegisterWorkflowWithOptions(Campaign, workflow.RegisterOptions{Name: contract.CampaignWorkflow})
	r.RegisterWorkflowWithOptions(Settlement, workflow.RegisterOptions{Name: contract.SettlementWorkflow})
	r.RegisterWorkflowWithOptions(TemplateSync, workflow.RegisterOptions{Name: contract.TemplateSyncWorkflow})
	r.RegisterWorkflowWithOptions(Import, workflow.RegisterOptions{Name: contract.ImportWorkflow})
}
