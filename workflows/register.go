package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/workflows/contract"
)

// Register makes the workflows known to a worker or a replayer under their contract names.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Conversation, workflow.RegisterOptions{Name: contract.ConversationWorkflow})
	r.RegisterWorkflowWithOptions(Campaign, workflow.RegisterOptions{Name: contract.CampaignWorkflow})
	r.RegisterWorkflowWithOptions(Settlement, workflow.RegisterOptions{Name: contract.SettlementWorkflow})
	r.RegisterWorkflowWithOptions(TemplateSync, workflow.RegisterOptions{Name: contract.TemplateSyncWorkflow})
	r.RegisterWorkflowWithOptions(Import, workflow.RegisterOptions{Name: contract.ImportWorkflow})
}
