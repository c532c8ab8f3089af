package pupil_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/surveys"
)

// shotsVariable names a folder that gets a picture of every screen.
const shotsVariable = "FOLGMED_SHOTS"

// browser is one tab, as new as a tablet from the shop.
type browser struct {
	t    testing.TB
	ctx  context.Context
	size string // for the names of pictures
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	return watched(t, chromium.Tab(t))
}

// tab opens another tab of the same browser.
func (b *browser) tab() (tab *browser, shut func()) {
	b.t.Helper()
	ctx, shut := chromedp.NewContext(b.ctx)
	b.t.Cleanup(shut)
	return watched(b.t, ctx), shut
}

// watched fails the test if the page in a tab complains, or asks for anything
// elsewhere.
func watched(t testing.TB, ctx context.Context) *browser {
	t.Helper()
	b := &browser{t: t, ctx: ctx}
	b.resize("tablet")
	complaints := make(chan string, 100)
	complain := func(text string) {
		select {
		case complaints <- text:
		default: // enough is known
		}
	}
	if err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if u, err := url.Parse(e.Request.URL); err != nil || strings.HasPrefix(u.Scheme, "http") && u.Hostname() != "127.0.0.1" {
				complain("it asks for " + e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			complain(e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			// Replies such as 403 and 503 are what some tests are about.
			if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
				complain(e.Entry.Text)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for len(complaints) > 0 {
			t.Errorf("the browser complains: %s", <-complaints)
		}
	})
	return b
}

// run runs steps one after another.
func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) visit(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
}

func (b *browser) resize(size string) {
	b.t.Helper()
	b.size = size
	switch size {
	case "tablet":
		b.run(chromedp.EmulateViewport(1024, 768))
	case "projector":
		b.run(chromedp.EmulateViewport(1920, 1080))
	case "zoomed": // that of a laptop, at 200 %
		b.run(chromedp.EmulateViewport(640, 400))
	case "phone":
		b.run(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile))
	}
}

// eval reads the value of an expression, that of a promise once it is there.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	var value T
	var err error
	for range 50 {
		value, err = chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		if err == nil || !strings.Contains(err.Error(), "navigated") && !strings.Contains(err.Error(), "context") {
			break
		}
		time.Sleep(50 * time.Millisecond) // the page was being loaded anew
	}
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

// wait waits until an expression is true. It asks from here: the page's policy
// lets no script make scripts.
func (b *browser) wait(expression string) {
	b.t.Helper()
	for range 600 {
		if eval[bool](b, "Boolean("+expression+")") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("never true: %s; the page says:\n%s", expression, eval[string](b, "document.body.innerText"))
}

// there waits for an element.
func (b *browser) there(selector string) {
	b.t.Helper()
	b.wait("document.querySelector(" + quoted(selector) + ") !== null")
}

// before has every page that the tab opens from here on run a script first.
func (b *browser) before(script string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.run(chromedp.KeyEvent(k))
	}
}

