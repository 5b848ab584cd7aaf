package db

import (
	"context"
	"encoding/json"
	"fmt"
)

type author struct{}

// As returns a context in which what is changed is who's doing, in the words of access.Principal.Ref. It is carried in the context
// because between a request and the transaction that carries it out everybody else need not know.
func As(ctx context.Context, who string) context.Context {
	return context.WithValue(ctx, author{}, who)
}

// Facts say of a change what its action and subject do not: ids, codes and names of fields; no texts, names or phones.
type Facts map[string]any

// Audit records a change in the transaction that makes it. What nobody has asked for, because it follows from a webhook or a
// deadline, has no row: the events and decisions say why it was done.
func (q *Queries) Audit(ctx context.Context, action, subject string, facts Facts) error {
	who, _ := ctx.Value(author{}).(string)
	if who == "" {
		return nil
	}
	if facts == nil {
		facts = Facts{}
	}
	raw, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	if err := q.RecordAudit(ctx, RecordAuditParams{Who: who, Action: action, Subject: subject, Facts: raw}); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}
