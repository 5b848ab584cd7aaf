package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// SignatureHeader is the HTTP header in which Meta signs a webhook.
const SignatureHeader = "X-Hub-Signature-256"

const signaturePrefix = "sha256="

// Verify reports whether header is the signature of body under one of secrets.
// Several are active while an app secret is rotated. It is to be called on the
// bytes as they arrived, before anything parses them.
//
// Every secret is tried, in constant time, whichever matches; an empty secret
// never matches, so a missing configuration refuses everything. Only a yes or
// no comes out: an expected signature that is returned ends up in a log.
func Verify(body []byte, header string, secrets []string) bool {
	given, ok := strings.CutPrefix(header, signaturePrefix)
	if !ok {
		return false
	}
	mac, err := hex.DecodeString(given)
	if err != nil || len(mac) != sha256.Size {
		return false
	}
	matched := false
	for _, secret := range secrets {
		if hmac.Equal(mac, digest(body, secret)) && secret != "" {
			matched = true
		}
	}
	return matched
}

// Sign returns the value of SignatureHeader for body, as Meta sends it. It is
// for those who play Meta: the simulator, and tests.
func Sign(body []byte, secret string) string {
	return signaturePrefix + hex.EncodeToString(digest(body, secret))
}

func digest(body []byte, secret string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return h.Sum(nil)
}
