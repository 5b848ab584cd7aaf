package importing_test

import (
	"testing"

	"reengage/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
