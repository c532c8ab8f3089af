package webtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Browser is a Chromium with one tab.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// NewBrowser starts Chromium, which must be on PATH, with an empty profile.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	return &Browser{t, Chromium(t)}
}

// Another is a second device in the same Chromium, with which it shares no page,
// no storage and no connection.
func (b *Browser) Another() *Browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	return &Browser{b.t, ctx}
}

// Chromium starts Chromium with one tab and an empty profile, for chromedp to
// drive until the test ends.
func Chromium(t testing.TB) context.Context {
	t.Helper()
	ctx, stop := launch(t, t.Context(), chromedp.UserDataDir(t.TempDir()))
	t.Cleanup(stop)
	return ctx
}

func launch(t testing.TB, parent context.Context, more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func()) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("the browser tests need Chromium on PATH: make tools installs it: %v", err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // the tests may run as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "nb"),
	)
	allocator, end := chromedp.NewExecAllocator(parent, append(options, more...)...)
	ctx, shut := chromedp.NewContext(allocator)
	return ctx, func() {
		shut()
		end()
	}
}

// Shared is one Chromium for all tests of a binary: to start one costs more than
// most walks through a page.
type Shared struct {
	sync.Mutex
	ctx  context.Context
	stop func()
}

// Tab opens a tab that shares neither storage nor history with another test's,
// as on a tablet from the shop. It is shut when the test ends.
func (s *Shared) Tab(t testing.TB) context.Context {
	t.Helper()
	s.Lock()
	defer s.Unlock()
	if s.ctx == nil {
		s.ctx, s.stop = launch(t, context.Background())
		if err := chromedp.Do(s.ctx); err != nil {
			t.Fatalf("start Chromium: %v", err)
		}
	}
	ctx, shut := chromedp.NewContext(s.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(shut)
	return ctx
}

// Stop ends Chromium, if a test has started it.
func (s *Shared) Stop() {
	if s.stop != nil {
		s.stop()
	}
}

// Visit goes to an address, and waits until the page is there.
func (b *Browser) Visit(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// Click clicks an element, named as in CSS.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// Type writes into a field.
func (b *Browser) Type(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Press presses keys one after the other, each a text or one of package kb.
func (b *Browser) Press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// Shows waits until an element holds a text, for ten seconds.
func (b *Browser) Shows(selector, text string) {
	b.t.Helper()
	expression := "document.querySelector(" + strconv.Quote(selector) + ")?.textContent ?? ''"
	var got string
	for range 200 {
		// Between two pages there is nothing to ask: an error is a "not yet".
		if v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression)); err == nil {
			if got = v; strings.Contains(got, text) {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%s shows %q, want %q", selector, got, text)
}

// Eval returns the value of a JavaScript expression; that of a promise, once
// it is there.
func Eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// views are how a page is looked at. The third is the first at 200 % zoom.
var views = []struct {
	name          string
	width, height int64
	scheme        string
}{
	{"desktop", 1280, 800, "light"},
	{"desktop-dark", 1280, 800, "dark"},
	{"zoomed", 640, 400, "light"},
	{"phone", 390, 844, "light"},
	{"phone-dark", 390, 844, "dark"},
}

// Look checks the page that is open, in light and dark, on a desktop, at
// 200 % zoom and on a phone: no violation that axe-core knows, no sideways
// scrolling, nothing to hit under 44 px. With FOLGMED_SHOTS set to a folder it
// leaves a picture of each there.
func (b *Browser) Look(name string) {
	b.t.Helper()
	axe, err := os.ReadFile(filepath.Join(moduleRoot(b.t), "internal", "pupil", "app", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatalf("read axe-core: run make build first: %v", err)
	}
	b.settle(string(axe))
	for _, v := range views {
		b.do(chromedp.EmulateViewport(v.width, v.height))
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}},
		})
		if err != nil {
			b.t.Fatal(err)
		}
		b.check(name + "-" + v.name)
		if dir := os.Getenv("FOLGMED_SHOTS"); dir != "" {
			png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				b.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+v.name+".png"), png, 0o600); err != nil { //nolint:gosec // whoever runs the test names the folder
				b.t.Fatal(err)
			}
		}
	}
}

// sheet is where a page of a PDF begins, as Chromium writes it.
var sheet = regexp.MustCompile(`/Type\s*/Page\b`)

// Print prints the page that is open, on the paper that its own style asks for,
// and returns on how many sheets. With FOLGMED_SHOTS set to a folder it leaves
// the PDF there.
func (b *Browser) Print(name string) int {
	b.t.Helper()
	own, background := true, false
	pdf, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &own, PrintBackground: &background})
	if err != nil {
		b.t.Fatal(err)
	}
	if dir := os.Getenv("FOLGMED_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf.Data, 0o600); err != nil { //nolint:gosec // whoever runs the test names the folder
			b.t.Fatal(err)
		}
	}
	return len(sheet.FindAll(pdf.Data, -1))
}

// settle runs a script on the page that is there once nothing loads any more: a
// click may have begun to lead to another one, and then the script is lost.
func (b *Browser) settle(script string) {
	b.t.Helper()
	var last error
	for range 200 {
		ready, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.readyState === "complete"`))
		if err == nil && ready {
			if _, err = chromedp.Run(b.ctx, chromedp.Evaluate[bool](script+"; true")); err == nil {
				return
			}
		}
		last = err
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("the page did not settle in ten seconds: %v", last)
}

func (b *Browser) check(name string) {
	b.t.Helper()
	type violation struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	for _, v := range Eval[[]violation](b, "axe.run().then(r => r.violations)") {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s: %s\n%s\n%s", name, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
	if Eval[bool](b, "document.scrollingElement.scrollWidth > innerWidth") {
		b.t.Errorf("%s: wider than the screen", name)
	}
	small := Eval[[]string](b, `[...document.querySelectorAll("button, .button, summary, select, textarea, nav a")]
		.filter(e => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 44)
		.map(e => e.textContent)`)
	if len(small) > 0 {
		b.t.Errorf("%s: lower than 44 px: %q", name, small)
	}
}

func (b *Browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// moduleRoot walks up from the folder of the test to that of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}
