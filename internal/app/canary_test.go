package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// canaryVariable makes the test binary the server of TestCanary, in a process
// of its own that can be killed.
const canaryVariable = "FOLGMED_TEST_CANARY"

// serveCanary serves with the configuration in the variable, and logs all it
// can.
func serveCanary() {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	fail := func(err error) {
		if err != nil {
			log.Error("canary", slog.Any("err", err))
			os.Exit(1)
		}
	}
	var cfg config.Server
	fail(json.Unmarshal([]byte(os.Getenv(canaryVariable)), &cfg))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	a := New(cfg, Options{Log: log, Version: "canary", Now: time.Now})
	fail(a.Start(ctx))
	<-ctx.Done()
	stop()
	fail(a.Stop(context.Background()))
	os.Exit(0)
}

// form is a mark as something may write it.
type form struct {
	mark, name string
	bytes      []byte
}

// printable tells whether the form is text, as in a log or metric.
func (f form) printable() bool {
	return !bytes.ContainsFunc(f.bytes, func(r rune) bool { return r < ' ' || r > '~' })
}

// formsOf are a mark itself and its hash, each in bytes, hex and base64.
func formsOf(mark string, value []byte) []form {
	sum := sha256.Sum256(value)
	var all []form
	for name, of := range map[string][]byte{"": value, " hash": sum[:]} {
		all = append(all,
			form{mark, "bytes" + name, of},
			form{mark, "hex" + name, []byte(hex.EncodeToString(of))},
			form{mark, "HEX" + name, []byte(strings.ToUpper(hex.EncodeToString(of)))},
			// Without the last characters, which depend on what follows.
			form{mark, "base64" + name, []byte(base64.StdEncoding.EncodeToString(of[:len(of)/3*3]))},
			form{mark, "base64url" + name, []byte(base64.URLEncoding.EncodeToString(of[:len(of)/3*3]))},
		)
	}
	return all
}

// sighting is a form found somewhere.
type sighting struct{ Place, Mark, Form string }

// place is something that is searched.
type place struct {
	name string
	text []byte
}

// search finds every form in every place. It reads each place once: what begins
// with the same two bytes as some form is compared with those that do.
func search(places []place, forms []form) (found []sighting) {
	var begins [1 << 16][]form
	for _, f := range forms {
		at := binary.BigEndian.Uint16(f.bytes)
		begins[at] = append(begins[at], f)
	}
	seen := map[sighting]bool{}
	for _, p := range places {
		at := uint16(0)
		for i, b := range p.text {
			at = at<<8 | uint16(b)
			if begins[at] == nil || i == 0 {
				continue
			}
			for _, f := range begins[at] {
				if s := (sighting{p.name, f.mark, f.name}); bytes.HasPrefix(p.text[i-1:], f.bytes) && !seen[s] {
					seen[s] = true
					found = append(found, s)
				}
			}
		}
	}
	return found
}

// marking is the connection of a tablet with a mark in all that a request can
// carry, which remembers what was sent.
type marking struct {
	t    *testing.T
	next http.RoundTripper
	mu   sync.Mutex
	sent map[string][]byte // by path
}

// What a request carries besides the ballot.
var (
	canaryAgent    = "Kanari-Surfer/47.11"
	canaryLanguage = "x-kanarispraak"
	canaryAddress  = "127.83.197.211"
	canaryProxied  = "203.0.113.241"
	canaryJunk     = "kanari-soppel-9f3c1b"
)

func newMarking(t *testing.T) *marking {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(canaryAddress)}}
	transport := &http.Transport{DialContext: dialer.DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	return &marking{t: t, next: transport, sent: map[string][]byte{}}
}

func (m *marking) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		must(m.t, err)
		m.mu.Lock()
		m.sent[r.URL.Path] = body
		m.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.Header.Set("User-Agent", canaryAgent)
	r.Header.Set("Accept-Language", canaryLanguage+";q=1, nb;q=0.5")
	r.Header.Set("X-Forwarded-For", canaryProxied)
	return m.next.RoundTrip(r)
}

// canary is a server and an engine in processes of their own.
type canary struct {
	t      *testing.T
	cfg    config.Server
	db     *engine.Engine
	engine string // its folder
	log    string // file of the server's standard output and error
	server *exec.Cmd
	op     *control.Client
	marks  []form
}

const canaryUser = "canary"

