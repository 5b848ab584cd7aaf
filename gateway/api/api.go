package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/campaign"
	"reengage/clock"
	"reengage/db"
	"reengage/gateway/access"
	"reengage/gateway/live"
	"reengage/importing"
	"reengage/ledger"
	"reengage/whatsapp/template"
)

// requestTimeout bounds one request, in real time; what takes longer is answered as an outage.
const requestTimeout = 10 * time.Second

// Deps is what the API works with.
type Deps struct {
	Pool   *pgxpool.Pool
	Store  Store
	Engine Engine
	Ledger *ledger.Ledger // rates what is stored, for comparisons, and assigns schemes; it posts nothing here
	Clock  clock.Clock
	// Campaigns keeps campaigns and tells their runs; nil: they are kept, and nobody is told.
	Campaigns *campaign.Campaigns
	// Imports takes files of contacts in; nil: they are kept, and whoever asks Wanted starts them.
	Imports *importing.Importer
	Margin  time.Duration // how far a free-form message keeps from the window's end; zero: conversation.SendMargin
	Keys    []string      // bearer keys that may everything
	Stored  *access.Keys  // bearer keys with scopes; nil: there are none. Without either kind every request is answered 401
	Live    *live.Feed    // what /v1/events tells; nil: nothing
	Log     *slog.Logger

	TemplateLimit int // how many templates an account may have; zero: template.LimitUnverified
}

// API answers the requests under /v1.
type API struct {
	pool      *pgxpool.Pool
	queries   *db.Queries // for reports and lists
	store     Store
	engine    Engine
	ledger    *ledger.Ledger
	clock     clock.Clock
	campaigns *campaign.Campaigns
	imports   *importing.Importer
	margin    time.Duration
	keys      keys
	stored    *access.Keys
	live      *live.Feed
	log       *slog.Logger
	huma      huma.API

	templateLimit int64
	comparison    sync.Mutex // held by the one that is under way
}

// New returns the API. Register puts it on a mux.
func New(d Deps) *API {
	if d.Campaigns == nil {
		d.Campaigns = &campaign.Campaigns{Pool: d.Pool, Clock: d.Clock, Log: d.Log}
	}
	if d.Imports == nil {
		d.Imports = &importing.Importer{Pool: d.Pool, Clock: d.Clock, Log: d.Log}
	}
	return &API{pool: d.Pool, queries: db.New(customPlans{d.Pool}), store: d.Store, engine: d.Engine, ledger: d.Ledger, clock: d.Clock,
		campaigns: d.Campaigns, imports: d.Imports, margin: d.Margin, keys: newKeys(d.Keys), stored: d.Stored, live: d.Live, log: d.Log,
		templateLimit: int64(cmp.Or(d.TemplateLimit, template.LimitUnverified))}
}

