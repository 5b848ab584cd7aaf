package whatsapp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerify(t *testing.T) {
	const mac = "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
	body := []byte(`{"object":"whatsapp_business_account","entry":[]}`)
	secrets := []string{"test_app_secret"}

	t.Run("AcceptsMetasSignature", func(t *testing.T) {
		require.True(t, Verify(body, "sha256="+mac, secrets))
		require.Equal(t, "sha256="+mac, Sign(body, "test_app_secret"))
	})
	t.Run("AcceptsAnyOfSeveralSecretsWhileOneIsRotated", func(t *testing.T) {
		require.True(t, Verify(body, "sha256="+mac, []string{"new", "test_app_secret"}))
		require.True(t, Verify(body, "sha256="+mac, []string{"test_app_secret", "new"}))
	})
	t.Run("RefusesAnotherBody", func(t *testing.T) {
		require.False(t, Verify(append(body, ' '), "sha256="+mac, secrets))
		require.False(t, Verify(nil, "sha256="+mac, secrets))
	})
	t.Run("RefusesAnotherSecret", func(t *testing.T) {
		require.False(t, Verify(body, "sha256="+mac, []string{"old", "new"}))
	})
	t.Run("RefusesEverythingWithoutASecret", func(t *testing.T) {
		require.False(t, Verify(body, "sha256="+mac, nil))
		require.False(t, Verify(body, Sign(body, ""), []string{""}))
	})
	t.Run("RefusesWhatIsNotASignature", func(t *testing.T) {
		for _, header := range []string{"", mac, "sha256=", "sha1=" + mac, "sha256=" + mac[:62], "sha256=" + mac + "00",
			"sha256=" + strings.Repeat("z", 64), " sha256=" + mac} {
			require.False(t, Verify(body, header, secrets), header)
		}
	})
}
