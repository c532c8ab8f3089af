package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"
)

// HostCommand is the hidden subcommand under which this executable hosts the
// engine: whoever calls Start must answer it by calling Host.
const HostCommand = "engine-host"

// hostArgs is what follows HostCommand.
func hostArgs(p program, dir, port string) []string {
	kind := "server"
	if p.library {
		kind = "library"
	}
	return []string{HostCommand, kind, p.path, dir, port}
}

// Host runs the engine in this process until standard input ends, so that the
// engine lives exactly as long as whoever holds the other end of the pipe. The
// arguments are those after HostCommand. It returns only if the engine ended by
// itself.
func Host(args []string) error {
	if len(args) != 4 {
		return errors.New("this command is for the engine's own use")
	}
	kind, path, dir, port := args[0], args[1], args[2], args[3]
	// A core file would hold answers, with the time in its name. The limit is
	// hard, and a child inherits it.
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	config := filepath.Join(dir, "config.xml")
	switch kind {
	case "library":
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			// Nothing to tidy: what was acknowledged is synced, and a running
			// merge leaves its sources.
			os.Exit(0)
		}()
		return hostLibrary(path, dir, config, port)
	case "server":
		return hostServer(path, config)
	}
	return fmt.Errorf("unknown kind of engine %q", kind)
}

// hostLibrary runs the engine inside libchdb. The query blocks for ever:
// SYSTEM START LISTEN opens the HTTP port and the second statement keeps the
// engine running.
func hostLibrary(path, dir, config, port string) (err error) {
	runtime.LockOSThread()
	defer func() {
		// purego panics when a symbol is missing.
		if r := recover(); r != nil {
			err = fmt.Errorf("load %s: %v", path, r)
		}
	}()
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return fmt.Errorf("load the engine library: %w", err)
	}
	var (
		query       func(argc int32, argv **byte) uintptr
		resultError func(result uintptr) string
	)
	purego.RegisterLibFunc(&query, lib, "chdb_query_cmdline")
	purego.RegisterLibFunc(&resultError, lib, "chdb_result_error")

	args := []string{
		"clickhouse",
		"--path=" + filepath.Join(dir, "data"),
		"--config-file=" + config,
		"--listen_host=127.0.0.1",
		"--http_port=" + port,
		"--query=SYSTEM START LISTEN HTTP; " +
			"SELECT count() FROM system.numbers WHERE sleepEachRow(1) = 1 SETTINGS max_block_size = 1 FORMAT Null",
	}
	argv := make([]*byte, len(args)+1) // C wants a null at the end
	for i, arg := range args {
		argv[i] = unsafe.SliceData(append([]byte(arg), 0)) //nolint:gosec // G103: a C string
	}
	result := query(int32(len(args)), unsafe.SliceData(argv)) //nolint:gosec // G103: argv of C
	runtime.KeepAlive(argv)
	if result != 0 {
		if text := resultError(result); text != "" {
			return errors.New(text)
		}
	}
	return errors.New("the engine's blocking query came to an end")
}

// hostServer runs `clickhouse server` and ends it when standard input ends.
func hostServer(path, config string) error {
	// The death signal follows the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(path, "server", "--config-file="+config) //nolint:gosec // G204: the operator's clickhouse
	cmd.Env = append(os.Environ(), "CLICKHOUSE_WATCHDOG_ENABLE=0")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start clickhouse server: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = cmd.Process.Signal(syscall.SIGTERM)
	}()
	return cmd.Wait()
}