func newCanary(t *testing.T) *canary {
	c := &canary{t: t, engine: filepath.Join(t.TempDir(), "engine"), log: filepath.Join(t.TempDir(), "server.log")}
	users := append(storetest.Users(store.DefaultDatabase), engine.User{Name: canaryUser, Grants: []string{
		"GRANT SELECT ON *.*",
		"GRANT INSERT, CREATE TABLE, DROP TABLE ON folgmed.*",
		"GRANT TABLE ENGINE ON MergeTree",
	}})
	var err error
	c.db, err = engine.Start(t.Context(), engine.Options{Dir: c.engine, Users: users})
	must(t, err)
	t.Cleanup(func() { _ = c.db.Stop(context.Background()) })
	c.cfg = config.Server{
		Data: t.TempDir(), Listen: freeAddress(t), Admin: freeAddress(t), Rehearsal: true,
		ClickHouseURL: c.db.URL(), Database: store.DefaultDatabase, Passwords: map[string]string{},
	}
	for _, role := range store.Roles {
		c.cfg.Passwords[string(role)] = c.db.PasswordOf(role.User(store.DefaultDatabase))
	}
	c.op = control.Dial(config.ControlSocket(c.cfg.Data))
	c.start()
	return c
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// start starts the server; what is due on the quarter it does at once.
func (c *canary) start() {
	c.t.Helper()
	text, err := json.Marshal(c.cfg)
	must(c.t, err)
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(c.t, err)
	defer log.Close()
	c.server = exec.Command(os.Args[0])
	c.server.Env = append(os.Environ(), canaryVariable+"="+string(text))
	c.server.Stdout, c.server.Stderr = log, log
	must(c.t, c.server.Start())
	server := c.server
	c.t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	c.eventually("the server answers", func() bool {
		_, err := c.op.Status(c.t.Context())
		return err == nil
	})
}

func (c *canary) kill() {
	must(c.t, c.server.Process.Kill())
	_ = c.server.Wait()
}

func (c *canary) eventually(what string, there func() bool) {
	c.t.Helper()
	for end := time.Now().Add(30 * time.Second); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			log, _ := os.ReadFile(c.log)
			c.t.Fatalf("not in half a minute: %s\n%s", what, log)
		}
	}
}

// ask asks the engine as the user who may read everything.
func (c *canary) ask(query string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequest(http.MethodPost, c.db.URL()+"/?"+url.Values{"query": {query}, "database": {store.DefaultDatabase}}.Encode(), body)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(canaryUser, c.db.PasswordOf(canaryUser))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", res.Status, text)
	}
	return text, err
}

func (c *canary) must(query string, body io.Reader) string {
	c.t.Helper()
	text, err := c.ask(query, body)
	must(c.t, err)
	return strings.TrimSpace(string(text))
}

// tables are all rows of every table and of every system table.
func (c *canary) tables() (all []place) {
	// That of models asks another process, which is not there; the others that
	// are left out are built into the engine, the same in every one.
	for line := range strings.Lines(c.must("SELECT database, name FROM system.tables WHERE database IN ('folgmed', 'system') AND name NOT IN ('models', 'unicode', 'licenses', 'documentation') ORDER BY ALL FORMAT TSV", nil)) {
		database, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		// Some system tables never end.
		text, err := c.ask("SELECT * FROM `"+database+"`.`"+name+"` LIMIT 100000 FORMAT RowBinary", nil)
		if err != nil && database == "folgmed" {
			c.t.Errorf("table %s can not be searched: %v", name, err)
		}
		if err != nil {
			c.t.Logf("system table %s can not be searched: %.120v", name, err)
			continue
		}
		all = append(all, place{"table " + database + "." + name, text})
	}
	return all
}

// files are those below a folder, as they are and unpacked. Those of a table's
// parts are called by their table.
func (c *canary) files(dir string) (all []place) {
	c.t.Helper()
	owner := map[string]string{}
	for line := range strings.Lines(c.must("SELECT name, arrayJoin(data_paths) FROM system.tables WHERE database = 'folgmed' FORMAT TSV", nil)) {
		table, path, _ := strings.Cut(strings.TrimSpace(line), "\t")
		owner[strings.TrimSuffix(path, "/")] = table
	}
	must(c.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a merge took it away meanwhile
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		name := strings.TrimPrefix(path, dir)
		for folder, table := range owner {
			if strings.HasPrefix(path, folder+"/") {
				name = "of " + table
			}
		}
		all = append(all, place{"file " + name, text})
		if packed := unpacked(text); len(packed) > 0 {
			all = append(all, place{"unpacked file " + name, packed})
		}
		return err
	}))
	return all
}

