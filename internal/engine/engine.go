// Package engine finds, starts, supervises and stops the embedded ClickHouse:
// a `clickhouse` binary where there is one, else libchdb, which holds the same
// engine and its servers. Either runs in a child process of ourselves that
// ends when we do.
//
// The engine listens on a loopback port, with HTTP only: one wrong password on
// the native port of libchdb ends the process. Passwords are made anew at each
// start and never leave the machine.
//
// It must not know a table or a query.
package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/template"
	"time"
)

const (
	startTimeout = 60 * time.Second // a first start on a slow disk takes seconds
	lockTimeout  = 3 * time.Second  // an engine whose parent was killed ends within this
	firstWait    = 100 * time.Millisecond
	longestWait  = 10 * time.Second
	steadyAfter  = time.Minute // the back-off starts over after so long without a fall
)

// User is a user of the engine. Its password is random and new at each start.
type User struct {
	Name   string   // letters, digits and _
	Grants []string // GRANT statements without TO: what the user may do, and nothing else
}

// Anyone is a user who may do anything with databases of ours, and nothing that
// reaches a file, another server or another user. It keeps nothing apart: a
// server has a user for each of its parts instead.
var Anyone = User{"folgmed", []string{
	"GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, DROP DATABASE, DROP TABLE, TRUNCATE, OPTIMIZE, SHOW ON folgmed*.*",
	"GRANT TABLE ENGINE ON MergeTree",
}}

// Options say where the engine keeps its data. Only Dir is needed.
type Options struct {
	Dir      string       // the engine's own directory; made if it is not there
	Users    []User       // who may connect; empty: Anyone alone
	Library  string       // libchdb.so; empty: a binary on PATH, else the library is looked for
	Port     int          // loopback port; 0: a free one
	KeepFree int64        // bytes of disk to leave free: inserts fail before the disk is full; 0: 64 MiB
	Log      *slog.Logger // starts and falls, never a query; nil: nowhere
}

// Engine is a running embedded ClickHouse. Its methods may be called from any
// goroutine.
type Engine struct {
	log      *slog.Logger
	program  program
	dir      string
	port     string
	users    []account
	lock     *os.File
	restarts atomic.Uint64
	pid      atomic.Int64
	stop     chan struct{} // closed by the first Stop
	stopOnce sync.Once
	done     chan struct{} // closed when the last child is gone
}

// account is a user with this start's password.
type account struct {
	User
	password string
}

// PasswordSHA256 is what users.xml holds of the password.
func (a account) PasswordSHA256() string {
	sum := sha256.Sum256([]byte(a.password))
	return hex.EncodeToString(sum[:])
}

// Start finds an engine, starts it on dir and returns when it answers. It is
// then kept running, on the same port with the same password, until Stop or
// the end of this process. The context bounds the start alone.
//
// This executable must answer HostCommand by calling Host.
func Start(ctx context.Context, opts Options) (*Engine, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.KeepFree == 0 {
		opts.KeepFree = 64 << 20
	}
	if len(opts.Users) == 0 {
		opts.Users = []User{Anyone}
	}
	found, err := find(ctx, opts.Library)
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, fmt.Errorf("start engine: the data directory can not be written: %w (choose another with --data)", err)
	}
	lock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	e := &Engine{
		log:     opts.Log,
		program: found,
		dir:     dir,
		lock:    lock,
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	for _, user := range opts.Users {
		e.users = append(e.users, account{user, rand.Text()})
	}
	child, err := e.first(ctx, opts)
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("start engine: %w", err)
	}
	go e.supervise(child) //nolint:gosec // G118: it outlives the start on purpose, until Stop
	return e, nil
}

// first chooses the port, writes the configuration and launches. Between
// choosing a free port and the engine's listening, another process may take
// it; then the next one is tried.
func (e *Engine) first(ctx context.Context, opts Options) (*child, error) {
	for attempt := 1; ; attempt++ {
		port, err := loopbackPort(ctx, opts.Port)
		if err != nil {
			return nil, err
		}
		e.port = strconv.Itoa(port)
		if err := e.configure(opts.KeepFree); err != nil {
			return nil, err
		}
		c, err := e.launch(ctx)
		if err == nil {
			return c, nil
		}
		if opts.Port != 0 || attempt == 3 || !strings.Contains(err.Error(), "in use") {
			return nil, err
		}
	}
}

// URL is where the engine answers, http://127.0.0.1:PORT.
func (e *Engine) URL() string { return "http://" + net.JoinHostPort("127.0.0.1", e.port) }

// User is the first of the users.
func (e *Engine) User() string { return e.users[0].Name }

// Password is the password of the first user.
func (e *Engine) Password() string { return e.users[0].password }

// PasswordOf is the password of any user; empty for a name that is not among
// them, which opens nothing.
func (e *Engine) PasswordOf(name string) string {
	for _, user := range e.users {
		if user.Name == name {
			return user.password
		}
	}
	return ""
}

// Restarts tells how often the engine had to be started again.
func (e *Engine) Restarts() uint64 { return e.restarts.Load() }

// PID is the process that hosts the engine; 0 while there is none.
func (e *Engine) PID() int { return int(e.pid.Load()) }

// Stop ends the engine and returns when it is gone and its directory is free.
// If ctx ends first the engine is killed. Nothing that was acknowledged is
// lost either way. Stopping twice is stopping once.
func (e *Engine) Stop(ctx context.Context) error {
	e.stopOnce.Do(func() { close(e.stop) })
	select {
	case <-e.done:
	case <-ctx.Done():
		if pid := e.PID(); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		<-e.done
	}
	return nil
}

