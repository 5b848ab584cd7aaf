package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// Machine is what the figures were made on. Clients, gateway, relay and workers are all in this one process.
type Machine struct {
	Cores    int    `json:"cores"`
	CPU      string `json:"cpu"`
	MemoryMB int    `json:"memory_mib"` // 0: not known
	// Load is the system's load at the start, over the last minute; empty: not known. Beyond 0 the machine was not ours alone.
	Load   string `json:"load,omitempty"`
	System string `json:"system"`
	Go     string `json:"go"`

	Postgres PostgresFacts `json:"postgres"`
	Temporal TemporalFacts `json:"temporal"`
	// SyncMicros is how long it takes to write 8 KiB to the folder of our own servers and to sync them, median; 0: the
	// servers are not ours.
	SyncMicros int64 `json:"sync_us,omitempty"`
}

// PostgresFacts are the server's version and what decides how much a commit waits for.
type PostgresFacts struct {
	Ours      bool     `json:"ours"`
	Version   string   `json:"version"`
	Settings  []string `json:"settings"`
	PoolConns int      `json:"pool_conns"` // of the gateway's and of the worker's pool, each
}

// TemporalFacts are the server's version and where it keeps its state.
type TemporalFacts struct {
	Ours    bool   `json:"ours"`
	Version string `json:"version"`
	Store   string `json:"store"`
	Shards  int    `json:"history_shards"`
}

func describeMachine() Machine {
	return Machine{Cores: runtime.NumCPU(), CPU: procField("/proc/cpuinfo", "model name"), MemoryMB: memoryMB(),
		Load: load(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
}

func (m Machine) lines() []string {
	cpu := ""
	if m.CPU != "" {
		cpu = " (" + m.CPU + ")"
	}
	disk := ""
	if m.SyncMicros > 0 {
		disk = fmt.Sprintf("; the disk takes 8 KiB, synced, in %d µs", m.SyncMicros)
	}
	if m.Load != "" {
		disk += "; load before the start " + m.Load
	}
	temporal := "state in " + m.Temporal.Store
	if m.Temporal.Ours {
		temporal = "state in memory (SQLite); \"" + onDisk + "\": in an SQLite file with its default settings, synced"
	}
	return []string{
		fmt.Sprintf("machine   %d cores%s, %d MiB memory, %s, %s%s", m.Cores, cpu, m.MemoryMB, m.System, m.Go, disk),
		fmt.Sprintf("postgres  %s, %s; two pools of %d connections", m.Postgres.Version, strings.Join(m.Postgres.Settings, ", "), m.Postgres.PoolConns),
		fmt.Sprintf("temporal  server %s, history shards: %d, %s", m.Temporal.Version, m.Temporal.Shards, temporal),
		"all of clients, gateway, relay and workers in one process, beside the servers unless these are your own",
	}
}

// procField is the first value of a field in one of Linux's files; empty elsewhere.
func procField(file, field string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, found := strings.Cut(lines.Text(), ":")
		if found && strings.TrimSpace(name) == field {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	last, _, _ := strings.Cut(string(raw), " ")
	return last
}

func memoryMB() int {
	kB, err := strconv.Atoi(strings.TrimSuffix(procField("/proc/meminfo", "MemTotal"), " kB"))
	if err != nil {
		return 0
	}
	return kB / 1024
}

// describePostgres asks the server itself.
func describePostgres(ctx context.Context, pool *pgxpool.Pool) (f PostgresFacts, err error) {
	f.PoolConns = int(pool.Config().MaxConns)
	if err := pool.QueryRow(ctx, "SHOW server_version").Scan(&f.Version); err != nil {
		return f, fmt.Errorf("ask for Postgres's version: %w", err)
	}
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes", "shared_buffers"} {
		var value string
		if err := pool.QueryRow(ctx, "SHOW "+name).Scan(&value); err != nil {
			return f, fmt.Errorf("ask for Postgres's settings: %w", err)
		}
		f.Settings = append(f.Settings, name+"="+value)
	}
	return f, nil
}

// describeTemporal asks the server itself.
func describeTemporal(ctx context.Context, c client.Client) (f TemporalFacts, err error) {
	info, err := c.WorkflowService().GetClusterInfo(ctx, &workflowservice.GetClusterInfoRequest{})
	if err != nil {
		return f, fmt.Errorf("ask for Temporal's version: %w", err)
	}
	f.Version, f.Store, f.Shards = info.GetServerVersion(), info.GetPersistenceStore(), int(info.GetHistoryShardCount())
	return f, nil
}

// syncMicros is how long the disk below dir takes for what a commit waits for, median of a few.
func syncMicros(dir string) (int64, error) {
	file, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, fmt.Errorf("try the disk: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	block := make([]byte, 8<<10)
	var took []int64
	for range 50 {
		begin := time.Now()
		if _, err := file.Write(block); err != nil {
			return 0, fmt.Errorf("try the disk: %w", err)
		}
		if err := file.Sync(); err != nil {
			return 0, fmt.Errorf("try the disk: %w", err)
		}
		took = append(took, time.Since(begin).Microseconds())
	}
	return max(1, quantile(took, 0.5)), nil
}
