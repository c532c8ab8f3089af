package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// bareVariable makes the test binary the bare Echo server of BenchmarkCasts,
// in a process of its own as the real one is.
const bareVariable = "FOLGMED_BENCH_BARE"

// serveBare reads each body and stores nothing.
func serveBare() {
	e := echo.New()
	e.POST("/api/cast", func(c echo.Context) error {
		if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
			return err
		}
		return c.JSONBlob(http.StatusOK, []byte(`{"outcome":"accepted"}`))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	_, _ = fmt.Println(listener.Addr())
	panic(http.Serve(listener, e))
}

const (
	benchClasses  = 1_500
	benchSize     = 30               // pupils in each
	benchClients  = 384              // that cast at the same time
	benchRate     = 2_000            // casts a second, for the latency
	benchPaced    = 10 * time.Second // at that rate
	benchDeadline = 20 * time.Minute // for all of it
	benchBatch    = 5_000            // rows of a raw insert
)

// BenchmarkCasts prints, of one run on this machine: durable casts a second
// through the built server with cryptography, beside an Echo handler that
// stores nothing and raw inserts of the same rows; the latency at 2,000 casts
// a second; issue and cast with the tablet's work; and the server's memory.
// Load generator, server and engine share the machine. Ballots are prepared
// before the clock starts. It asserts nothing.
func BenchmarkCasts(b *testing.B) {
	binary, err := filepath.Abs("../../bin/folgmed")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(binary); err != nil {
		b.Fatal("the benchmark needs the built program: run 'make bench'")
	}
	ctx, cancel := context.WithTimeout(b.Context(), benchDeadline)
	defer cancel()
	for b.Loop() {
		bench(ctx, b, binary)
	}
}

func bench(ctx context.Context, b *testing.B, binary string) {
	data := b.TempDir()
	server := exec.CommandContext(ctx, binary, "serve", "--rehearsal", "--data", data, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	server.Stderr = os.Stderr
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	}()
	op := control.Dial(config.ControlSocket(data))
	var status control.Status
	for {
		var err error
		if status, err = op.Status(ctx); err == nil {
			break
		}
		if ctx.Err() != nil {
			b.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	report := func(what, format string, args ...any) { b.Logf("%-44s "+format, append([]any{what}, args...)...) }
	idle := resident(b, server.Process.Pid)

	n := wave.NumberOf(status.Now)
	known := benchRoster()
	fail(b, op.SaveRoster(ctx, known))
	player := &rehearsal.Rehearsal{Operator: op, URL: status.PublicURL, Seed: 1}
	fail(b, player.Open(ctx, n))
	made, err := op.Codes(ctx, control.CodesRequest{Wave: n})
	fail(b, err)

	// Preparing is the tablet's and the issuer's work: it is timed by itself.
	pupils := &tablet.Tablet{URL: status.PublicURL, HTTP: client()}
	bodies := make([][]byte, benchClasses*benchSize)
	began := time.Now()
	each(64, len(bodies), func(i int) {
		ballot, err := pupils.Prepare(ctx, made[i/benchSize].Codes[i%benchSize], status.Fingerprint, func(s tablet.Survey) []int {
			options := make([]int, len(s.Items))
			for j := range options {
				options[j] = 1 + (i+j)%2
			}
			return options
		})
		if err != nil {
			b.Error(err)
			return
		}
		bodies[i] = ballot.Body()
	})
	prepared := time.Since(began)
	if b.Failed() {
		return
	}
	paced := int(benchRate * benchPaced / time.Second)
	first, second := bodies[:len(bodies)-paced], bodies[len(bodies)-paced:]

	durable := flood(b, status.PublicURL+"/api/cast", first, nil)
	latencies := pace(b, status.PublicURL+"/api/cast", benchRate, second, nil)
	loaded := resident(b, server.Process.Pid)

	bare := exec.CommandContext(ctx, os.Args[0])
	bare.Env = append(os.Environ(), bareVariable+"=1")
	out, err := bare.StdoutPipe()
	fail(b, err)
	fail(b, bare.Start())
	line := make([]byte, 64)
	read, err := out.Read(line)
	fail(b, err)
	nothing := flood(b, "http://"+strings.TrimSpace(string(line[:read]))+"/api/cast", first, nil)
	_ = bare.Process.Kill()
	_ = bare.Wait()

	raw := rawInserts(ctx, b, len(first))

	issueAndCast := float64(len(bodies)) / (prepared + time.Duration(float64(len(bodies))/durable*float64(time.Second))).Seconds()
	report("durable casts a second", "%8.0f", durable)
	report("  of an Echo handler that stores nothing", "%8.1f %%   (%.0f a second)", 100*durable/nothing, nothing)
	report("  of raw inserts of the same rows", "%8.1f %%   (%.0f a second)", 100*durable/raw, raw)
	report("issue + cast with the tablet's work a second", "%8.0f     (%.1f %% of casts alone)", issueAndCast, 100*issueAndCast/durable)
	report(fmt.Sprintf("latency at %d casts a second", benchRate), "p50 %.1f ms, p99 %.1f ms, worst %.1f ms",
		ms(latencies[len(latencies)/2]), ms(latencies[len(latencies)*99/100]), ms(latencies[len(latencies)-1]))
	report("resident memory of the service", "idle %d MB, loaded %d MB", idle, loaded)
	b.ReportMetric(durable, "casts/s")
	b.ReportMetric(100*durable/nothing, "%bare")
	b.ReportMetric(100*durable/raw, "%raw")
	b.ReportMetric(ms(latencies[len(latencies)*99/100]), "p99-ms")
}

func benchRoster() roster.Roster {
	o := roster.Owner{Org: roster.SimulatedOrg(1), Name: "Bench", Rhythm: 2, Rate: .25}
	for k := range benchClasses {
		if k%30 == 0 {
			o.Schools = append(o.Schools, roster.School{Org: roster.SimulatedOrg(101 + k/30), Name: fmt.Sprintf("School %d", k/30), Written: "nb"})
		}
		s := &o.Schools[len(o.Schools)-1]
		s.Classes = append(s.Classes, roster.Class{Name: fmt.Sprintf("8-%d", k%30), Grades: []int{8}, Size: benchSize})
	}
	return roster.Roster{Owners: []roster.Owner{o}}
}

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchClients, MaxConnsPerHost: benchClients}, Timeout: time.Minute}
}

