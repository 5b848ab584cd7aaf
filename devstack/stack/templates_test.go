package stack

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp/template"
)

func TestTheTemplatesOfTheStackAreSuchAsMetaWouldApprove(t *testing.T) {
	for _, simulated := range templates {
		simulated.Language = "en_US"
		written, err := json.Marshal(simulated)
		require.NoError(t, err)
		var read template.Template
		require.NoError(t, json.Unmarshal(written, &read))
		require.Empty(t, template.Lint(read), simulated.Name)
	}
}