// supervise keeps a child running until Stop. The wait before a restart
// doubles with each fall and starts over after a steady minute.
func (e *Engine) supervise(c *child) {
	defer close(e.done)
	defer func() { _ = e.lock.Close() }()
	wait := firstWait
	for {
		steady := time.NewTimer(steadyAfter)
		select {
		case <-e.stop:
			c.end()
			return
		case <-c.exited:
		}
		if !steady.Stop() {
			wait = firstWait
		}
		e.log.LogAttrs(context.Background(), slog.LevelError, "engine fell", slog.String("how", c.how()), slog.Duration("restart_in", wait))
		for c = nil; c == nil; {
			select {
			case <-e.stop:
				return
			case <-time.After(wait):
			}
			wait = min(2*wait, longestWait)
			c = e.relaunch(wait)
		}
	}
}

// relaunch starts the engine again, or returns nil when that failed. A Stop in
// the middle gives it up.
func (e *Engine) relaunch(wait time.Duration) *child {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-e.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	c, err := e.launch(ctx)
	if err != nil {
		e.log.LogAttrs(ctx, slog.LevelError, "engine did not start again", slog.Any("err", err), slog.Duration("restart_in", wait))
		return nil
	}
	e.log.LogAttrs(ctx, slog.LevelInfo, "engine is up again", slog.Int("pid", c.cmd.Process.Pid), slog.Uint64("restarts", e.restarts.Add(1)))
	return c
}

// child is one process that hosts the engine.
type child struct {
	cmd    *exec.Cmd
	hold   *os.File // the engine runs as long as this end of the pipe is open
	errors tail
	exited chan struct{}
}

// launch starts a child and returns when it answers as our user, or with what
// it said when it gave up.
func (e *Engine) launch(ctx context.Context) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	stdin, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = stdin.Close() }()
	c := &child{hold: hold, exited: make(chan struct{})}
	c.cmd = exec.Command(exe, hostArgs(e.program, e.dir, e.port)...) //nolint:gosec // G204: this very executable
	c.cmd.Dir = e.dir
	c.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC"} // none of our secrets
	c.cmd.Stdin, c.cmd.Stderr = stdin, &c.errors
	// The lock is held by parent and child: a directory is free when both are
	// gone.
	c.cmd.ExtraFiles = []*os.File{e.lock}
	// A Ctrl-C at the terminal is for us: we drain first and end the engine last.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.WaitDelay = time.Second
	if err := c.cmd.Start(); err != nil {
		_ = hold.Close()
		return nil, err
	}
	e.pid.Store(int64(c.cmd.Process.Pid))
	go func() {
		_ = c.cmd.Wait()
		e.pid.Store(0)
		_ = hold.Close()
		close(c.exited)
	}()
	if err := e.answers(ctx, c); err != nil {
		c.end()
		return nil, err
	}
	c.errors.mute()
	return c, nil
}

// answers waits until the child answers as our user. Asking as our user, whose
// password is new, also makes sure that it is not someone else on the port.
func (e *Engine) answers(ctx context.Context, c *child) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.exited:
			return fmt.Errorf("the engine ended while starting (%s): %s", c.cmd.ProcessState, c.errors.String())
		case <-ctx.Done():
			return fmt.Errorf("the engine did not answer: %w: %s", ctx.Err(), c.errors.String())
		case <-tick.C:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL()+"/?query=SELECT%201", nil)
		if err != nil {
			return err
		}
		req.SetBasicAuth(e.User(), e.Password())
		resp, err := client.Do(req)
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
}

// end asks the child to end, and kills it if it is deaf.
func (c *child) end() {
	_ = c.hold.Close()
	select {
	case <-c.exited:
	case <-time.After(10 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.exited
	}
}

// how says in which way a child ended.
func (c *child) how() string { return c.cmd.ProcessState.String() }

// tail keeps the first lines that a starting engine writes. Once it runs
// nothing is kept: a crash report quotes the query, and a query holds
// nullifiers.
type tail struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	muted bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - t.buf.Len(); !t.muted && room > 0 {
		t.buf.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

func (t *tail) mute() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.muted = true
	t.buf.Reset()
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(t.buf.String())
}

//go:embed config.xml
var configXML string

//go:embed users.xml
var usersXML string

var (
	configTemplate = template.Must(template.New("config.xml").Parse(configXML))
	usersTemplate  = template.Must(template.New("users.xml").Parse(usersXML))
)

// configure writes the engine's two files. They name the hashes of the
// passwords, never a password.
func (e *Engine) configure(keepFree int64) error {
	data := struct {
		Dir, Port string
		KeepFree  int64
		Library   bool
		Users     []account
	}{e.dir, e.port, keepFree, e.program.library, e.users}
	for _, t := range []*template.Template{configTemplate, usersTemplate} {
		var out bytes.Buffer
		if err := t.Execute(&out, data); err != nil {
			return fmt.Errorf("write %s: %w", t.Name(), err)
		}
		if err := os.WriteFile(filepath.Join(e.dir, t.Name()), out.Bytes(), 0o600); err != nil {
			return fmt.Errorf("write the engine's configuration: %w", err)
		}
	}
	return nil
}

// lockDir takes the directory for this process. An engine whose parent was
// killed needs a moment to notice, so a lock that is held is tried for a while.
func lockDir(ctx context.Context, dir string) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data directory can not be written: %w (choose another with --data)", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = f.Close()
			return nil, fmt.Errorf("lock %s: %w", dir, err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("%w: %s (stop the other one, or choose another directory with --data)", ErrLocked, dir)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ErrLocked says that another running installation uses the directory.
var ErrLocked = errors.New("another Følgmed is running on this data directory")

// loopbackPort returns the port that is asked for if it is free, or any free
// one for 0.
func loopbackPort(ctx context.Context, port int) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0, fmt.Errorf("the engine's port is taken: %w (choose another, or 0 for any free one)", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
