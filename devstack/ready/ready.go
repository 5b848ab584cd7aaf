package ready

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"reengage/clock"
	"reengage/devstack/folder"
)

// Ready describes a running stack: addresses, and the stack's own throw-away secrets.
type Ready struct {
	API            string      `json:"api"`           // http://host:port, as all addresses of servers for people or programs
	Ops            string      `json:"ops"`           // of the gateway
	Console        *string     `json:"console"`       // nil: not yet
	ConsoleLogin   *string     `json:"console_login"` // a link that signs in to it, once; nil: not yet
	Temporal       string      `json:"temporal"`      // host:port
	TemporalUI     string      `json:"temporal_ui"`
	Database       string      `json:"database"` // postgres://...
	Simulator      string      `json:"simulator"`
	APIKey         string      `json:"api_key"`
	AppSecret      string      `json:"app_secret"`
	VerifyToken    string      `json:"verify_token"`
	BusinessNumber string      `json:"business_number"` // phone number id
	Clock          clock.Clock `json:"clock"`
	WorkerOps      string      `json:"worker_ops"` // beside the contract: /metrics of the worker
}

// dirVariable moves the data of the stack.
const dirVariable = "REENGAGE_DEV_DIR"

const file = "ready.json"

// ErrNone is returned if no stack has told of itself.
var ErrNone = errors.New("there is no development stack of this checkout; make dev starts one")

// Dir is the data folder of the stack of this checkout; it may not exist yet.
func Dir() (string, error) {
	if dir := os.Getenv(dirVariable); dir != "" {
		return filepath.Abs(dir)
	}
	base, err := folder.Base()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "dev"), nil
}

// Line is what the stack prints, without the end of the line.
func (r Ready) Line() string {
	b, _ := json.Marshal(r) // of strings, times and one number: it cannot fail
	return "ready " + string(b)
}

// Write puts the description into the folder, which must exist.
func Write(dir string, r Ready) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("describe the stack: %w", err)
	}
	temporary, err := os.CreateTemp(dir, file+".*") // readable by its account only
	if err != nil {
		return fmt.Errorf("describe the stack: %w", err)
	}
	_, err = temporary.Write(append(b, '\n'))
	if err := errors.Join(err, temporary.Close()); err != nil {
		os.Remove(temporary.Name())
		return fmt.Errorf("describe the stack: %w", err)
	}
	if err := os.Rename(temporary.Name(), filepath.Join(dir, file)); err != nil {
		return fmt.Errorf("describe the stack: %w", err)
	}
	return nil
}

// Read returns what the stack in the folder has told of itself, or ErrNone.
func Read(dir string) (Ready, error) {
	var r Ready
	b, err := os.ReadFile(filepath.Join(dir, file))
	if errors.Is(err, fs.ErrNotExist) {
		return r, ErrNone
	}
	if err != nil {
		return r, fmt.Errorf("find the stack: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("find the stack: %s: %w", filepath.Join(dir, file), err)
	}
	return r, nil
}

// Remove takes the description back, when the stack ends.
func Remove(dir string) error {
	if err := os.Remove(filepath.Join(dir, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("take back the stack's description: %w", err)
	}
	return nil
}