// unpacked is what ClickHouse's compressed blocks in a file hold, one after the
// other; empty for a file without any.
func unpacked(text []byte) []byte {
	const checksum, header, most = 16, 9, 64 << 20
	var all []byte
	for len(text) > checksum+header {
		packed := int(binary.LittleEndian.Uint32(text[checksum+1:])) // with its header
		size := int(binary.LittleEndian.Uint32(text[checksum+5:]))
		if packed < header || checksum+packed > len(text) || size > most {
			break
		}
		block := make([]byte, size)
		if _, err := io.ReadFull(compress.NewReader(bytes.NewReader(text[:checksum+packed])), block); err != nil {
			break
		}
		all, text = append(all, block...), text[checksum+packed:]
	}
	return all
}

// said is what the server logged, and what its metrics say.
func (c *canary) said() []place {
	log, err := os.ReadFile(c.log)
	must(c.t, err)
	all := []place{{"log", log}}
	for _, url := range []string{"http://" + c.cfg.Admin + "/metrics", "http://" + c.cfg.Listen + "/personvern"} {
		res, err := http.Get(url)
		must(c.t, err)
		text, err := io.ReadAll(res.Body)
		must(c.t, err)
		must(c.t, res.Body.Close())
		all = append(all, place{"metrics", text})
	}
	return all
}

// everywhere is every place there is.
func (c *canary) everywhere() []place {
	return slices.Concat(c.tables(), c.files(c.engine), c.files(c.cfg.Data), c.said())
}

// report prints how much was searched.
func (c *canary) report(when string, places []place) {
	kinds, size := map[string]int{}, 0
	for _, p := range places {
		kind, _, _ := strings.Cut(p.name, " ")
		kinds[kind]++
		size += len(p.text)
	}
	c.t.Logf("%s: searched %d tables, %d files (as they are and unpacked), log and metrics, %.1f MB, for %d forms",
		when, kinds["table"], kinds["file"], float64(size)/1e6, len(c.marks))
}

// finds checks that a mark is found exactly where it is expected: forms by
// their mark and name, in places by their beginning. What is expected
// must be found, or the search is blind.
func (c *canary) finds(when string, places []place, expected map[string][]string) {
	c.t.Helper()
	c.report(when, places)
	seen := map[string]bool{}
	for _, s := range search(places, c.marks) {
		kind := strings.TrimRight(s.Mark, "0123456789") + ", " + s.Form
		i := slices.IndexFunc(expected[kind], func(place string) bool { return s.Place == place })
		if i < 0 {
			c.t.Errorf("%s: %s (%s) is in %s", when, s.Mark, s.Form, s.Place)
			continue
		}
		seen[kind+" in "+s.Place] = true
	}
	for kind, places := range expected {
		for _, place := range places {
			if !seen[kind+" in "+place] {
				c.t.Errorf("%s: %s is not found in %s, where it must be", when, kind, place)
			}
		}
	}
}

// mark remembers a value to look for.
func (c *canary) mark(name string, value []byte) { c.marks = append(c.marks, formsOf(name, value)...) }

// answer lets one pupil answer, all marked.
func (c *canary) answer(i int, code, fingerprint string, ring *ballot.Ring) {
	nonce := sha256.Sum256(fmt.Appendf(nil, "canary nonce %d", i))
	m := newMarking(c.t)
	pupil := &tablet.Tablet{URL: "http://" + c.cfg.Listen, HTTP: &http.Client{Transport: m}, Random: bytes.NewReader(nonce[:])}
	b, err := pupil.Prepare(c.t.Context(), code, fingerprint, none)
	must(c.t, err)
	_, err = pupil.Cast(c.t.Context(), b)
	must(c.t, err)
	var issue struct {
		Blinded ballot.Bytes `json:"blinded"`
	}
	must(c.t, json.Unmarshal(m.sent["/api/issue"], &issue))
	var box struct {
		Sealed, Token ballot.Bytes
	}
	must(c.t, json.Unmarshal(b.Body(), &box))
	typed, err := ballot.ParseCode(code)
	must(c.t, err)
	mac := ring.MAC(typed)
	c.mark(fmt.Sprintf("code %d", i), []byte(code))
	c.mark(fmt.Sprintf("mac %d", i), mac[:])
	nullifier := ballot.NullifierOf(nonce[:])
	c.mark(fmt.Sprintf("nonce %d", i), nonce[:])
	c.mark(fmt.Sprintf("nullifier %d", i), nullifier[:])
	c.mark(fmt.Sprintf("blinded %d", i), issue.Blinded)
	c.mark(fmt.Sprintf("token %d", i), box.Token)
	c.mark(fmt.Sprintf("sealed %d", i), box.Sealed[:48])
}