// each calls do for 0..n-1 from a number of goroutines.
func each(workers, n int, do func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}

// flood posts all bodies as fast as they are answered, and returns how many a
// second were. Replied, unless nil, is given each reply.
func flood(b *testing.B, url string, bodies [][]byte, replied func(i int, reply []byte)) float64 {
	c := client()
	defer c.CloseIdleConnections()
	began := time.Now()
	each(benchClients, len(bodies), func(i int) { post(b, c, url, bodies, i, replied) })
	return float64(len(bodies)) / time.Since(began).Seconds()
}

// pace posts all bodies at a rate a second whether answered or not, and returns
// the latencies from the moment each was due, ascending.
func pace(b *testing.B, url string, rate int, bodies [][]byte, replied func(i int, reply []byte)) []time.Duration {
	c := client()
	defer c.CloseIdleConnections()
	latencies := make([]time.Duration, len(bodies))
	var group sync.WaitGroup
	began := time.Now()
	for i := range bodies {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		group.Go(func() {
			post(b, c, url, bodies, i, replied)
			latencies[i] = time.Since(due)
		})
	}
	group.Wait()
	slices.Sort(latencies)
	return latencies
}

func post(b *testing.B, c *http.Client, url string, bodies [][]byte, i int, replied func(i int, reply []byte)) {
	res, err := c.Post(url, "application/json", bytes.NewReader(bodies[i]))
	if err != nil {
		b.Error(err)
		return
	}
	reply, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK {
		b.Errorf("%s: %s %s %v", url, res.Status, reply, err)
		return
	}
	if replied != nil {
		replied(i, reply)
	}
}

// rawInserts stores as many rows in batches, without a server in front.
func rawInserts(ctx context.Context, b *testing.B, n int) float64 {
	s := storetest.New(b)
	random := rand.NewChaCha8([32]byte{})
	rows := make([]collect.Row, n)
	for i := range rows {
		_, _ = random.Read(rows[i].Nullifier[:])
		rows[i].Sheet = answer.Sheet{
			School: roster.SimulatedOrg(101 + i/900), Class: "8-" + strconv.Itoa(i%30), Wave: 150, Attempt: 1,
			Items:   []string{"thrive", "safe", "company", "care", "adult", "left_out", "hurt", "adult_harm", "places", "gender"},
			Options: []uint8{1, 2, 1, 2, 1, 1, 1, 1, 1, 2},
		}
	}
	began := time.Now()
	for batch := range slices.Chunk(rows, benchBatch) {
		fail(b, s.InsertAnswers(ctx, batch))
	}
	return float64(n) / time.Since(began).Seconds()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// resident is a process's resident memory in MB.
func resident(b *testing.B, pid int) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	fail(b, err)
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			fail(b, err)
			return kb / 1000
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

func fail(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
