# What each target does for its caller: README.md.

TOOL = go tool -modfile=tools/go.mod

.PHONY: demo test crash dev dev-reset generate histories screenshots verify bench build ensure bin/devstack

demo dev bench: bin/devstack
	@exec bin/devstack $@

dev-reset: bin/devstack
	@bin/devstack reset

# Not `go run`: it keeps an interrupt from the program and its exit code from make.
bin/devstack:
	@echo "compiling (the first time takes some minutes)"
	@go build -o $@ ./devstack

build:
	go build -o bin/ ./starter ./worker ./devstack

# Tests run against a real Postgres, a real Temporal and a real Chromium; all are found, installed or built here, visibly.
ensure:
	@echo "compiling (the first time takes some minutes)"
	@go run ./devstack/ensure

# Under the race detector a process sleeps for a second before it ends, unless told not to.
test: export GORACE = atexit_sleep_ms=0
test: ensure
	go test -race -timeout 20m ./workflows ./... # which waits two minutes and computes little, so it begins first
	go test -race -timeout 5m -tags crashpoints -run Dies ./sending

# Kills workers at every point of sending a message, a thousand times over; for a nightly run, and for changes there.
# Another range of seeds: make crash CRASH='-seed 1001 -seeds 5000'.
CRASH = -seeds 1000
crash: ensure
	go test -timeout 20m -tags crashpoints -run Dies ./sending $(CRASH)

generate:
	$(TOOL) sqlc generate
	go run ./gateway/api/openapi >docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json

# A line per check; each prints what is wrong and stops make.
verify:
	@echo "gofmt";             out=$$(gofmt -l .); [ -z "$$out" ] || { echo "$$out"; exit 1; }
	@echo "go mod tidy";       go mod tidy -diff && cd tools && go mod tidy -diff
	@echo "go vet";            go vet ./... && go vet -tags crashpoints ./sending
	@echo "sqlc diff";         $(TOOL) sqlc diff
	@echo "openapi";           go run ./gateway/api/openapi | diff docs/openapi.json - || { echo "docs/openapi.json is stale: make generate"; exit 1; }
	@echo "staticcheck";       $(TOOL) staticcheck ./... && $(TOOL) staticcheck -tags crashpoints ./sending
	@echo "workflowcheck";     $(TOOL) workflowcheck -config workflows/workflowcheck.config.yaml ./workflows/... ./conversation/...
	@echo "import directions"; go test -run '^TestImport' .

# Plays the standard conversations on a real Temporal server and writes their histories down for the replay tests.
histories: ensure
	go test ./workflows -run 'TestStandard|ToldApart' -record

# Makes the README's pictures of the console from its stories (docs/screenshots).
screenshots: ensure
	go run ./devstack/screenshots
