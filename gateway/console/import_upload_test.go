package console

import (
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

// A file is handed on while it arrives: the API has its beginning before the browser has sent its end, and more of it than a form may hold.
func TestAFileIsHandedOnAsItComes(t *testing.T) {
	begun, id := make(chan string), uuid.New()
	var read int64
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := make([]byte, 5)
		_, err := io.ReadFull(r.Body, first)
		require.NoError(t, err)
		begun <- r.Method + " " + r.URL.RequestURI() + " " + string(first)
		read, err = io.Copy(io.Discard, r.Body)
		require.NoError(t, err)
		fmt.Fprintf(w, `{"id": %q, "state": "checking"}`, id)
	})
	mux := http.NewServeMux()
	New(Deps{API: answer, Log: slog.New(slog.DiscardHandler)}).Register(mux)
	body, file := io.Pipe()
	form := multipart.NewWriter(file)
	go func() {
		_ = form.WriteField("default_region", "pe")
		part, _ := form.CreateFormFile("file", "a b.csv")
		_, _ = io.WriteString(part, "phone")
		if got := <-begun; got != "POST /v1/imports?default_region=PE&dry_run=true&file_name=a+b.csv phone" {
			_ = file.CloseWithError(fmt.Errorf("the API was asked %s", got))
			return
		}
		_, _ = io.WriteString(part, strings.Repeat("x", 3*mostBody))
		_ = file.CloseWithError(form.Close())
	}()
	r := httptest.NewRequestWithContext(as(t.Context(), access.Administrator), http.MethodPost, "/console/imports", body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	require.Equal(t, "/console/imports/"+id.String(), w.Header().Get("Location"))
	require.EqualValues(t, 3*mostBody, read)
}
