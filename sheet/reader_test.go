package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"reengage/sheet"
)

func dialectOf(t testing.TB, file []byte) sheet.Dialect {
	t.Helper()
	d, err := sniff(file)
	require.NoError(t, err)
	return d
}

func sniff(file []byte) (sheet.Dialect, error) {
	var s sheet.Sniffer
	for _, b := range file { // the worst way to be given something
		_, _ = s.Write([]byte{b})
	}
	return s.Dialect()
}

func rowsOf(t testing.TB, file []byte, d sheet.Dialect) []sheet.Row {
	t.Helper()
	r := sheet.NewReader(bytes.NewReader(file[d.Start:]), d, d.Start, d.Line)
	var rows []sheet.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		require.NoError(t, err)
		rows = append(rows, row)
	}
}

func cells(rows []sheet.Row) (all [][]string) {
	for _, r := range rows {
		all = append(all, r.Cells)
	}
	return all
}

// encoded is a text in each of the encodings.
func encoded(t testing.TB, text string) map[string][]byte {
	latin, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	require.NoError(t, err)
	wide := func(high, low int, mark string) []byte {
		out := []byte(mark)
		for _, u := range utf16.Encode([]rune(text)) {
			both := [2]byte{}
			both[high], both[low] = byte(u>>8), byte(u)
			out = append(out, both[0], both[1])
		}
		return out
	}
	return map[string][]byte{"UTF-8": []byte(text), "UTF-8 with a mark": []byte("\xEF\xBB\xBF" + text), "Windows-1252": latin,
		"UTF-16 big": wide(0, 1, "\xFE\xFF"), "UTF-16 little": wide(1, 0, "\xFF\xFE")}
}

func TestATableIsTheSameInEveryEncodingAndWithEverySeparator(t *testing.T) {
	for _, sep := range []string{",", ";", "\t", "|"} {
		for _, head := range []string{"", "\r\n\r\n"} {
			text := head + strings.ReplaceAll("phone~name~note\r\n+1~José~\"a quote \"\", a ; a \t, a | and\r\na line\"\r\n\r\n+2~São~x", "~", sep)
			for name, file := range encoded(t, text) {
				t.Run(name+sep, func(t *testing.T) {
					d := dialectOf(t, file)
					require.Equal(t, sep, d.Separator)
					rows := rowsOf(t, file, d)
					require.Equal(t, [][]string{{"phone", "name", "note"}, {"+1", "José", "a quote \", a ; a \t, a | and\r\na line"}, {"+2", "São", "x"}}, cells(rows))
					first := int64(1 + strings.Count(head, "\n"))
					require.Equal(t, []int64{first, first + 1, first + 4}, []int64{rows[0].Line, rows[1].Line, rows[2].Line})
					require.EqualValues(t, len(file), rows[2].End)
				})
			}
		}
	}
}

func TestALineThatNamesTheSeparatorIsNoRow(t *testing.T) {
	file := []byte("sep=;\r\nphone;a,b,c,d\r\n1;2\r\n")
	d := dialectOf(t, file)
	require.Equal(t, ";", d.Separator)
	rows := rowsOf(t, file, d)
	require.Equal(t, [][]string{{"phone", "a,b,c,d"}, {"1", "2"}}, cells(rows))
	require.EqualValues(t, 2, rows[0].Line)
	_, err := sniff([]byte("sep=:\nphone:name\n"))
	require.ErrorContains(t, err, "names a separator")
}

func TestWhatIsNoTableIsRefusedWithASentence(t *testing.T) {
	for file, says := range map[string]string{
		"": "empty", "\n\n \n": "empty", "\xEF\xBB\xBF": "empty",
		"PK\x03\x04...": "Excel", "\xD0\xCF\x11\xE0": "Excel", "%PDF-1.7": "PDF", "\x1F\x8B\x08": "compressed",
		"\xFF\xFE\x00\x00p\x00\x00\x00": "UTF-32", "p\x00h\x00o\x00n\x00e\x00\n\x00": "UTF-16 without a byte order mark",
		"phone\n\x81\x8D\x90\x9D": "neither UTF-8 nor Windows-1252", "phone,name\r1,2\r": "old Macintoshes",
		strings.Repeat("x", 70<<10): "64 KiB",
	} {
		_, err := sniff([]byte(file))
		var refusal sheet.Refusal
		require.ErrorAs(t, err, &refusal, "%q", file[:min(len(file), 20)])
		require.ErrorContains(t, err, says)
	}
}

func TestDamageInAUTF8FileCostsItsRowAndNothingElse(t *testing.T) {
	file := []byte("phone,name\n1,José\n2,Jos\xE9\n3,João\n4,a\x00b\n5,ok\n")
	rows := rowsOf(t, file, dialectOf(t, file))
	require.Len(t, rows, 6)
	for i, code := range []string{"", "", "encoding", "", "encoding", ""} {
		if code == "" {
			require.Nil(t, rows[i].Problem, "row %d", i)
		} else {
			require.Equal(t, code, rows[i].Problem.Code)
		}
	}
}

func TestAQuoteThatNobodyClosesCostsItsLine(t *testing.T) {
	file := []byte("a,b\n1,\"open\n2,x\n3,y\n")
	rows := rowsOf(t, file, dialectOf(t, file))
	require.Equal(t, [][]string{{"a", "b"}, {`1,"open`}, {"2", "x"}, {"3", "y"}}, cells(rows))
	require.Equal(t, "quotes", rows[1].Problem.Code)
	require.EqualValues(t, 3, rows[2].Line)

	file = []byte("a,b\n1,\"He said \"hi\"\"\n2,5\" pipe\n")
	rows = rowsOf(t, file, dialectOf(t, file))
	require.Equal(t, "quotes", rows[1].Problem.Code)
	require.Equal(t, []string{"2", "5\" pipe"}, rows[2].Cells, "a quote within a cell without quotes is a quote")
}

