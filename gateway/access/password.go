package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The cost of a password's hash (argon2id; OWASP Password Storage Cheat Sheet, 2026-11: 19 MiB, 2 passes, 1 lane). A stored hash
// has its own, so these may be raised.
const (
	hashMemory = 19 * 1024 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashBytes  = 32
	saltBytes  = 16
)

// How long a password is, in characters. There are no other rules: what they forbid, people write down.
const (
	minPassword = 12
	maxPassword = 200
)

// hashing bounds how many hashes are worked out at once, and with them the memory that strangers can have us use.
var hashing = make(chan struct{}, 4)

// checkPassword refuses a password that is too easy to guess. The error wraps ErrInvalid.
func checkPassword(name, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword || n > maxPassword || !utf8.ValidString(password):
		return fmt.Errorf("%w: a password has %d to %d characters", ErrInvalid, minPassword, maxPassword)
	case strings.Contains(folded(password), folded(name)), strings.Count(password, password[:1]) == len(password):
		return fmt.Errorf("%w: a password is not the name, and not one letter again and again", ErrInvalid)
	}
	return nil
}

// hashPassword returns what is stored of a password, as argon2's own tools write it.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // it never fails
	key, err := derive(ctx, password, salt, hashPasses, hashMemory, hashLanes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, b64(salt), b64(key)), nil
}

// nobodys is the hash that a password is compared with when there is none: it costs what a real one costs, so that the answer's
// duration does not tell who exists. No password has it.
var nobodys = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes,
	strings.Repeat("A", 22), strings.Repeat("A", 43))

// samePassword compares a password with a stored hash, nil if there is none.
func samePassword(ctx context.Context, password string, stored *string) (bool, error) {
	against := nobodys
	if stored != nil {
		against = *stored
	}
	var version, memory, passes int
	var lanes uint8
	var rest string
	if _, err := fmt.Sscanf(against, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &passes, &lanes, &rest); err != nil {
		return false, fmt.Errorf("a stored password cannot be read: %w", err)
	}
	saltText, keyText, _ := strings.Cut(rest, "$")
	salt, err := base64.RawStdEncoding.DecodeString(saltText)
	if err != nil {
		return false, fmt.Errorf("a stored password cannot be read: %w", err)
	}
	key, err := base64.RawStdEncoding.DecodeString(keyText)
	if err != nil || len(key) != hashBytes || version != argon2.Version {
		return false, fmt.Errorf("a stored password is of another kind")
	}
	got, err := derive(ctx, password, salt, uint32(passes), uint32(memory), lanes)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, key) == 1 && stored != nil, nil
}

// derive works the hash out, in its turn. Passwords are compared by what they look like, however the keyboard composes it.
func derive(ctx context.Context, password string, salt []byte, passes, memory uint32, lanes uint8) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, passes, memory, lanes, hashBytes), nil
}
