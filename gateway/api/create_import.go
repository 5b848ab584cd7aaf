package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"reengage/gateway/access"
	"reengage/importing"
)

// How long an upload may take, in real time, and how long it may be silent.
const (
	uploadTimeout = 2 * time.Hour
	uploadSilence = time.Minute
)

// CreateImport uploads a file of contacts. Its body is the file as it is, which is stored as it comes: how large it is does not matter.
//
//	POST /v1/imports?dry_run=true&default_region=BR&file_name=customers.csv
//
//	phone,name,language,opt_in,tags,city
//	+447700900123,Ada Example,en_GB,yes,vip;new,London
type CreateImport struct {
	Key           string `header:"Idempotency-Key" maxLength:"255" pattern:"^[ -~]+$" doc:"The same file under the same key is one import: a repetition gets it as it stands then, and an upload that was cut off is begun anew. Another file under the key is refused."`
	DryRun        bool   `query:"dry_run" doc:"Only say what would be done; apply it later."`
	DefaultRegion string `query:"default_region" pattern:"^([A-Z]{2})?$" example:"BR" doc:"The country of phones without a country code. Without one such phones are invalid."`
	FileName      string `query:"file_name" maxLength:"255" example:"customers.csv" doc:"For people."`
	Portfolio     string `query:"portfolio" maxLength:"64" doc:"The scope in which the contacts' names hold. By default that of all business numbers, if they have but one."`

	body io.Reader
}

// createImportOp is made for each API: huma writes into what the body is described by.
func createImportOp() huma.Operation {
	return huma.Operation{
		OperationID: "create-import", Method: http.MethodPost, Path: "/v1/imports", DefaultStatus: http.StatusAccepted,
		Summary: "Upload a file of contacts",
		Description: "CSV in UTF-8, UTF-16 or Windows-1252, separated by comma, semicolon, tab or |, at most 4 GiB (docs/imports.md). A file that cannot be read " +
			"as contacts becomes an import that has failed, with a reason. Everything else is found out row by row, and a bad row never stops the others.",
		Errors: []int{http.StatusConflict},
		RequestBody: &huma.RequestBody{Required: true, Description: "The file.", Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}, "application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
	}
}

// Resolve takes the body as a stream: huma itself would read it whole.
func (r *CreateImport) Resolve(ctx huma.Context) []error {
	_, w := humago.Unwrap(ctx)
	r.body = &patientReader{ctx.BodyReader(), http.NewResponseController(w), time.Now().Add(uploadTimeout)}
	return nil
}

// patientReader gives a body time as long as something comes, within an upload's own limit: the server's is for bodies of requests.
type patientReader struct {
	body       io.Reader
	connection *http.ResponseController
	until      time.Time
}

func (r *patientReader) Read(p []byte) (int, error) {
	deadline := time.Now().Add(uploadSilence)
	if deadline.After(r.until) {
		deadline = r.until
	}
	_ = r.connection.SetReadDeadline(deadline) // where the server can
	return r.body.Read(p)
}

// Execute stores the file.
func (r *CreateImport) Execute(ctx context.Context, a *API, real time.Time) (Import, error) {
	switch {
	case !importing.CheckRegion(r.DefaultRegion):
		return Import{}, invalid("default_region", "invalid_field", "default_region is no country's two letters, such as BR or GB")
	case !utf8.ValidString(r.FileName) || strings.ContainsRune(r.FileName, 0):
		return Import{}, invalid("file_name", "invalid_field", "file_name is not a text")
	}
	who, _ := access.From(ctx)
	row, err := a.imports.Receive(ctx, real, importing.Upload{FileName: r.FileName, Region: r.DefaultRegion, Portfolio: r.Portfolio,
		DryRun: r.DryRun, Key: r.Key, By: who.Ref()}, r.body)
	switch {
	case errors.Is(err, importing.ErrKeyReused):
		return Import{}, keyReused()
	case errors.Is(err, importing.ErrOvertaken):
		return Import{}, newProblem(http.StatusConflict, "upload_overtaken", "another upload under this Idempotency-Key has begun since; this one counts no more")
	case errors.Is(err, importing.ErrTooLarge):
		return Import{}, newProblem(http.StatusRequestEntityTooLarge, "body_too_large", "the file is larger than 4 GiB; upload it in parts")
	case errors.Is(err, importing.ErrIncomplete):
		return Import{}, newProblem(http.StatusRequestTimeout, "request_timeout", "the file did not come to its end; nothing is done with it, upload it again")
	case err != nil:
		return Import{}, err
	}
	return importOf(row)
}