// heading waits for the first heading of a screen.
func (b *browser) heading(text string) {
	b.t.Helper()
	b.wait("document.querySelector('h1')?.textContent === " + quoted(text))
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.run(chromedp.Click(chromedp.CSS(selector)))
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// look checks what every screen of a tablet must keep.
func (b *browser) look(name string) {
	b.t.Helper()
	b.inspect(name)
	if !eval[bool](b, "document.querySelector('footer .help') !== null") {
		b.t.Errorf("%s: no way to someone to talk to", name)
	}
}

// inspect checks what every screen must keep, and takes a picture if asked to.
func (b *browser) inspect(name string) {
	b.t.Helper()
	if dir := os.Getenv(shotsVariable); dir != "" {
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+"-"+b.size+".png"), png, 0o600); err != nil {
			b.t.Error(err)
		}
	}

	axe, err := os.ReadFile(filepath.Join("app", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.t.Fatalf("run make build first: %v", err)
	}
	type violation struct {
		ID    string
		Help  string
		Nodes []struct{ HTML, FailureSummary string }
	}
	eval[bool](b, string(axe)+"; true")
	violations := eval[[]violation](b, "axe.run().then(r => r.violations)")
	for _, v := range violations {
		for _, n := range v.Nodes {
			b.t.Errorf("%s (%s): %s: %s\n%s\n%s", name, b.size, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}

	type box struct {
		Text          string
		Width, Height float64
	}
	small := eval[[]box](b, `[...document.querySelectorAll("button, summary, .choice, input:not([type=radio])")]
		.filter(e => e.getClientRects().length > 0)
		.map(e => ({text: e.textContent, width: e.getBoundingClientRect().width, height: e.getBoundingClientRect().height}))
		.filter(b => b.width < 48 || b.height < 48)`)
	if len(small) > 0 {
		b.t.Errorf("%s (%s): targets under 48 px: %+v", name, b.size, small)
	}
	if eval[bool](b, "document.scrollingElement.scrollWidth > innerWidth") {
		b.t.Errorf("%s (%s): wider than the screen", name, b.size)
	}
}

// theme shows pages in the light or in the dark.
func (b *browser) theme(scheme string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		b.t.Fatal(err)
	}
}

// typeCode types as people do: lower case, in groups.
func (b *browser) typeCode(code ballot.Code, fingerprint string) {
	b.t.Helper()
	b.run(chromedp.SendKeys(chromedp.CSS("#code"), strings.ToLower(code.Grouped())))
	if fingerprint != "" {
		b.run(chromedp.SendKeys(chromedp.CSS("#fingerprint"), strings.ToLower(fingerprint[:8]+" "+fingerprint[8:])))
	}
	b.press(kb.Enter)
}

func (s *school) link(code ballot.Code) string {
	return s.url + "/k#" + code.String() + "." + s.keys.Fingerprint()
}

func (s *school) asked(class string) (*surveys.Questionnaire, []surveys.Item) {
	ask := s.plan[class]
	q, _ := s.surveys.Find(ask.Questionnaire, ask.Version)
	return q, q.Asked(ask.Ordinal)
}

// chosen is the option this test takes in item i: each in turn, declining too.
func chosen(i int, item surveys.Item) uint8 { return uint8((i + 1) % (len(item.Options) + 1)) }

// answer goes from the welcome screen to the thank-you page and returns the
// options chosen. With look it looks at every screen on the way.
func (b *browser) answer(s *school, class string, lang surveys.Lang, look func(name string)) []uint8 {
	b.t.Helper()
	q, items := s.asked(class)
	b.heading(q.Title[lang])
	look("welcome")
	b.click("button.primary")
	var options []uint8
	for i, item := range items {
		b.heading(item.Text[lang])
		option := chosen(i, item)
		options = append(options, option)
		b.click(fmt.Sprintf(".choice input[value='%d']", option))
		look(fmt.Sprintf("question-%02d", i+1))
		b.click("button.primary")
	}
	b.there(".ready")
	look("ready")
	b.click("button.primary")
	b.there(".thanks")
	return options
}

// delivered waits for the receipt. The page is told that it is being left, so
// that it does not wait before it casts.
func (b *browser) delivered() {
	b.t.Helper()
	eval[bool](b, "dispatchEvent(new Event('pagehide'))")
	b.wait("document.querySelector('.status')?.dataset.status === 'delivered'")
}

func ignore(string) {}

// expectNothingKept looks through all that a page can store.
func (b *browser) expectNothingKept(fingerprint string) {
	b.t.Helper()
	got := eval[map[string]any](b, "({local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie, url: location.href.replace(location.origin, ''), state: history.state})")
	want := map[string]any{
		"local":   map[string]any{"folgmed-keys": fingerprint},
		"session": map[string]any{}, "cookie": "", "url": "/", "state": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("the page keeps something (-want +got):\n%s", diff)
	}
	for _, name := range eval[[]string](b, "indexedDB.databases().then(all => all.map(one => one.name))") {
		if name != "folgmed" {
			b.t.Errorf("the page keeps a database %s", name)
		}
	}
	if ballots := b.shelf(); len(ballots) > 0 {
		b.t.Errorf("%d ballots are kept", len(ballots))
	}
	for _, name := range eval[[]string](b, "caches.keys()") {
		if !strings.HasPrefix(name, "folgmed-app-") && name != "folgmed-class" {
			b.t.Errorf("the page keeps a cache %s", name)
		}
	}
}

// shelf reads the ballots that lie in IndexedDB, as JSON, again if they are
// cleared away meanwhile.
func (b *browser) shelf() []map[string]any {
	b.t.Helper()
	return eval[[]map[string]any](b, `new Promise(function read(resolve, reject) {
		const open = indexedDB.open("folgmed");
		open.onerror = () => reject(open.error);
		open.onupgradeneeded = () => { open.transaction.abort(); resolve([]); };
		open.onsuccess = () => {
			const all = open.result.transaction("ballots").objectStore("ballots").getAll();
			all.onsuccess = () => { open.result.close(); resolve(all.result); };
			all.onerror = () => all.error.name === "AbortError" ? setTimeout(read, 50, resolve, reject) : reject(all.error);
		};
	})`)
}

func TestAWholeAnswer(t *testing.T) {
	for _, test := range []struct {
		class string
		lang  surveys.Lang
		typed bool
	}{
		{"6A", surveys.Bokmaal, true},
		{"2B", surveys.English, false},
		{"9C", surveys.Nynorsk, true},
	} {
		way := "by link"
		if test.typed {
			way = "typed"
		}
		t.Run(fmt.Sprintf("%s %s %s", test.class, test.lang, way), func(t *testing.T) {
			s, b := newSchool(t), newBrowser(t)
			code := s.codes(test.class, 1)[0]
			if test.typed {
				b.visit(s.url)
				b.there("#code")
				b.typeCode(code, s.keys.Fingerprint())
			} else {
				b.visit(s.link(code))
			}
			b.there(".welcome")
			b.click(fmt.Sprintf("header [lang=%s]", test.lang))
			if lang := eval[string](b, "document.documentElement.lang"); lang != string(test.lang) {
				t.Errorf("the page says it is in %q", lang)
			}
			where := eval[string](b, "document.querySelector('.welcome').innerText")
			for _, shown := range []string{"Nordskogen skole", test.class, " 48"} {
				if !strings.Contains(where, shown) {
					t.Errorf("the welcome screen does not show %s:\n%s", shown, where)
				}
			}
			options := b.answer(s, test.class, test.lang, ignore)
			b.delivered()
			for _, name := range []string{"Ingrid Solheim", "Omar Haddad", "116 111"} {
				if !eval[bool](b, "document.querySelector('.thanks').innerText.includes("+quoted(name)+")") {
					t.Errorf("the thank-you page does not name %s", name)
				}
			}
			b.expectNothingKept(s.keys.Fingerprint())

			_, items := s.asked(test.class)
			var ids []string
			for _, item := range items {
				ids = append(ids, item.ID)
			}
			stored := s.answers()
			if len(stored) != 1 || stored[0].Class != test.class || !slices.Equal(stored[0].Items, ids) || !slices.Equal(stored[0].Options, options) {
				t.Errorf("stored %+v, want one sheet of %s with %v %v", stored, test.class, ids, options)
			}
		})
	}
}

// The code leaves the address bar and the history before anything is shown.
func TestCodeLeavesTheHistory(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.visit(s.link(s.codes("6A", 1)[0]))
	b.there(".welcome")
	history, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history.Entries {
		if strings.Contains(e.URL, "#") || strings.Contains(e.URL, "/k") {
			t.Errorf("the history holds %s", e.URL)
		}
	}
}

func TestMistypedCodeIsNotSent(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	code := s.codes("6A", 1)[0]
	b.visit(s.url)
	b.there("#code")
	for _, typed := range []string{mistyped(code.String()), code.String()[:9], code.String() + "0", ""} {
		b.run(
			chromedp.Clear(chromedp.CSS("#code")),
			chromedp.SendKeys(chromedp.CSS("#code"), typed+" "),
			chromedp.KeyEvent(kb.Enter),
		)
		b.wait("document.querySelector('#code-mistake').textContent !== ''")
		if focus := eval[string](b, "document.activeElement.id"); focus != "code" {
			t.Errorf("%q: the focus is on %q", typed, focus)
		}
	}
	b.look("mistyped")
	if n := s.requests.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	code := s.codes("6A", 1)[0]
	b.visit(s.url + "/k#" + code.String() + "." + mustKeys(t).Fingerprint())
	b.wait("document.querySelector('#fingerprint-mistake')?.textContent > ''")
	b.look("other-keys")
	if kept := eval[int](b, "localStorage.length"); kept != 0 {
		t.Error("the wrong fingerprint is kept")
	}
	// A tablet that knows a school's keys refuses others too, and says so.
	eval[bool](b, "localStorage.setItem('folgmed-keys', "+quoted(mustKeys(t).Fingerprint())+"), true")
	b.visit(s.url)
	b.wait("document.querySelector('#code') !== null && document.querySelector('#fingerprint') === null")
	b.typeCode(code, "")
	b.wait("document.querySelector('#fingerprint-mistake')?.textContent > ''")
	if s.requests.Load() != 2 {
		t.Errorf("%d requests, want the two look-ups", s.requests.Load())
	}
}

// A tablet that knows the keys of the school year before follows the signatures
// to this year's; one that is given a fingerprint takes it at its word.
func TestTabletFollowsTheKeysOfANewYear(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	codes, before := s.codes("6A", 2), s.keys.Chain().Keys[0].Fingerprint
	b.visit(s.url + "/k#" + codes[0].String() + "." + before)
	b.wait("document.querySelector('#fingerprint-mistake')?.textContent > ''")

	eval[bool](b, "localStorage.setItem('folgmed-keys', "+quoted(before)+"), true")
	b.visit(s.url)
	b.wait("document.querySelector('#code') !== null && document.querySelector('#fingerprint') === null")
	b.typeCode(codes[1], "")
	b.there(".welcome")
	if known := eval[string](b, "localStorage.getItem('folgmed-keys')"); known != s.keys.Fingerprint() {
		t.Errorf("the tablet knows the keys %s now, want %s", known, s.keys.Fingerprint())
	}
}

func TestSpentCodeIsRefused(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	code := s.codes("2B", 1)[0]
	b.visit(s.link(code))
	b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.delivered()
	b.visit(s.link(code))
	b.wait("document.querySelector('#code-mistake')?.textContent > ''")
	if n := len(s.answers()); n != 1 {
		t.Errorf("%d answer sheets, want 1", n)
	}
}

// With the engine down the tablet says so, keeps the ballot while the next
// child answers, and delivers both when the engine is back.
func TestNotDeliveredUntilItIsStored(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	codes := s.codes("2B", 2)
	s.storeDown.Store(true)
	b.visit(s.link(codes[0]))
	b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.hurry()
	b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
	b.look("waiting")
	b.click("button.primary") // done: the next child
	b.wait("document.querySelector('.unsent')?.textContent > ''")
	b.look("unsent")
	b.typeCode(codes[1], "") // the fingerprint is known by now
	b.there(".welcome")
	b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.hurry()
	b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
	s.storeDown.Store(false)
	b.delivered()
	b.click("button.primary")
	b.wait("document.querySelector('.unsent')?.textContent === ''")
	if n := len(s.answers()); n != 2 {
		t.Errorf("%d answer sheets, want 2", n)
	}
}

// Without a network nothing is lost either, and its return is noticed at once.
func TestNetworkGone(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.visit(s.link(s.codes("2B", 1)[0]))
	b.there(".welcome")
	b.offline(true)
	b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
	b.offline(false)
	b.delivered()
	if n := len(s.answers()); n != 1 {
		t.Errorf("%d answer sheets, want 1", n)
	}
}

func (b *browser) offline(off bool) {
	b.t.Helper()
	rules := []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}}
	_, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule,
		network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: rules})
	if err == nil {
		_, err = chromedp.Call(b.ctx, network.OverrideNetworkState,
			network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// The second tap of a double tap does not fall on the screen that the first
// one brought.
func TestDoubleTapIsOne(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	_, items := s.asked("6A")
	b.visit(s.link(s.codes("6A", 1)[0]))
	b.there(".welcome")
	b.doubleTap("button.primary")
	for _, item := range items {
		b.heading(item.Text[surveys.Bokmaal])
		b.click(".skip input")
		b.doubleTap("button.primary")
	}
	b.there(".ready")
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d requests, want only the look-up", n)
	}
}

// doubleTap taps twice on one place; what was there at first may be gone by
// the second tap.
func (b *browser) doubleTap(selector string) {
	b.t.Helper()
	at := eval[[]float64](b, "(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector("+quoted(selector)+").getBoundingClientRect())")
	b.run(
		chromedp.MouseClickXY(at[0], at[1]),
		chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(2)),
	)
}

