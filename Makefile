# Følgmed. `make` lists what there is.
.DEFAULT_GOAL := help

GO      ?= go
NPM     ?= npm
BIN     := bin/folgmed
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VULN    := golang.org/x/vuln/cmd/govulncheck@v1.1.4

TABLET  := internal/pupil/dist/index.html
CHDB    := internal/engine/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
DEMO    := data/demo

# The race detector watches our own code and what serves and stores with it. What
# computes in one goroutine, or in several that share nothing, gives it nothing to
# find and is up to ten times as slow under it: that is tested with it off. So is
# the attack, which reads what a server says a hundred thousand times over.
PURE := github.com/bwesterb/go-ristretto/... github.com/cloudflare/circl/... github.com/andybalholm/brotli/... \
        github.com/klauspost/compress/... compress/... math/... sort gonum.org/v1/gonum/... golang.org/x/net/html/... \
        $(addprefix github.com/folgmed/folgmed/,analytics/... internal/disclosure internal/evaluation internal/watch)
RACE := -race $(PURE:%=-gcflags=%=-race=0)

.PHONY: help demo clean-demo build engine tablet test lint vuln fuzz bench evaluate tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## start Følgmed with a simulated owner and print three links
	$(BIN) demo --data $(DEMO)

clean-demo: ## forget the demo
	rm -rf $(DEMO)

build: engine tablet ## build bin/folgmed with its engine and tablet app
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/folgmed

ifeq ($(shell uname -sm),Linux x86_64)
engine: $(CHDB) ## fetch the embedded ClickHouse (pinned, hash checked)
else
engine:
	@echo "the embedded ClickHouse is for Linux x86-64: here, put clickhouse 25.8 or newer on PATH, or give --clickhouse-url" >&2
endif
$(CHDB): internal/engine/package-lock.json
	cd internal/engine && $(NPM) ci --no-audit --no-fund
	@touch $@

tablet: $(TABLET) ## build the pupil's page
$(TABLET): internal/pupil/app/node_modules/.package-lock.json $(wildcard internal/pupil/app/*.ts internal/pupil/app/*.css internal/pupil/app/*.html internal/pupil/app/*.mjs internal/pupil/app/*/*)
	cd internal/pupil/app && $(NPM) run build
	@touch $@
internal/pupil/app/node_modules/.package-lock.json: internal/pupil/app/package-lock.json
	cd internal/pupil/app && $(NPM) ci --no-audit --no-fund
	@touch $@

test: tools build ## run every test, with the race detector, a real engine and a real browser
	$(GO) test -timeout 20m ./internal/attack
	CGO_ENABLED=1 $(GO) test $(RACE) -timeout 20m $$($(GO) list ./... | grep -v '/internal/attack$$')

lint: tools engine tablet ## vet, golangci-lint, promtool
	$(GO) vet ./...
	$(GO) run $(LINT) run ./...
	cd deploy/prometheus && promtool check config --syntax-only prometheus.yaml && promtool test rules rules_test.yaml

vuln: ## known vulnerabilities in what we import
	$(GO) run $(VULN) ./...

fuzz: ## fuzz every parser for half a minute each
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 30s $$p; done; done

bench: build ## casts a second and latency beside a bare handler, raw inserts and no cryptography; detection beside R, of a nation, of a school's round
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 20m ./internal/app
	$(GO) test -run '^$$' -bench . -timeout 60m ./analytics/evaluate
	$(GO) test -run '^$$' -bench . -benchtime 3x ./internal/watch
	$(GO) test -run '^$$' -bench Summaries ./internal/store

# A folder of sets has for each panel counts and truth, and the classes to find
# thresholds on; the clean and the early panel share theirs.
evaluate: build ## measure the detector beside its rivals (SETS=DIR: on the sets of that folder; REPORT=DIR: with pictures)
ifdef SETS
	$(BIN) evaluate --calibration $(SETS)/calib_counts.csv.gz --panel $(SETS)/counts.csv.gz --truth $(SETS)/truth.csv $(if $(REPORT),--report $(REPORT)/clean)
	$(BIN) evaluate --calibration $(SETS)/calib_counts.csv.gz --panel $(SETS)/early_counts.csv.gz --truth $(SETS)/early_truth.csv $(if $(REPORT),--report $(REPORT)/early)
	$(BIN) evaluate --calibration $(SETS)/calib2_counts.csv.gz --panel $(SETS)/counts2.csv.gz --truth $(SETS)/truth2.csv $(if $(REPORT),--report $(REPORT)/realistic)
else
	$(BIN) evaluate --set clean $(if $(REPORT),--report $(REPORT)/clean)
	$(BIN) evaluate --set early $(if $(REPORT),--report $(REPORT)/early)
	$(BIN) evaluate --set realistic $(if $(REPORT),--report $(REPORT)/realistic)
endif

tools: ## install Chromium, gcc and promtool where they are missing (as root)
	@.ci/tools
