// Command folgmed is the whole of Følgmed in one program: the server, the
// demo, and the commands that speak to a running server.
//
// This package holds flags and words only; internal/app does the work.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/engine"
)

// version is set by the linker.
var version = "unknown"

// cli is every command. A flag --tls-cert is the variable FOLGMED_TLS_CERT.
type cli struct {
	Serve    serveCmd    `cmd:"" help:"Run the server."`
	Demo     demoCmd     `cmd:"" help:"Run a server with a simulated owner and print three links."`
	Roster   rosterCmd   `cmd:"" help:"Show the roster, import one, or make one from recorded answers."`
	Staff    staffCmd    `cmd:"" help:"Say who may sign in, and make sign-in links and owner tokens."`
	Wave     waveCmd     `cmd:"" help:"List waves; in a rehearsal open, close and seal them and set the clock."`
	Codes    codesCmd    `cmd:"" help:"Make slips with codes for a class, as a page to print."`
	Detect   detectCmd   `cmd:"" help:"Carry sealed waves on to detection and release now."`
	Replay   replayCmd   `cmd:"" help:"Cast recorded answers as ballots into a rehearsal."`
	Prove    proveCmd    `cmd:"" help:"Hold every promise about the pupils' answers against the running server, and say what came of it. Exit status: 0 all kept, 1 one broken, 2 not all could be checked."`
	Keys     keysCmd     `cmd:"" help:"Make the ballot keys of a school year, for parts that run apart, and list them."`
	Backup   backupCmd   `cmd:"" help:"Write what is kept for long to a new folder: never answers, codes or keys."`
	Restore  restoreCmd  `cmd:"" help:"Fill a new, empty server from a backup."`
	Check    checkCmd    `cmd:"" help:"Check questionnaire and roster files, and a list of keys."`
	Evaluate evaluateCmd `cmd:"" help:"Measure the detector beside its rivals, on sets of which the truth is known."`
	Simulate simulateCmd `cmd:"" help:"Write simulated classes as tables, to compare detectors on."`
	Score    scoreCmd    `cmd:"" help:"Write the detector's evidence for each class and week of a file."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	Engine   engineCmd   `cmd:"" hidden:"" name:"engine-host" help:"Host the embedded ClickHouse; started by the server itself."`
}

// console is where a command reads and writes.
type console struct {
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], console{out: os.Stdout, err: os.Stderr}))
}

// run parses the arguments, runs the command, and returns the exit status: 0,
// 1 when the command failed, 2 when the arguments make no sense.
func run(ctx context.Context, args []string, c console) (status int) {
	// kong prints help and then asks to exit; that ends this function, not
	// the process, so that tests can call it.
	type exit int
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exit)
			if !ok {
				panic(r)
			}
			status = int(code)
		}
	}()
	var commands cli
	parser, err := kong.New(&commands,
		kong.Name("folgmed"),
		kong.Description("Anonymous pulse surveys for schools, and the duty that follows from what they show."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
	)
	if err != nil {
		panic(err) // the tags of cli do not parse: a bug, found by the first test
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		complain(c.err, err)
		_, _ = fmt.Fprintln(c.err, "folgmed: 'folgmed --help' lists the commands, 'folgmed COMMAND --help' its flags")
		return 2
	}
	err = parsed.Run()
	var said exitStatus
	if errors.As(err, &said) {
		return int(said)
	}
	if err != nil {
		complain(c.err, err)
		return 1
	}
	return 0
}

// complain writes each of the joined errors on a line of its own.
func complain(w io.Writer, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		_, _ = fmt.Fprintln(w, "folgmed:", line)
	}
}

// remote is the server that a command speaks to.
type remote struct {
	Data string `default:"data" env:"FOLGMED_DATA" type:"path" help:"Folder of the running server."`
}

func (r remote) client() *control.Client { return control.Dial(config.ControlSocket(r.Data)) }

type versionCmd struct{ remote }

// Run prints the version, and the keys of the installation in the folder if
// there is one: they stand on every slip.
func (v versionCmd) Run(c console) error {
	if _, err := fmt.Fprintln(c.out, "folgmed", version); err != nil {
		return err
	}
	chain, err := ballot.ReadChain(filepath.Join(v.Data, "keys"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	return listKeys(c.out, chain)
}

type engineCmd struct {
	Args []string `arg:"" optional:"" passthrough:""`
}

// Run hosts the engine until the server that started it is gone.
func (e engineCmd) Run() error {
	if len(e.Args) == 0 {
		return errors.New("the server starts its engine itself: run 'folgmed serve'")
	}
	return engine.Host(e.Args)
}