// junk sends what is no ballot, with a mark wherever one fits.
func (c *canary) junk() {
	client := &http.Client{Transport: newMarking(c.t)}
	for path, body := range map[string]string{
		"/api/code":                      `{"code":"` + canaryJunk + `"}`,
		"/api/issue":                     `{"code":"` + canaryJunk + `","blinded":"` + canaryJunk + `"}`,
		"/api/cast":                      `{"sealed":"` + canaryJunk + `"}`,
		"/api/" + canaryJunk:             `{}`,
		"/k?" + canaryJunk:               ``,
		"/" + canaryJunk:                 ``,
		"/api/cast?" + canaryJunk:        strings.Repeat(canaryJunk, 1000),
		"/staff/prompts/a-" + canaryJunk: ``,
	} {
		res, err := client.Post("http://"+c.cfg.Listen+path, "application/json; x="+canaryJunk, strings.NewReader(body))
		must(c.t, err)
		_, err = io.Copy(io.Discard, res.Body)
		must(c.t, err)
		must(c.t, res.Body.Close())
	}
}

// TestCanary plays a wave with marks in all that a tablet sends, with kills of
// the engine and of the server in it, and then looks for each mark, its hash,
// hex and base64 in every table, system table, file, log, metric and backup.
// First it must find each where it is planted.
func TestCanary(t *testing.T) {
	t.Parallel()
	c := newCanary(t)
	known := twoClasses(8)
	must(t, c.op.SaveRoster(t.Context(), known))
	n := wave.NumberOf(time.Now())
	must(t, c.op.MoveWave(t.Context(), control.Move{Wave: n, Step: wave.Opened}))
	made, err := c.op.Codes(t.Context(), control.CodesRequest{Wave: n, School: school, Class: "8A"})
	must(t, err)
	ring, err := ballot.OpenRing(filepath.Join(c.cfg.Data, "keys"), ballot.Holds{Issuer: true, Collector: true}, n.SchoolYear())
	must(t, err)

	const pupils = 9
	for i := range pupils {
		switch i {
		case 3:
			must(t, syscall.Kill(c.db.PID(), syscall.SIGKILL))
		case 6:
			c.kill()
			c.start()
		}
		c.answer(i, made[0].Codes[i], made[0].Fingerprint, ring)
	}
	c.junk()
	for name, value := range map[string]string{
		"user agent": canaryAgent, "language": canaryLanguage, "address": canaryAddress, "forwarded address": canaryProxied, "junk": canaryJunk,
	} {
		c.mark(name, []byte(value))
	}
	if c.db.Restarts() == 0 {
		t.Error("the engine was not killed: this proves less")
	}

	c.planted(t)

	parts := func() string {
		return c.must("SELECT arrayStringConcat(groupArray(toString(n)), ' ') FROM (SELECT uniqExact(modification_time, name) AS n FROM system.parts WHERE database = 'folgmed' AND table IN ('answers', 'code_use') GROUP BY table)", nil)
	}
	if parts() == "1 1" {
		t.Error("there is one part of answers and uses before the quarter: the next check would prove nothing")
	}
	c.kill()
	c.start() // does what is due on the quarter
	c.eventually("one part of answers and one of uses, so one time for all ballots", func() bool { return parts() == "1 1" })
	if got := c.must("SELECT count() FROM answers", nil); got != fmt.Sprint(pupils) {
		t.Errorf("%s answers after the kills, want %d", got, pupils)
	}
	c.finds("while the wave is open", c.everywhere(), map[string][]string{
		"nullifier , bytes":    {"table folgmed.answers", "file of answers", "unpacked file of answers"},
		"mac , bytes":          {"table folgmed.codes", "table folgmed.code_use", "file of codes", "file of code_use", "unpacked file of codes", "unpacked file of code_use"},
		"blinded , bytes hash": {"table folgmed.code_use", "file of code_use", "unpacked file of code_use"},
	})
	if logs := c.must("SELECT name FROM system.tables WHERE database = 'system' AND (name LIKE '%\\_log' OR name LIKE '%\\_log\\_%') FORMAT TSV", nil); logs != "" {
		t.Errorf("the engine keeps logs: %s", logs)
	}
	folder := control.Folder{Path: filepath.Join(t.TempDir(), "open")}
	must(t, c.op.Backup(t.Context(), folder))
	c.finds("in a backup while the wave is open", c.files(folder.Path), nil)

	must(t, c.op.MoveWave(t.Context(), control.Move{Wave: n, Step: wave.Sealed}))
	c.eventually("the parts of what is forgotten are gone", func() bool {
		return c.must("SELECT count() FROM system.parts WHERE database = 'folgmed' AND table IN ('answers', 'answers_sealing', 'codes', 'code_use') AND rows > 0", nil) == "0"
	})
	c.finds("after the release", c.everywhere(), map[string][]string{
		"nullifier , bytes": {"table folgmed.nullifier", "file of nullifier", "unpacked file of nullifier"},
	})
	folder.Path = filepath.Join(t.TempDir(), "released")
	must(t, c.op.Backup(t.Context(), folder))
	c.finds("in a backup after the release", c.files(folder.Path), nil)
}

