package pupil_test

import (
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"github.com/folgmed/folgmed/surveys"
)

// wire counts what a server sends, headers and all.
type wire struct {
	net.Listener
	bytes atomic.Int64
}

type countedConn struct {
	net.Conn
	bytes *atomic.Int64
}

func (w *wire) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	return countedConn{c, &w.bytes}, err
}

func (c countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.bytes.Add(int64(n))
	return n, err
}

// onTheWire serves the school once more, from where what is sent is counted.
func (s *school) onTheWire() *wire {
	s.t.Helper()
	server := httptest.NewUnstartedServer(s.pages)
	w := &wire{Listener: server.Listener}
	server.Listener = w
	server.Start()
	s.t.Cleanup(server.Close)
	s.url = server.URL
	return w
}

// A tablet's first visit, as a browser makes it: all that the server sends until
// the first question, and in all, with the app kept for when the network is away.
func TestFirstVisitKeepsItsBudget(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	w := s.onTheWire()
	b.visit(s.link(s.codes("6A", 1)[0]))
	b.there(".welcome")
	b.click("button.primary")
	b.there(".question")
	first := w.bytes.Load() // the app is being kept meanwhile, so at most this
	b.ready()
	requests, all := s.requests.Load()+s.loads.Load(), w.bytes.Load()
	t.Logf("at most %d B to the first question, %d B in all, %d requests", first, all, requests)
	if requests > 6 || all > 120<<10 {
		t.Errorf("%d B in %d requests, want at most 120 KiB in 6", all, requests)
	}
}

// BenchmarkFirstQuestion is a tablet's first visit over a slow 3G network with a
// fourth of this machine's speed: the time until the child can begin, until the
// first question stands there, and what the page then holds in memory.
func BenchmarkFirstQuestion(bench *testing.B) {
	s := newSchool(bench)
	_, items := s.asked("6A")
	var welcome, question time.Duration
	var heap float64
	for bench.Loop() {
		b := newBrowser(bench)
		b.slowTablet()
		start := time.Now()
		b.visit(s.link(s.codes("6A", 1)[0]))
		b.there(".welcome")
		welcome += time.Since(start)
		b.click("button.primary")
		b.heading(items[0].Text[surveys.Bokmaal])
		question += time.Since(start)
		heap += b.heap()
	}
	bench.ReportMetric(welcome.Seconds()/float64(bench.N), "s/welcome")
	bench.ReportMetric(question.Seconds()/float64(bench.N), "s/question")
	bench.ReportMetric(heap/float64(bench.N)/(1<<20), "MiB-heap")
}

// slowTablet is what browsers' own tools call slow 3G, and a processor slowed
// down four times.
func (b *browser) slowTablet() {
	b.t.Helper()
	const slow3G = 400 * 1000 / 8 // bytes per second
	if _, err := chromedp.Call(b.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 400, DownloadThroughput: slow3G, UploadThroughput: slow3G}},
	}); err != nil {
		b.t.Fatal(err)
	}
}

// heap is the memory that the page's scripts use, in bytes.
func (b *browser) heap() float64 {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, performance.Enable, performance.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	got, err := chromedp.Call(b.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, m := range got.Metrics {
		if m.Name == "JSHeapUsedSize" {
			return m.Value
		}
	}
	b.t.Fatal("the browser does not tell how much memory is used")
	return 0
}
