package sending_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/sending"
	"reengage/whatsapp/template"
)

func listedTemplate(name, status string) template.Template {
	return template.Template{ID: "7", Name: name, Language: "en", Category: "utility", Status: status, Quality: "green",
		Components: []template.Component{{Type: "BODY", Text: "Your order is on its way."}}}
}

func (w *world) syncs() sending.Synced {
	w.Helper()
	synced, err := w.SyncTemplates(w.Context())
	require.NoError(w, err)
	return synced
}

func TestTemplatesAreBroughtUpToDate(t *testing.T) {
	w := newWorld(t)
	w.provider.templates = []template.Template{listedTemplate("order_update", "paused"), listedTemplate("news", "approved"), listedTemplate("news", "approved")}
	require.Equal(t, sending.Synced{Accounts: 1, Templates: 2, Removed: 1}, w.syncs())
	require.Equal(t, "paused", w.one(`SELECT status FROM templates WHERE name = 'order_update'`))
	require.Equal(t, "true", w.one(`SELECT (removed_at IS NOT NULL)::text FROM templates WHERE name = 'come_back'`))
	before := w.one(`SELECT changed_at::text FROM templates WHERE name = 'news'`)
	require.Equal(t, sending.Synced{Accounts: 1, Templates: 2}, w.syncs())
	require.Equal(t, before, w.one(`SELECT changed_at::text FROM templates WHERE name = 'news'`), "nothing has changed")

	w.provider.templates = append(w.provider.templates, listedTemplate("come_back", "approved"))
	w.syncs()
	require.Equal(t, "true", w.one(`SELECT (removed_at IS NULL)::text FROM templates WHERE name = 'come_back'`), "it is back")
}

func TestAListTakesBackNoLaterNews(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE templates SET status = 'disabled', status_at = $1, changed_at = $1`, time.Now().Add(time.Minute))
	w.provider.templates = []template.Template{listedTemplate("order_update", "approved")}
	require.Equal(t, sending.Synced{Accounts: 1, Templates: 1}, w.syncs())
	require.Equal(t, "disabled green", w.one(`SELECT status || ' ' || quality FROM templates WHERE name = 'order_update'`))
	require.Equal(t, "disabled", w.one(`SELECT status FROM templates WHERE name = 'come_back' AND removed_at IS NULL`))
}

func TestAnAccountThatCannotBeListedKeepsItsTemplates(t *testing.T) {
	w := newWorld(t)
	w.provider.listing = errors.New("away")
	synced, err := w.SyncTemplates(t.Context())
	require.Error(t, err, "it is the only one")
	require.Equal(t, 1, synced.Failed)
	require.Equal(t, "2", w.one(`SELECT count(*)::text FROM templates WHERE removed_at IS NULL`))
}
