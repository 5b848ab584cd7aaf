package bench

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// sqliteHeader is the beginning of an SQLite file (https://www.sqlite.org/fileformat.html, 1.3), as far as it says how much
// of the file is in use.
type sqliteHeader struct {
	pageSize, pages, freePages int64
}

func readSQLiteHeader(path string) (h sqliteHeader, err error) {
	file, err := os.Open(path)
	if err != nil {
		return h, fmt.Errorf("look into Temporal's file: %w", err)
	}
	defer file.Close()
	var raw [100]byte
	if _, err := io.ReadFull(file, raw[:]); err != nil {
		return h, fmt.Errorf("look into Temporal's file: %w", err)
	}
	h.pageSize = int64(binary.BigEndian.Uint16(raw[16:]))
	if h.pageSize == 1 {
		h.pageSize = 1 << 16
	}
	h.pages = int64(binary.BigEndian.Uint32(raw[28:]))
	h.freePages = int64(binary.BigEndian.Uint32(raw[36:]))
	return h, nil
}

// inUse is the file without the pages that wait for being used again, in bytes.
func (h sqliteHeader) inUse() int64 { return (h.pages - h.freePages) * h.pageSize }
