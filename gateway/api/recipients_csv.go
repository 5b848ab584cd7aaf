package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/gateway/access"
)

// registerRecipients is register for the one list that also comes as a file, as long as it is.
func registerRecipients(a *API) {
	op := listRecipientsOp
	op.Security = needs(access.Read)
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	page := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Page[Recipient]](), true, "")
	op.Responses = map[string]*huma.Response{"200": {Description: "A page, or all of them.", Content: map[string]*huma.MediaType{
		"application/json": {Schema: page}, "text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	type listed struct {
		ListRecipients
		Accept string `header:"Accept" doc:"text/csv: a file with all of them."`
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *listed) (*huma.StreamResponse, error) {
		within, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		first, err := in.Execute(within, a, time.Now())
		if err != nil {
			return nil, a.problem(ctx, op.OperationID, err)
		}
		if wantsCSV(in.Accept) {
			return &huma.StreamResponse{Body: func(c huma.Context) { in.writeCSV(c, a, op.OperationID) }}, nil
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			c.SetHeader("Content-Type", "application/json")
			_ = json.NewEncoder(c.BodyWriter()).Encode(first) // who asked may have gone
		}}, nil
	})
}

// wantsCSV reports whether a file is asked for, and not merely taken as anything would be.
func wantsCSV(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(kind), "text/csv") {
			return true
		}
	}
	return false
}

// writeCSV writes all recipients.
func (r *ListRecipients) writeCSV(c huma.Context, a *API, operation string) {
	out := newCSVFile(c, "recipients-"+r.ID.String(), recipientColumns)
	for after := uuid.Nil; ; {
		rows, err := campaign.Recipients(c.Context(), a.queries, r.request(r.ID, after, fileRows))
		if err != nil {
			_ = a.problem(c.Context(), operation, err) // which logs it
			panic(http.ErrAbortHandler)
		}
		if !out.page(len(rows), func(i int) []string { return recipientCells(rows[i]) }) || len(rows) < fileRows {
			return
		}
		after = rows[len(rows)-1].ID
	}
}

var recipientColumns = []string{"id", "contact_id", "name", "phone", "market", "conversation_id", "send_id", "state", "code", "due_at", "settled_at",
	"delivery", "delivered_at", "read_at", "answered_at", "opted_out_at"}

func recipientCells(r Recipient) []string {
	return []string{r.ID.String(), r.ContactID.String(), r.Name, r.Phone, r.Market, orEmptyID(r.ConversationID), orEmptyID(r.SendID), string(r.State),
		orEmptyText(r.Code), instantCell(r.DueAt), instantCell(r.SettledAt), orEmptyText(r.Delivery), instantCell(r.DeliveredAt), instantCell(r.ReadAt), instantCell(r.AnsweredAt),
		instantCell(r.OptedOutAt)}
}

func orEmptyID(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

func orEmptyText(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func instantCell(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
