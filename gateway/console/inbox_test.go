package console

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

// office is a console with a business number.
type office struct{ *world }

func newOffice(t *testing.T) *office {
	o := &office{newWorld(t)}
	o.exec(`INSERT INTO business_numbers (id, phone_number_id, display, created_at) VALUES (gen_random_uuid(), '100', '+1 202 555 0100', now())`)
	return o
}

// wrote adds a contact who wrote so long ago.
func (o *office) wrote(name, phone string, before time.Duration) {
	o.Helper()
	contact := uuid.New()
	o.exec(`INSERT INTO contacts (id, name, phone, created_at) VALUES ($1, $2, $3, now())`, contact, name, phone)
	o.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at)
		SELECT gen_random_uuid(), id, $1, now(), $2, $2, $2::timestamptz + interval '24 hours' FROM business_numbers WHERE phone_number_id = '100'`,
		contact, storyTime.Add(-before))
}

// look asks as an agent; headers in pairs.
func (o *office) look(path string, headers ...string) *httptest.ResponseRecorder {
	o.Helper()
	return o.open(access.Agent, path, headers...)
}

var rowName = regexp.MustCompile(`data-row><bdi>([^<]*)</bdi>`)

func namesIn(page string) (names []string) {
	for _, m := range rowName.FindAllStringSubmatch(page, -1) {
		names = append(names, m[1])
	}
	return names
}

func TestTheInboxListsByDeadlineAndFilters(t *testing.T) {
	o := newOffice(t)
	o.wrote("Later", "12025550101", time.Hour)
	o.wrote("Soonest", "12025550102", 23*time.Hour+59*time.Minute)
	o.wrote("Closed", "447700900103", 30*time.Hour)
	for path, want := range map[string][]string{
		"/console/inbox":                                 {"Soonest", "Later", "Closed"},
		"/console/inbox?status=&number=&q=":              {"Soonest", "Later", "Closed"},
		"/console/inbox?status=expiring":                 {"Soonest"},
		"/console/inbox?status=expired":                  {"Closed"},
		"/console/inbox?number=100&status=active":        {"Later"},
		"/console/inbox?number=unknown":                  nil,
		"/console/inbox?q=%20LAT%20":                     {"Later"},
		"/console/inbox?q=%2B44+7700":                    {"Closed"},
		"/console/inbox?q=" + strings.Repeat("x", 200):   nil,
		"/console/inbox?unknown=parameter&status=active": {"Later"},
	} {
		page := o.look(path)
		require.Equal(t, http.StatusOK, page.Code, path)
		require.Equal(t, want, namesIn(page.Body.String()), path)
	}
	page := o.look("/console/inbox").Body.String()
	require.Contains(t, page, `>0:01:00</time>`, "the countdown is right before any script runs")
	require.Regexp(t, `Expiring <span class="count">1</span>`, page)
}

func TestTheInboxGoesOnFromPageToPage(t *testing.T) {
	o := newOffice(t)
	for i := range 120 {
		o.wrote(fmt.Sprintf("Person %03d", i), fmt.Sprint(12025550000+i), 23*time.Hour-time.Duration(i)*time.Minute)
	}
	next := regexp.MustCompile(`href="([^"]*)" rel="next"`)
	var names []string
	for path := "/console/inbox?q=person"; path != ""; {
		page := o.look(path)
		require.Equal(t, http.StatusOK, page.Code)
		names = append(names, namesIn(page.Body.String())...)
		found := next.FindStringSubmatch(page.Body.String())
		path = ""
		if found != nil {
			path = strings.ReplaceAll(found[1], "&amp;", "&")
		}
	}
	require.Len(t, names, 120)
	require.Equal(t, "Person 000", names[0])
	require.IsIncreasing(t, names)
}

func TestBadAddressesOfTheInboxAreExplainedWithAWayBack(t *testing.T) {
	o := newOffice(t)
	for path, says := range map[string]string{
		"/console/inbox?status=green":                  "no such state",
		"/console/inbox?cursor=forged":                 "cannot be found from its address",
		"/console/inbox?cursor=e30":                    "cannot be found from its address",
		"/console/inbox?q=%00":                         "",
		"/console/inbox?q=" + strings.Repeat("x", 201): "",
	} {
		page := o.look(path)
		require.GreaterOrEqual(t, page.Code, 400, path)
		require.Less(t, page.Code, 500, path)
		require.Contains(t, page.Body.String(), says, path)
		require.Contains(t, page.Body.String(), `href="/console/inbox"`, path)
	}
}

func TestNamesAreTextHoweverTheyLook(t *testing.T) {
	o := newOffice(t)
	o.wrote(`<img src=x onerror=alert(1)>"'&`, "12025550101", time.Hour)
	o.wrote(strings.Repeat("N", 10_000), "12025550102", 2*time.Hour)
	page := o.look("/console/inbox?q=" + "%3Cimg").Body.String()
	require.NotContains(t, page, "<img")
	require.Contains(t, page, "&lt;img src=x onerror=alert(1)&gt;")
	require.Contains(t, page, `value="&lt;img"`)
	require.Len(t, namesIn(o.look("/console/inbox?q=nnnnn").Body.String()), 1)
}

func TestTheFiltersPutTheirAddressIntoTheHistory(t *testing.T) {
	o := newOffice(t)
	page := o.look("/console/inbox?status=active&number=&q=", "HX-Request", "true", "HX-Trigger", "filters")
	require.Equal(t, "/console/inbox?status=active", page.Header().Get("HX-Push-Url"))
	require.NotContains(t, page.Body.String(), "<html", "a part of the page that is open")
	again := o.look("/console/inbox?status=active", "HX-Request", "true", "HX-Trigger", "inbox")
	require.Empty(t, again.Header().Get("HX-Push-Url"), "asking again is no step")
}

func TestTheInboxHasOneOfEachLandmarkAndNamesForAll(t *testing.T) {
	o := newOffice(t)
	o.wrote("Ada Example", "12025550101", time.Hour)
	page := o.look("/console/inbox").Body.String()
	require.Equal(t, 1, strings.Count(page, "<h1"))
	require.Equal(t, 1, strings.Count(page, "<main"))
	require.Equal(t, 1, strings.Count(page, `role="search"`))
	require.Equal(t, 1, strings.Count(page, `aria-current="page"`))
	require.Less(t, strings.Index(page, `class="skip"`), strings.Index(page, "<header"), "the first stop is to skip to the content")
	for _, id := range regexp.MustCompile(`<(?:input|select)[^>]*\bid="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		require.Contains(t, page, `for="`+id[1]+`"`, "a field without a label")
	}
	for _, svg := range regexp.MustCompile(`<svg[^>]*>`).FindAllString(page, -1) {
		require.Contains(t, svg, `aria-hidden="true"`, "the word beside it says it")
	}
}
