package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/engine"
)

// TestMain makes this test binary the command that the scripts run, and the
// host of the engine that their servers start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.HostCommand {
		main()
	}
	testscript.Main(m, map[string]func(){"folgmed": main})
}

// TestScripts runs the command as people do. A script finds the built-in
// questionnaires in $SURVEYS and two free addresses in $LISTEN and $ADMIN;
// "await DIR" waits until the server on that data folder answers.
func TestScripts(t *testing.T) {
	surveys, library := fromRoot(t, "surveys"), fromRoot(t, "internal/engine/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so")
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SURVEYS", surveys)
			if _, err := os.Stat(library); err == nil {
				env.Setenv("FOLGMED_CHDB", library) // else a clickhouse on PATH
			}
			for _, name := range []string{"LISTEN", "ADMIN"} {
				address, err := freeAddress()
				if err != nil {
					return err
				}
				env.Setenv(name, address)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": await},
	})
}

func fromRoot(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(filepath.Join("..", "..", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

const awaited = 2 * time.Minute // a cold engine on a busy machine

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await DIR")
	}
	server := control.Dial(config.ControlSocket(ts.MkAbs(args[0])))
	ctx, cancel := context.WithTimeout(context.Background(), awaited)
	defer cancel()
	for {
		_, err := server.Status(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("%s: %v", fmt.Sprintf("no server after %s", awaited), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
