package webhook

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"reengage/intake"
	"reengage/whatsapp"
)

// Path is where the provider is told to post.
const Path = "/webhooks/whatsapp"

const (
	maxBody      = 3 << 20          // the provider's own limit, 3 MB
	storeTimeout = 10 * time.Second // beyond it the provider has given up as well
	retryAfter   = "5"              // seconds
)

// Store takes a verified body; *intake.Store is one.
type Store interface {
	Webhook(ctx context.Context, body []byte, real time.Time) (intake.Receipt, error)
}

// Options are the secrets shared with the provider.
type Options struct {
	Secrets     []string // app secrets; several while one is being replaced; none: every webhook is refused
	VerifyToken string   // for the subscription's handshake; empty: refused
}

// New returns the handler of Path.
func New(o Options, store Store, log *slog.Logger) http.Handler {
	return &handler{Options: o, store: store, log: log, took: newDuration()}
}

type handler struct {
	Options
	store Store
	log   *slog.Logger
	took  duration
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		h.subscribe(w, r)
	case http.MethodPost:
		begin := time.Now()
		code := h.receive(w, r, begin)
		h.took.record(r.Context(), time.Since(begin), code)
	default:
		w.Header().Set("Allow", "GET, POST")
		refuse(w, http.StatusMethodNotAllowed, methodNotAllowed)
	}
}

// subscribe answers the handshake with which the provider makes sure that the address is ours.
func (h *handler) subscribe(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("hub.mode") != "subscribe" || !h.knowsToken(q.Get("hub.verify_token")) {
		refuse(w, http.StatusForbidden, badToken)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, q.Get("hub.challenge"))
}

// knowsToken compares in a time that depends on neither token.
func (h *handler) knowsToken(given string) bool {
	want, got := sha256.Sum256([]byte(h.VerifyToken)), sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && h.VerifyToken != ""
}

// receive stores a body and returns the status it answered with.
func (h *handler) receive(w http.ResponseWriter, r *http.Request, now time.Time) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refuse(w, http.StatusRequestEntityTooLarge, bodyTooLarge)
	case err != nil:
		return refuse(w, http.StatusBadRequest, bodyIncomplete)
	case !whatsapp.Verify(body, r.Header.Get(whatsapp.SignatureHeader), h.Secrets):
		return refuse(w, http.StatusUnauthorized, badSignature)
	}
	// Whoever hangs up now would send the same again: better to have it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
	defer cancel()
	receipt, err := h.store.Webhook(ctx, body, now)
	if err != nil {
		h.log.ErrorContext(ctx, "a webhook could not be stored and will be sent again", "error", err)
		w.Header().Set("Retry-After", retryAfter)
		return refuse(w, http.StatusServiceUnavailable, notStored)
	}
	h.log.DebugContext(ctx, "webhook stored", "updates", receipt.Updates, "new", receipt.New, "duplicates", receipt.Duplicates)
	if receipt.Problems > 0 {
		h.log.WarnContext(ctx, "a webhook holds pieces that could not be understood", "problems", receipt.Problems,
			"updates", receipt.Updates)
	}
	w.WriteHeader(http.StatusOK)
	return http.StatusOK
}

// The bodies of refusals are constant: problem details (RFC 9457) with a stable code.
const (
	badToken         = `{"title":"The verify token is not ours","status":403,"code":"bad_verify_token"}`
	badSignature     = `{"title":"The signature does not fit the body","status":401,"code":"bad_signature"}`
	bodyTooLarge     = `{"title":"The body is larger than 3 MB","status":413,"code":"body_too_large"}`
	bodyIncomplete   = `{"title":"The body ended early","status":400,"code":"body_incomplete"}`
	methodNotAllowed = `{"title":"Use GET or POST","status":405,"code":"method_not_allowed"}`
	notStored        = `{"title":"Not stored, please send it again","status":503,"code":"storage_unavailable"}`
)

func refuse(w http.ResponseWriter, code int, problem string) int {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, problem+"\n")
	return code
}
