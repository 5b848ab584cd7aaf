package importing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/importing"
)

func TestAFileBecomesContactsAndTheSameFileAgainChangesNothing(t *testing.T) {
	w := newWorld(t)
	const file = "Telefone;Nome;Idioma;Opt-In;Tags;Cidade\r\n" +
		"+12025550101;Ada Example;pt-BR;sim;\"vip;new\";Lima\r\n" +
		"+12025550102;Bob Example;en;não;;\r\n" +
		"12025550103;Carl Example;en;;;\r\n" +
		"+12025550101;Ada Again;;;;\r\n"
	want := importing.Counts{Rows: 4, New: 2, Invalid: 1, Duplicate: 1, NoOptIn: 1}

	checked := w.run(w.upload(file, true).ID)
	require.Equal(t, importing.Progress{State: importing.Checked, Position: int64(len(file)), Size: int64(len(file)), Counts: want}, checked)
	require.Empty(t, w.text("SELECT * FROM contacts"))

	require.Equal(t, want, w.take(file))
	require.Equal(t, "(\"Ada Example\",t,12025550101,US,pt_BR,\"{new,vip}\",\"{\"\"cidade\"\": \"\"Lima\"\"}\")\n"+
		"(\"Bob Example\",t,12025550102,US,en,{},{})",
		w.text("SELECT name, name_given, phone, market, language, tags, fields FROM contacts ORDER BY phone"))
	require.Equal(t, "(12025550101,in,in,in)\n(12025550102,\"\",\"\",\"\")",
		w.text("SELECT c.phone, p.marketing, p.utility, p.authentication FROM contacts c, contact_permissions(c.id) p ORDER BY c.phone"))

	before := w.text("SELECT c.*, c.xmin FROM contacts c ORDER BY id") + w.text("SELECT * FROM consent_changes ORDER BY id")
	require.Equal(t, importing.Counts{Rows: 4, Unchanged: 2, Invalid: 1, Duplicate: 1, NoOptIn: 1}, w.take(file))
	require.Equal(t, before, w.text("SELECT c.*, c.xmin FROM contacts c ORDER BY id")+w.text("SELECT * FROM consent_changes ORDER BY id"))
	require.Equal(t, "(f)", w.text("SELECT EXISTS (SELECT FROM import_seen) OR EXISTS (SELECT FROM import_chunks c JOIN imports i ON i.id = c.import_id WHERE i.state <> 'checked')"))
}