// planted puts each form of each mark into a table, a log, a metric and a
// backup, and must find all of them there and, once they are taken away, none
// that was not there before.
func (c *canary) planted(t *testing.T) {
	t.Helper()
	var rows bytes.Buffer
	var lines []string
	registry := prometheus.NewRegistry()
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "planted"}, []string{"mark"})
	registry.MustRegister(gauge)
	text := 0
	for _, f := range c.marks {
		rows.Write(binary.AppendUvarint(nil, uint64(len(f.bytes))))
		rows.Write(f.bytes)
		if f.printable() {
			text++
			lines = append(lines, string(f.bytes))
			gauge.WithLabelValues(string(f.bytes)).Set(1)
		}
	}
	c.must("CREATE TABLE planted (mark String) ENGINE = MergeTree ORDER BY tuple()", nil)
	c.must("INSERT INTO planted FORMAT RowBinary", bytes.NewReader(rows.Bytes()))
	planted := func(places []place, named string) (found int) {
		seen := map[sighting]bool{}
		for _, s := range search(places, c.marks) {
			if s.Place == named {
				seen[s] = true
			}
		}
		return len(seen)
	}
	count := func(what string, got, want int) {
		if got != want {
			t.Errorf("planted in %s: %d of %d forms are found", what, got, want)
		}
	}
	count("a table", planted(c.tables(), "table folgmed.planted"), len(c.marks))
	count("the files of a table", planted(c.files(c.engine), "unpacked file of planted"), len(c.marks))
	c.must("DROP TABLE planted SYNC", nil)

	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	defer server.Close()
	admin, log := c.cfg.Admin, c.log
	c.cfg.Admin, c.log = strings.TrimPrefix(server.URL, "http://"), filepath.Join(t.TempDir(), "planted.log")
	must(t, os.WriteFile(c.log, []byte(strings.Join(lines, "\n")), 0o600))
	said := c.said()
	count("a log", planted(said, "log"), text)
	count("a metric", planted(said, "metrics"), text)
	c.cfg.Admin, c.log = admin, log

	backup := t.TempDir()
	must(t, os.WriteFile(filepath.Join(backup, "counts.native"), rows.Bytes(), 0o600))
	count("a backup", planted(c.files(backup), "file /counts.native"), len(c.marks))
	c.eventually("what was planted is gone", func() bool {
		for _, s := range search(c.files(c.engine), c.marks[:10]) {
			if s.Form == "hex hash" {
				return false
			}
		}
		return true
	})
}

// TestUnpacked: all blocks of a file are unpacked, and what follows is left.
func TestUnpacked(t *testing.T) {
	var file []byte
	for _, text := range []string{"first, first, first, first", "second"} {
		w := compress.NewWriter(compress.LevelZero, compress.LZ4)
		must(t, w.Compress([]byte(text)))
		file = append(file, w.Data...)
	}
	if got := string(unpacked(append(file, "no block at all, but long enough to be one"...))); got != "first, first, first, firstsecond" {
		t.Errorf("unpacked %q", got)
	}
	if got := unpacked([]byte("a file without any block, and long enough")); len(got) > 0 {
		t.Errorf("unpacked %q", got)
	}
}
