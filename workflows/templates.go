package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"reengage/sending"
)

// listTimeout is how long one look at all accounts may take, in real time: 6,000 templates are 60 pages.
const listTimeout = 5 * time.Minute

// TemplateSync brings the accounts' templates up to date. Webhooks tell of changes sooner; this is for those that were missed,
// and for the texts, which only a list has. A schedule starts it; what fails three times is left to the next run.
func TemplateSync(ctx workflow.Context) (sending.Synced, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: listTimeout, Summary: "list the templates",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumAttempts: 3}})
	var synced sending.Synced
	err := workflow.ExecuteActivity(ctx, acts.SyncTemplates).Get(ctx, &synced)
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d templates of %d accounts", synced.Templates, synced.Accounts))
	return synced, err
}
