package importing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/engine"
	"reengage/workflows/contract"
)

// startTimeout bounds how long somebody who has uploaded a file waits for Temporal, which need not be there.
const startTimeout = 2 * time.Second

// start has an import worked on. It may fail: Wanted finds the import later.
func (im *Importer) start(ctx context.Context, i db.Import) {
	if im.Temporal == nil || !State(i.State).Working() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
	defer cancel()
	run := runOf(i.ID)
	if _, err := im.Temporal.ExecuteWorkflow(ctx, run.Options(), run.Workflow, run.Input); err != nil {
		im.Log.Warn("an import's workflow was not started yet", "import", i.ID, "error", err)
	}
}

// Wanted lists the imports that need a run.
func (im *Importer) Wanted(ctx context.Context) ([]engine.Run, error) {
	ids, err := db.New(im.Pool).ListWorkingImports(ctx)
	runs := make([]engine.Run, len(ids))
	for i, id := range ids {
		runs[i] = runOf(id)
	}
	return runs, err
}

// runOf is an import's run. The file's name is not in its summary: people name files after people.
func runOf(id uuid.UUID) engine.Run {
	return engine.Run{ID: contract.ImportWorkflowID(id), Workflow: contract.ImportWorkflow, Summary: "contacts from a file",
		Input: contract.ImportInput{ImportID: id}}
}
