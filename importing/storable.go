package importing

import "strings"

// storable are cells as Postgres takes them: what is no text becomes a replacement character.
func storable(cells []string) []string {
	for i, c := range cells {
		if c = strings.ToValidUTF8(c, "\uFFFD"); strings.ContainsRune(c, 0) {
			c = strings.ReplaceAll(c, "\x00", "\uFFFD")
		}
		cells[i] = c
	}
	return cells
}
