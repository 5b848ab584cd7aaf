package intake

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Callback is what we give along with each attempt of a send and its statuses bring back: `<send id>/<attempt>`.
func Callback(send uuid.UUID, attempt int) string { return fmt.Sprintf("%s/%d", send, attempt) }

// callbackOf reads what Callback has written; not ours: somebody else sends by this number as well.
func callbackOf(opaque string) (send uuid.UUID, attempt int, ours bool) {
	id, n, found := strings.Cut(opaque, "/")
	if !found || len(id) != 36 {
		return uuid.UUID{}, 0, false
	}
	send, err := uuid.Parse(id)
	if err != nil {
		return uuid.UUID{}, 0, false
	}
	number, err := strconv.ParseInt(n, 10, 32)
	if err != nil || number < 1 {
		return uuid.UUID{}, 0, false
	}
	return send, int(number), true
}
