package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrNotFound says that this machine has no engine, and what to do about it.
var ErrNotFound = errors.New("no ClickHouse found: run `make engine` to fetch the embedded one (Linux x86-64), " +
	"or put a clickhouse binary 25.8 or newer on PATH, or give --clickhouse-url")

// modulePath is how a source tree of ours is recognised.
const modulePath = "module github.com/folgmed/folgmed"

// program is what runs the engine: a clickhouse binary, or a library that
// holds the same engine.
type program struct {
	path    string
	library bool
}

// find chooses the engine: the library that was asked for, else a clickhouse
// binary on PATH that is new enough, else libchdb beside the executable or in
// a source tree.
func find(ctx context.Context, library string) (program, error) {
	if library != "" {
		if _, err := os.Stat(library); err != nil {
			return program{}, fmt.Errorf("the engine library that was asked for is not there: %w (run `make engine`, or leave FOLGMED_CHDB empty)", err)
		}
		path, err := filepath.Abs(library)
		return program{path: path, library: true}, err
	}
	if path, err := exec.LookPath("clickhouse"); err == nil && serves(ctx, path) {
		return program{path: path}, nil
	}
	for _, path := range libraryPlaces() {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return program{path: path, library: true}, nil
		}
	}
	return program{}, ErrNotFound
}

// libraryPlaces lists where libchdb.so may stand: beside an installed
// executable, or where npm puts it in a source tree.
func libraryPlaces() []string {
	const installed = "libchdb.so"
	unpacked := filepath.Join("internal", "engine", "node_modules", "@chdb", "lib-linux-x64-gnu", installed)
	var places, starts []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dir := filepath.Dir(exe)
		places = append(places, filepath.Join(dir, "lib", installed), filepath.Join(dir, "..", "lib", installed))
		starts = append(starts, dir)
	}
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	for _, dir := range starts {
		if root, ok := sourceTree(dir); ok {
			places = append(places, filepath.Join(root, unpacked))
		}
	}
	return places
}

// sourceTree walks up from dir to the root of a source tree of ours.
func sourceTree(dir string) (string, bool) {
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		switch {
		case err == nil:
			first, _, _ := strings.Cut(string(mod), "\n")
			return dir, strings.TrimSpace(first) == modulePath
		case !errors.Is(err, fs.ErrNotExist):
			return "", false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

var versionRe = regexp.MustCompile(`version (\d+)\.(\d+)`)

// serves tells whether the clickhouse binary is at least 25.8.
func serves(ctx context.Context, path string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "server", "--version").Output()
	return err == nil && newEnough(string(out))
}

// newEnough reads "ClickHouse server version 25.8.1.1 (official build)".
func newEnough(out string) bool {
	m := versionRe.FindStringSubmatch(out)
	if m == nil {
		return false
	}
	year, err1 := strconv.Atoi(m[1])
	month, err2 := strconv.Atoi(m[2])
	return err1 == nil && err2 == nil && (year > 25 || year == 25 && month >= 8)
}
