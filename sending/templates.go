package sending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/whatsapp/template"
)

// listed is a template on its way into the table; the names are the columns'.
type listed struct {
	Name       string          `json:"name"`
	Language   string          `json:"language"`
	ProviderID string          `json:"provider_id"`
	Status     string          `json:"status"`
	Category   string          `json:"category"`
	Quality    string          `json:"quality"`
	Components json.RawMessage `json:"components"`
}

// SyncTemplates brings the templates of every account that a business number belongs to up to date. An account whose list
// cannot be had costs none of the others. The error is the database's, or of the only accounts there are.
func (s *Sender) SyncTemplates(ctx context.Context) (Synced, error) {
	accounts, err := db.New(s.Pool).ListTemplateAccounts(ctx)
	if err != nil {
		return Synced{}, fmt.Errorf("list the accounts: %w", err)
	}
	var all Synced
	var failures []error
	for _, account := range accounts {
		templates, removed, err := s.syncAccount(ctx, account)
		if err != nil {
			s.Log.WarnContext(ctx, "an account's templates could not be listed", "account", account, "error", err)
			failures = append(failures, err)
			all.Failed++
			continue
		}
		all.Accounts++
		all.Templates += templates
		all.Removed += removed
	}
	if all.Accounts == 0 && len(failures) > 0 {
		return all, errors.Join(failures...)
	}
	return all, nil
}

// syncAccount takes in one account's list, as of when it was asked for: what webhooks have told of since is news to it.
func (s *Sender) syncAccount(ctx context.Context, account string) (templates, removed int, err error) {
	askedAt := s.Clock.At(time.Now())
	list, err := s.Provider.ListTemplates(ctx, account)
	if err != nil {
		return 0, 0, err
	}
	rows := rowsOf(list)
	err = db.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.SaveListedTemplates(ctx, account, askedAt, encode(rows)); err != nil {
			return err
		}
		n, err := q.RemoveUnlistedTemplates(ctx, askedAt, account)
		removed = int(n)
		return err
	})
	return len(rows), removed, err
}

// rowsOf leaves out what is listed twice, and what could not be stored.
func rowsOf(list []template.Template) []listed {
	rows := []listed{}
	type key struct{ name, language string }
	seen := map[key]bool{}
	for _, t := range list {
		components, err := json.Marshal(t.Components)
		k := key{t.Name, t.Language}
		if err != nil || storableJSON(components) == nil || t.Name == "" || t.Language == "" || !storableText(t.Name+t.Language) || seen[k] {
			continue
		}
		if t.Components == nil {
			components = json.RawMessage("[]")
		}
		seen[k] = true
		rows = append(rows, listed{t.Name, t.Language, t.ID, t.Status, t.Category, t.Quality, components})
	}
	return rows
}
