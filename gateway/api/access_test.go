package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

// Who may ask what: the scope of keys, and the roles of people.
var (
	readers = may{access.Read, []access.Role{access.Viewer, access.Agent, access.Accountant, access.Administrator}}
	senders = may{access.Send, []access.Role{access.Agent, access.Administrator}}
	payers  = may{access.Billing, []access.Role{access.Accountant, access.Administrator}}
	admins  = may{access.Admin, []access.Role{access.Administrator}}
)

type may struct {
	scope access.Scope
	roles []access.Role
}

// permitted is the whole of the API. Whoever adds an endpoint says here who may ask it.
var permitted = map[string]may{
	"POST /v1/inbound":                                        senders,
	"POST /v1/outbound":                                       senders,
	"POST /v1/conversations":                                  senders,
	"GET /v1/conversations":                                   readers,
	"GET /v1/conversation-counts":                             readers,
	"GET /v1/conversations/{id}":                              readers,
	"GET /v1/conversations/{id}/explain":                      readers,
	"GET /v1/conversations/{id}/timeline":                     readers,
	"POST /v1/conversations/{id}/preview":                     readers,
	"GET /v1/events":                                          readers,
	"POST /v1/conversations/{id}/messages":                    senders,
	"POST /v1/conversations/{id}/templates":                   senders,
	"POST /v1/conversations/{id}/close":                       senders,
	"GET /v1/conversations/{id}/kept-replies":                 readers,
	"POST /v1/conversations/{id}/kept-replies":                senders,
	"POST /v1/conversations/{id}/kept-replies/{kept}/send":    senders,
	"POST /v1/conversations/{id}/kept-replies/{kept}/discard": senders,
	"POST /v1/conversations/{id}/resume-claim":                senders,
	"DELETE /v1/conversations/{id}/resume-claim":              senders,
	"GET /v1/sends/{id}":                                      readers,
	"GET /v1/templates":                                       readers,
	"GET /v1/contacts":                                        readers,
	"GET /v1/contact-attributes":                              readers,
	"GET /v1/templates/{waba}/{name}/{language}":              readers,
	"GET /v1/contacts/{id}":                                   readers,
	"PUT /v1/contacts/{id}":                                   senders,
	"PUT /v1/contacts/{id}/consent":                           senders,
	"PUT /v1/contacts/{id}/suppression":                       senders,
	"GET /v1/segments":                                        readers,
	"POST /v1/segments":                                       senders,
	"POST /v1/segments/count":                                 readers,
	"GET /v1/segments/{id}":                                   readers,
	"PUT /v1/segments/{id}":                                   senders,
	"DELETE /v1/segments/{id}":                                senders,
	"GET /v1/numbers":                                         readers,
	"GET /v1/numbers/{id}":                                    readers,
	"PUT /v1/numbers/{id}":                                    admins,
	"PUT /v1/numbers/{id}/scheme":                             admins,
	"POST /v1/numbers/{id}/preview":                           readers,
	"POST /v1/numbers/{id}/pause":                             admins,
	"POST /v1/numbers/{id}/resume":                            admins,
	"GET /v1/charges":                                         payers,
	"GET /v1/charges/differences":                             payers,
	"GET /v1/charges/unpriced":                                payers,
	"POST /v1/charges/invoice":                                payers,
	"GET /v1/costs/compare":                                   payers,
	"GET /v1/costs/reengagement":                              payers,
	"GET /v1/campaigns":                                       readers,
	"POST /v1/campaigns":                                      senders,
	"GET /v1/campaigns/{id}":                                  readers,
	"PUT /v1/campaigns/{id}":                                  senders,
	"DELETE /v1/campaigns/{id}":                               senders,
	"GET /v1/campaigns/{id}/quote":                            readers,
	"GET /v1/campaigns/{id}/preview":                          readers,
	"POST /v1/campaigns/{id}/test":                            senders,
	"POST /v1/campaigns/{id}/launch":                          admins,
	"POST /v1/campaigns/{id}/pause":                           senders,
	"POST /v1/campaigns/{id}/resume":                          admins,
	"POST /v1/campaigns/{id}/cancel":                          senders,
	"GET /v1/campaigns/{id}/recipients":                       readers,
	"GET /v1/campaigns/{id}/results":                          readers,
	"GET /v1/rate-cards":                                      payers,
	"POST /v1/imports":                                        admins,
	"GET /v1/imports":                                         readers,
	"GET /v1/imports/{id}":                                    readers,
	"POST /v1/imports/{id}/apply":                             admins,
	"POST /v1/imports/{id}/cancel":                            admins,
	"GET /v1/imports/{id}/rejects":                            admins,
}

// stay is how long a test listens to an endpoint before it leaves: of a stream, which has no end, not long.
func stay(endpoint string) time.Duration {
	if endpoint == "GET /v1/events" {
		return 100 * time.Millisecond
	}
	return time.Minute
}