// Register adds the endpoints, /openapi.json and /docs to the mux.
func (a *API) Register(mux *http.ServeMux) {
	c := huma.DefaultConfig("Reengage", "1")
	c.Info.Description = "Keeps WhatsApp conversations alive within their 24-hour window, and accounts for what they cost."
	c.CreateHooks = nil // they would add $schema to every body
	c.SchemasPath = ""
	c.DocsPath = ""
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer"}}
	a.huma = humago.New(mux, c)
	a.huma.UseMiddleware(a.authorize, a.checkQuery)

	register(a, access.Send, recordInboundOp, (*RecordInbound).Execute)
	register(a, access.Send, recordOutboundOp, (*RecordOutbound).Execute)
	register(a, access.Send, findConversationOp, (*FindConversation).Execute)
	register(a, access.Read, listConversationsOp, (*ListConversations).Execute)
	register(a, access.Read, countConversationsOp, (*CountConversations).Execute)
	register(a, access.Read, getConversationOp, (*GetConversation).Execute)
	register(a, access.Read, getTimelineOp, (*GetTimeline).Execute)
	register(a, access.Read, explainOp, (*Explain).Execute)
	register(a, access.Send, sendMessageOp, (*SendMessage).Execute)
	register(a, access.Send, sendTemplateOp, (*SendTemplate).Execute)
	register(a, access.Read, previewTemplateOp, (*PreviewTemplate).Execute)
	register(a, access.Send, closeConversationOp, (*CloseConversation).Execute)
	register(a, access.Send, keepReplyOp, (*KeepReply).Execute)
	register(a, access.Read, listKeptRepliesOp, (*ListKeptReplies).Execute)
	register(a, access.Send, sendKeptReplyOp, (*SendKeptReply).Execute)
	register(a, access.Send, discardKeptReplyOp, (*DiscardKeptReply).Execute)
	register(a, access.Send, claimResumeOp, (*ClaimResume).Execute)
	register(a, access.Send, releaseResumeOp, (*ReleaseResume).Execute)
	register(a, access.Read, getSendOp, (*GetSend).Execute)
	register(a, access.Read, listTemplatesOp, (*ListTemplates).Execute)
	register(a, access.Read, listContactsOp, (*ListContacts).Execute)
	register(a, access.Read, getTemplateOp, (*GetTemplate).Execute)
	register(a, access.Read, getContactOp, (*GetContact).Execute)
	register(a, access.Send, setContactOp, (*SetContact).Execute)
	register(a, access.Send, changeConsentOp, (*ChangeConsent).Execute)
	register(a, access.Send, changeSuppressionOp, (*ChangeSuppression).Execute)
	register(a, access.Read, listContactAttributesOp, (*ListContactAttributes).Execute)
	register(a, access.Read, listSegmentsOp, (*ListSegments).Execute)
	register(a, access.Send, addSegmentOp, (*AddSegment).Execute)
	registerWithin(a, access.Read, countAudienceOp, countTimeout, (*CountAudience).Execute)
	register(a, access.Read, getSegmentOp, (*GetSegment).Execute)
	register(a, access.Send, setSegmentOp, (*SetSegment).Execute)
	register(a, access.Send, deleteSegmentOp, (*DeleteSegment).Execute)
	register(a, access.Read, listNumbersOp, (*ListNumbers).Execute)
	register(a, access.Read, getNumberOp, (*GetNumber).Execute)
	registerWithin(a, access.Admin, setNumberOp, SetNumberTimeout, (*SetNumber).Execute)
	registerWithin(a, access.Admin, assignSchemeOp, SetNumberTimeout, (*AssignScheme).Execute)
	register(a, access.Read, previewNumberOp, (*PreviewNumber).Execute)
	register(a, access.Admin, pauseNumberOp, (*PauseNumber).Execute)
	register(a, access.Admin, resumeNumberOp, (*ResumeNumber).Execute)
	register(a, access.Billing, listChargesOp, (*ListCharges).Execute)
	register(a, access.Billing, listDifferencesOp, (*ListDifferences).Execute)
	register(a, access.Billing, listUnpricedOp, (*ListUnpriced).Execute)
	registerWithin(a, access.Billing, compareInvoiceOp, ComparisonTimeout, (*CompareInvoice).Execute)
	registerWithin(a, access.Billing, reengagementCostsOp, reengagementTimeout, (*ReengagementCosts).Execute)
	register(a, access.Billing, listRateCardsOp, (*ListRateCards).Execute)
	registerWithin(a, access.Billing, compareCostsOp, ComparisonTimeout, (*CompareCosts).Execute)
	register(a, access.Read, listCampaignsOp, (*ListCampaigns).Execute)
	register(a, access.Send, createCampaignOp, (*CreateCampaign).Execute)
	register(a, access.Read, getCampaignOp, (*GetCampaign).Execute)
	register(a, access.Send, setCampaignOp, (*SetCampaign).Execute)
	register(a, access.Send, deleteCampaignOp, (*DeleteCampaign).Execute)
	registerWithin(a, access.Read, quoteCampaignOp, quoteTimeout, (*QuoteCampaign).Execute)
	register(a, access.Read, previewCampaignOp, (*PreviewCampaign).Execute)
	register(a, access.Send, testCampaignOp, (*TestCampaign).Execute)
	register(a, access.Admin, launchCampaignOp, (*LaunchCampaign).Execute)
	register(a, access.Send, pauseCampaignOp, (*PauseCampaign).Execute)
	register(a, access.Admin, resumeCampaignOp, (*ResumeCampaign).Execute)
	register(a, access.Send, cancelCampaignOp, (*CancelCampaign).Execute)
	registerRecipients(a)
	register(a, access.Read, campaignResultsOp, (*GetCampaignResults).Execute)
	registerWithin(a, access.Admin, createImportOp(), uploadTimeout, (*CreateImport).Execute)
	register(a, access.Read, listImportsOp, (*ListImports).Execute)
	register(a, access.Read, getImportOp, (*GetImport).Execute)
	register(a, access.Admin, applyImportOp, (*ApplyImport).Execute)
	register(a, access.Admin, cancelImportOp, (*CancelImport).Execute)
	registerImportRejects(a)
	registerEvents(a)

	mux.HandleFunc("/v1/", a.noSuchEndpoint(mux))
	registerDocs(mux)
}

// schemaName tells what campaigns say of themselves, whose names are short there, from what others say.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if strings.HasSuffix(t.PkgPath(), "/campaign") && !strings.HasPrefix(name, "Recipient") {
		return "Campaign" + name
	}
	return name
}

// register adds one endpoint for those who have the scope: execute is called with the request and the real time of its arrival.
func register[I, O any](a *API, scope access.Scope, op huma.Operation, execute func(*I, context.Context, *API, time.Time) (O, error)) {
	registerWithin(a, scope, op, requestTimeout, execute)
}

// registerWithin is register for what may take another time than requests do.
func registerWithin[I, O any](a *API, scope access.Scope, op huma.Operation, within time.Duration, execute func(*I, context.Context, *API, time.Time) (O, error)) {
	op.Security = needs(scope)
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	if op.Method != http.MethodGet { // whose body may be missing, malformed or too large
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusRequestEntityTooLarge)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*struct{ Body O }, error) {
		ctx, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		out, err := underKey(ctx, a, op.OperationID, in, func() (O, error) { return execute(in, ctx, a, time.Now()) })
		if err != nil {
			return nil, a.problem(ctx, op.OperationID, err)
		}
		return &struct{ Body O }{out}, nil
	})
}
