package activities

import (
	"context"

	"reengage/sending"
	"reengage/workflows/contract"
)

func (a *Activities) PlanSend(ctx context.Context, r PlanRequest) (PlanResult, error) {
	panic("not yet")
}
func (a *Activities) Send(ctx context.Context, r SendRequest) (sending.Result, error) {
	panic("not yet")
}
func (a *Activities) SettleSend(ctx context.Context, r SendRequest) (sending.Result, error) {
	panic("not yet")
}
func (a *Activities) FinishSend(ctx context.Context, r SendRequest) (sending.Result, error) {
	panic("not yet")
}
func (a *Activities) RecordDecisions(ctx context.Context, r DecisionsRequest) (contract.Answer, error) {
	panic("not yet")
}
func (a *Activities) RecordConsent(ctx context.Context, r ConsentRequest) error { panic("not yet") }
func (a *Activities) SettleKept(ctx context.Context, r KeptRequest) (contract.Answer, error) {
	panic("not yet")
}
