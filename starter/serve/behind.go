package serve

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"reengage/campaign"
	"reengage/clock"
	"reengage/config"
	"reengage/db"
	"reengage/engine"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/console"
	"reengage/gateway/live"
	"reengage/gateway/webhook"
	"reengage/importing"
	"reengage/intake"
	"reengage/ledger"
	"reengage/notify"
	"reengage/relay"
	"reengage/tariff"
)

// open opens the door and runs what works on the stored, until ctx ends. With front the door closes.
func (m *Main) open(ctx, front context.Context, d *door, pool *pgxpool.Pool, temporal client.Client, c clock.Clock) error {
	store := intake.New(pool, c, m.Log).WithEntryPoints(m.Config.EntryPoints)
	mux := http.NewServeMux()
	mux.Handle(webhook.Path, webhook.New(webhook.Options{
		Secrets: config.Reveal(m.Config.AppSecrets), VerifyToken: m.Config.VerifyToken.Reveal(),
	}, store, m.Log))
	cards, err := tariff.ShippedCards()
	if err != nil {
		return err
	}
	book := ledger.New(pool, cards, time.Duration(m.Config.EntryPointHours)*time.Hour, m.Log)
	proxies, err := m.Config.Proxies()
	if err != nil {
		return err
	}
	feed := live.New(live.Options{Pool: pool, Clock: c, Log: m.Log})
	defer feed.Close()
	// Streams would not end by themselves, and the door waits for requests under way.
	defer context.AfterFunc(front, feed.Close)()
	imports := &importing.Importer{Pool: pool, Clock: c, Temporal: temporal, Log: m.Log}
	campaigns := &campaign.Campaigns{Pool: pool, Clock: c, Temporal: temporal, Log: m.Log}
	api.New(api.Deps{
		Pool: pool, Store: store, Engine: engine.Engine{Temporal: temporal, Queries: db.New(pool), Clock: c}, Ledger: book, Clock: c, Campaigns: campaigns,
		Imports: imports,
		Margin:  m.Config.SendMargin, Keys: config.Reveal(m.Config.APIKeys), Stored: &access.Keys{Pool: pool}, Live: feed, Log: m.Log,
		TemplateLimit: m.Config.TemplateLimit,
	}).Register(mux)
	console.New(console.Deps{
		API: mux, Live: feed, Clock: c, TemporalUI: string(m.Config.TemporalUIURL), TemporalNamespace: m.namespace, Stories: m.Config.ConsoleStories, Log: m.Log,
		People: &access.People{Pool: pool}, URL: string(m.Config.ConsoleURL), Proxies: proxies,
	}).Register(mux)

	// What waits to be billed is counted here too, though the worker bills it: one look at this port says how things stand.
	observed, err := book.Observe()
	if err != nil {
		return err
	}
	defer func() { _ = observed.Unregister() }()

	behind := []interface{ Run(context.Context) error }{
		relay.New(relay.Options{Pool: pool, Temporal: temporal, Clock: c, Log: m.Log}),
		engine.Runs{Temporal: temporal, Log: m.Log, Wanted: []engine.Wanted{
			campaigns.Wanted, imports.Wanted,
		}},
		feed,
		imports,
	}
	if m.Config.NotifyURL != "" {
		n, err := notify.New(notify.Options{
			Pool: pool, URL: string(m.Config.NotifyURL), Secret: m.Config.NotifySecret.Reveal(), Log: m.Log,
			AllowPrivate: m.Config.NotifyPrivate,
		})
		if err != nil {
			return err
		}
		behind = append(behind, n)
	}
	var group errgroup.Group
	for _, b := range behind {
		group.Go(func() error { return b.Run(ctx) })
	}
	d.open(mux)
	m.Log.InfoContext(ctx, "serving", "clock", c)
	return group.Wait()
}