// endpoints are all there are, as the OpenAPI document lists them.
func (f *fixture) endpoints() []string {
	var document struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	f.call("GET", "/openapi.json", "", &document)
	var all []string
	for path, item := range document.Paths {
		for method := range item {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

func TestEveryEndpointIsForThoseWhoMayAndForNobodyElse(t *testing.T) {
	f := newFixture(t)
	keys := access.Keys{Pool: f.pool}
	bearer := map[access.Scope]string{}
	for _, s := range access.Scopes {
		text, _, err := keys.Add(t.Context(), access.Operator, time.Now(), access.NewKey{Name: string(s), Scopes: []access.Scope{s}})
		require.NoError(t, err)
		bearer[s] = text
	}
	for _, endpoint := range f.endpoints() {
		allowed, listed := permitted[endpoint]
		if !listed {
			t.Errorf("%s: nobody has said in this test who may ask it", endpoint)
			continue
		}
		method, path, _ := strings.Cut(endpoint, " ")
		path = strings.NewReplacer("{id}", uuid.NewString(), "{kept}", uuid.NewString()).Replace(path)
		ask := func(authorization string, who *access.Principal) (int, api.Problem) {
			ctx, leave := context.WithTimeout(t.Context(), stay(endpoint))
			defer leave()
			r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader("{}"))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", authorization)
			if who != nil {
				r = r.WithContext(access.With(r.Context(), *who))
			}
			return f.serveTo(r)
		}
		refuses := func(who string, may bool, status int, p api.Problem) {
			if may {
				require.NotContains(t, []int{401, 403, 500}, status, "%s by %s: %s", endpoint, who, p.Detail)
				return
			}
			require.Equal(t, 403, status, "%s by %s", endpoint, who)
			require.Equal(t, "forbidden", p.Code)
			require.Equal(t, "this needs the scope "+string(allowed.scope), p.Detail)
		}
		for _, stranger := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + bearer[access.Admin], bearer[access.Admin], "Bearer " + bearer[access.Admin] + "A"} {
			status, p := ask(stranger, nil)
			require.Equal(t, 401, status, "%s by a stranger", endpoint)
			require.Equal(t, "unauthorized", p.Code)
		}
		for _, s := range access.Scopes {
			status, p := ask("Bearer "+bearer[s], nil)
			refuses("a key with "+string(s), s == allowed.scope, status, p)
		}
		for _, role := range []access.Role{access.Viewer, access.Agent, access.Accountant, access.Administrator, "owner", ""} {
			status, p := ask("", &access.Principal{Kind: access.ByUser, ID: uuid.New(), Name: "Grace Example", Scopes: role.Scopes()})
			refuses("a "+string(role), slices.Contains(allowed.roles, role), status, p)
		}
	}
	require.Len(t, permitted, len(f.endpoints()), "this test lists an endpoint that is gone")
}

// serveTo answers a request as it is, with what its context says.
func (f *fixture) serveTo(r *http.Request) (int, api.Problem) {
	w := httptest.NewRecorder()
	f.server.Config.Handler.ServeHTTP(w, r)
	var p api.Problem
	if w.Code >= 400 {
		require.NoError(f.t, json.Unmarshal(w.Body.Bytes(), &p), "%s", w.Body)
	}
	return w.Code, p
}

func TestStrangersAreToldNothingOfWhichEndpointsThereAre(t *testing.T) {
	f := newFixture(t)
	text, made, err := access.Keys{Pool: f.pool}.Add(t.Context(), access.Operator, time.Now(), access.NewKey{Name: "shop", Scopes: []access.Scope{access.Read}})
	require.NoError(t, err)
	ask := func(key string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/nothing", nil)
		r.Header.Set("Authorization", "Bearer "+key)
		status, p := f.serveTo(r)
		return status, p.Code
	}
	status, code := ask(text)
	require.Equal(t, 404, status)
	require.Equal(t, "no_such_endpoint", code)
	for _, stranger := range []string{"", "wrong", text + "A"} {
		status, code = ask(stranger)
		require.Equal(t, 401, status)
		require.Equal(t, "unauthorized", code)
	}
	require.NoError(t, access.Keys{Pool: f.pool}.Revoke(t.Context(), access.Operator, time.Now(), made.Prefix))
	status, _ = ask(text)
	require.Equal(t, 401, status)
}

func TestWhileTheDatabaseIsAwayAKeyIsNotCalledWrong(t *testing.T) {
	f := newFixture(t)
	text, _, err := access.Keys{Pool: f.pool}.Add(t.Context(), access.Operator, time.Now(), access.NewKey{Name: "shop", Scopes: []access.Scope{access.Read}})
	require.NoError(t, err)
	f.pool.Close()
	for _, path := range []string{"/v1/conversations", "/v1/nothing"} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+text)
		status, p := f.serveTo(r)
		require.NotEqual(t, 401, status)
		require.GreaterOrEqual(t, status, 500)
		require.NotContains(t, p.Detail, text)
	}
}
