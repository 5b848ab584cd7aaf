package importing

import (
	"context"
	"errors"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// chunks reads a stored file from a byte on.
type chunks struct {
	ctx      context.Context // of the phase: io.Reader has none
	queries  *db.Queries
	id       uuid.UUID
	position int64
	size     int64
	data     []byte
}

// errGone is for a file that is not there, though it has not been read to its end.
var errGone = errors.New("the file is gone")

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		if c.position >= c.size {
			return 0, io.EOF
		}
		piece, err := c.queries.GetImportChunk(c.ctx, c.id, c.position)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && piece.Position+int64(len(piece.Data)) <= c.position {
			return 0, errGone
		}
		if err != nil {
			return 0, err
		}
		c.data = piece.Data[c.position-piece.Position:]
	}
	n := copy(p, c.data)
	c.data = c.data[n:]
	c.position += int64(n)
	return n, nil
}