func TestAQuoteThatNobodyClosesCostsItsLineAlsoWhereOthersFollow(t *testing.T) {
	for name, text := range map[string]string{
		"some cells are in quotes": "a,b\n1,\"open\n2,x\n3,\"y\"\n4,z\n",
		"all cells are in quotes":  "\"a\",\"b\"\n\"1\",\"open\n\"2\",\"x\"\n\"3\",\"y\"\n\"4\",\"z\"\n",
		"with CRLF":                "a,b\r\n1,\"open\r\n2,x\r\n3,\"y\"\r\n4,z\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			rows := rowsOf(t, []byte(text), dialectOf(t, []byte(text)))
			require.Len(t, rows, 5)
			require.Equal(t, "quotes", rows[1].Problem.Code)
			require.Len(t, rows[1].Cells, 1)
			require.Equal(t, [][]string{{"2", "x"}, {"3", "y"}, {"4", "z"}}, cells(rows[2:]))
			require.EqualValues(t, 3, rows[2].Line)
		})
	}
	text := []byte("a,b\n1,\"two\nlines\",\"stray\"quote\"\n2,x\n")
	rows := rowsOf(t, text, dialectOf(t, text))
	require.Len(t, rows, 3, "one that stands within its cell costs its row, with all its lines")
	require.EqualValues(t, 4, rows[2].Line)
}

func TestARowThatIsTooLongCostsItselfAndLittleMemory(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	for name, middle := range map[string]string{"a line": long, "a quote": `"` + strings.Repeat("x\n", 1<<20), "a cell": `1,` + long[:sheet.MaxCell+1],
		"cells": strings.Repeat(",", sheet.MaxCells)} {
		t.Run(name, func(t *testing.T) {
			rows := rowsOf(t, []byte("a,b\n"+middle+"\nlast,row\n"), sheet.Dialect{Encoding: sheet.UTF8, Separator: ",", Line: 1})
			require.NotNil(t, rows[1].Problem)
			require.Less(t, len(rows[1].Cells[0]), 2000)
			require.Equal(t, []string{"last", "row"}, rows[len(rows)-1].Cells)
		})
	}
}

func TestAFileThatCannotBeReadFurtherIsAnErrorAndNoShorterFile(t *testing.T) {
	cut := errors.New("cut off")
	r := sheet.NewReader(io.MultiReader(strings.NewReader("a,b\n1,2\n3,"), iotest.ErrReader(cut)), sheet.Dialect{Encoding: sheet.UTF8, Separator: ","}, 0, 1)
	for range 2 {
		_, err := r.Next()
		require.NoError(t, err)
	}
	_, err := r.Next()
	require.ErrorIs(t, err, cut)
}

func TestEveryTextSurvivesTheEscapeAndNoneIsAFormula(t *testing.T) {
	for _, text := range []string{"", "+447700900123", "=1+1", "-1", "@x", "\tx", "\rx", "\nx", "'=1", "''+1", "'quoted'", "plain", "'", "it's"} {
		require.Equal(t, text, sheet.Unescape(sheet.Escape(text)))
		if e := sheet.Escape(text); e != "" {
			require.NotContains(t, "=+-@\t\r\n", e[:1])
		}
	}
	require.Equal(t, "'+447700900123", sheet.Escape("+447700900123"))
}

// Whatever the bytes are: reading ends, does not panic, and can be resumed behind any row with the same result; what is valid CSV for the
// standard library is read as it reads it.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a;b\r\n\"x\"\"y\";\"\n\"\r\n", "\"a", "a\"b,\"c\"d\ne", "\xFF\xFEa\x00,\x00b\x00\n\x00", "\xEF\xBB\xBFa|b\n\n|\n", "é\n\xE9\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var s sheet.Sniffer
		_, _ = s.Write(file)
		d, err := s.Dialect()
		if err != nil {
			return
		}
		rows := rowsOf(t, file, d)
		for i, row := range rows {
			require.LessOrEqual(t, row.End, int64(len(file))+1)
			if row.End > int64(len(file)) || i > 20 || d.Encoding == sheet.UTF16LE || d.Encoding == sheet.UTF16BE {
				continue // half a character at the end has no length of its own
			}
			rest := sheet.NewReader(bytes.NewReader(file[row.End:]), d, row.End, row.Next)
			for _, want := range rows[i+1:] {
				got, err := rest.Next()
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
		compare(t, file, d, rows)
	})
}

func compare(t *testing.T, file []byte, d sheet.Dialect, rows []sheet.Row) {
	if d.Encoding != sheet.UTF8 || !utf8.Valid(file) || bytes.ContainsAny(file, "\x00\r") {
		return
	}
	standard := csv.NewReader(bytes.NewReader(file[d.Start:]))
	standard.Comma, standard.FieldsPerRecord = rune(d.Separator[0]), -1
	want, err := standard.ReadAll()
	if err == nil {
		require.Equal(t, len(want), len(rows))
		for i, row := range rows {
			require.Nil(t, row.Problem)
			require.Equal(t, want[i], row.Cells)
		}
	}
}