func TestRehearsalIsSaidOnEveryScreen(t *testing.T) {
	s, b := newSchool(t, func(o *pupil.Options) { o.Rehearsal = true }), newBrowser(t)
	b.visit(s.url)
	said := func(string) {
		t.Helper()
		if !eval[bool](b, "document.querySelector('.rehearsal')?.innerText > ''") {
			t.Errorf("not said on:\n%s", eval[string](b, "document.body.innerText"))
		}
	}
	b.there("#code")
	said("start")
	b.look("rehearsal")
	b.typeCode(s.codes("9C", 1)[0], s.keys.Fingerprint())
	b.answer(s, "9C", surveys.Bokmaal, said)
	said("thanks")
}

func TestLostReplyCountsOnce(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	s.loseReply.Store(1)
	b.visit(s.link(s.codes("2B", 1)[0]))
	b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.delivered()
	if n := len(s.answers()); n != 1 {
		t.Errorf("%d answer sheets, want 1", n)
	}
	close(s.tally)
	var outcomes []string
	for outcome := range s.tally {
		outcomes = append(outcomes, outcome)
	}
	if diff := cmp.Diff([]string{"issue issued", "cast accepted", "cast already_counted"}, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// Back steps through the questions; a reload starts over and costs no code;
// once a child is done there is nothing to go back to.
func TestBackAndReload(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	q, items := s.asked("6A")
	link := s.link(s.codes("6A", 1)[0])
	b.visit(link)
	b.heading(q.Title[surveys.Bokmaal])
	b.click("button.primary")
	for _, item := range items[:2] {
		b.heading(item.Text[surveys.Bokmaal])
		b.click(".choice input[value='2']")
		b.click("button.primary")
	}
	b.heading(items[2].Text[surveys.Bokmaal])
	eval[bool](b, "history.back(), true")
	b.heading(items[1].Text[surveys.Bokmaal])
	if !eval[bool](b, "document.querySelector(\"input[value='2']\").checked") {
		t.Error("the answer is gone after the browser's back button")
	}
	b.click("button.back")
	b.heading(items[0].Text[surveys.Bokmaal])

	b.run(chromedp.Reload())
	b.there("#code")
	b.expectNothingKept(s.keys.Fingerprint())

	b.visit(link)
	b.answer(s, "6A", surveys.Bokmaal, ignore)
	b.delivered()
	b.click("button.primary")
	b.wait("document.querySelector('#code')?.value === ''")
	for _, back := range []string{"history.back()", "history.forward()"} {
		eval[bool](b, back+", true")
		b.run(chromedp.Sleep(300 * time.Millisecond))
		b.there("h1")
		if !eval[bool](b, "document.querySelector('#code')?.value === ''") {
			t.Errorf("%s leads to:\n%s", back, eval[string](b, "document.body.innerText"))
		}
	}
}

// An empty choice is asked for, not passed over, and keys alone do it all.
func TestKeyboardAlone(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	q, items := s.asked("9C")
	b.visit(s.url)
	b.there("#code")
	code := s.codes("9C", 1)[0]
	b.press(kb.Tab, code.String(), kb.Tab, s.keys.Fingerprint(), kb.Enter)
	b.heading(q.Title[surveys.Bokmaal])
	b.press(kb.Tab, kb.Tab, kb.Tab, kb.Enter) // details, back, start
	for i, item := range items {
		b.heading(item.Text[surveys.Bokmaal])
		if i == 0 {
			b.press(kb.Tab, kb.Tab, kb.Tab, kb.Enter) // past the options and back: next, with nothing chosen
			b.wait("document.querySelector('form > .mistake').textContent !== ''")
			b.heading(item.Text[surveys.Bokmaal])
			eval[bool](b, "document.querySelector('h1').focus(), true")
		}
		b.press(kb.Tab, " ", kb.ArrowDown, kb.Enter)
	}
	b.there(".ready")
	b.press(kb.Tab, kb.Tab, kb.Enter)
	b.delivered()
	for _, sheet := range s.answers() {
		for i, option := range sheet.Options {
			if option != 2 {
				t.Errorf("%s: option %d, want 2", sheet.Items[i], option)
			}
		}
	}
}

func TestSomeoneToTalkTo(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	names := []string{"Ingrid Solheim", "helsesykepleier", "116 111", "800 33 321"}
	opened := func(screen string) {
		t.Helper()
		before := s.requests.Load()
		b.click("footer .help")
		b.there("dialog[open]")
		b.look("help-" + screen)
		said := eval[string](b, "document.querySelector('dialog').innerText")
		for _, name := range names {
			if !strings.Contains(said, name) {
				t.Errorf("%s: %s is not named:\n%s", screen, name, said)
			}
		}
		if links := eval[int](b, "document.querySelectorAll('dialog a').length"); links != 0 {
			t.Error("a link there would leave a trace on the tablet")
		}
		b.press(kb.Escape)
		b.wait("document.querySelector('dialog') === null")
		if s.requests.Load() != before {
			t.Errorf("%s: opening it sent something", screen)
		}
	}
	b.visit(s.link(s.codes("6A", 1)[0]))
	b.answer(s, "6A", surveys.Bokmaal, func(screen string) {
		if !strings.HasPrefix(screen, "question") || strings.HasSuffix(screen, "01") {
			opened(screen)
		}
	})
	b.delivered()
	opened("thanks")

	// The tablet knows them from then on before a code is typed.
	b.visit(s.url)
	b.there("#code")
	opened("start")
}

// Every screen of every questionnaire, in a tablet's and a phone's size, light
// and dark, passes axe and keeps its targets large.
func TestEveryScreenIsAccessible(t *testing.T) {
	s := newSchool(t)
	for _, test := range []struct {
		class, size, scheme string
		lang                surveys.Lang
	}{
		{"2B", "tablet", "light", surveys.Bokmaal},
		{"6A", "tablet", "light", surveys.Nynorsk},
		{"9C", "tablet", "dark", surveys.English},
		{"2B", "phone", "dark", surveys.Nynorsk},
		{"6A", "phone", "light", surveys.Bokmaal},
		{"9C", "phone", "light", surveys.English},
	} {
		name := test.class + "-" + string(test.lang) + "-" + test.scheme
		t.Run(name+"-"+test.size, func(t *testing.T) {
			b := newBrowser(t)
			b.resize(test.size)
			b.theme(test.scheme)
			b.visit(s.url)
			b.there("#code")
			b.click(fmt.Sprintf("header [lang=%s]", test.lang))
			b.look(name + "-start")
			b.typeCode(s.codes(test.class, 1)[0], s.keys.Fingerprint())
			b.there(".welcome")
			b.answer(s, test.class, test.lang, func(screen string) { b.look(name + "-" + screen) })
			b.delivered()
			b.look(name + "-thanks")
		})
	}
}
