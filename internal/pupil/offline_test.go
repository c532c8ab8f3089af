package pupil_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/surveys"
)

// finish answers as pupil of a class and leaves the thank-you page.
func (b *browser) finish(s *school, class string, code ballot.Code) []uint8 {
	b.t.Helper()
	b.visit(s.link(code))
	options := b.answer(s, class, surveys.Bokmaal, ignore)
	b.wait("document.querySelector('.status')?.dataset.status !== undefined")
	b.click("button.primary")
	b.there("#code")
	return options
}

// hurry makes the page do at once what it waits for.
func (b *browser) hurry() {
	b.t.Helper()
	eval[bool](b, "dispatchEvent(new Event('pagehide')), dispatchEvent(new Event('online'))")
}

// ready waits until the app is kept for when the network is away.
func (b *browser) ready() {
	b.t.Helper()
	eval[bool](b, "navigator.serviceWorker.ready.then(r => r.active !== null)")
}

// lying waits until so many ballots lie on the shelf, and returns them.
func (b *browser) lying(n int) []map[string]any {
	b.t.Helper()
	for range 600 {
		if ballots := b.shelf(); len(ballots) == n {
			return ballots
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%d ballots lie on the shelf, want %d", len(b.shelf()), n)
	return nil
}

// sent waits until the tablet says that nothing is unsent, on its first page.
func (b *browser) sent() {
	b.t.Helper()
	b.hurry()
	b.wait("document.querySelector('.unsent')?.textContent === ''")
	b.lying(0)
}

func (b *browser) unsent() {
	b.t.Helper()
	b.wait("document.querySelector('.unsent')?.textContent.includes('Ikke slå av ennå')")
}

// expectAnswers fails unless just these sheets are counted.
func (s *school) expectAnswers(want ...[]uint8) {
	s.t.Helper()
	stored := s.answers()
	if len(stored) != len(want) {
		s.t.Fatalf("%d answer sheets are counted, want %d", len(stored), len(want))
	}
	for _, options := range want {
		if !slices.ContainsFunc(stored, func(b counts.Ballot) bool { return slices.Equal(b.Options, options) }) {
			s.t.Errorf("answers %v are not among those counted", options)
		}
	}
}

// The whole app works with the network gone: a page that is reloaded, a code
// that can not be looked up, a ballot that can not be issued yet. All that was
// answered is counted once there is a network again.
func TestWithoutANetwork(t *testing.T) {
	s := newSchool(t, func(o *pupil.Options) { o.Rehearsal = true }) // any wave is this week's
	b := newBrowser(t)
	codes := s.codes("6A", 2)
	b.visit(s.link(codes[0]))
	b.there(".welcome")
	b.ready()
	s.away.Store(true)
	first := b.answer(s, "6A", surveys.Bokmaal, ignore)
	b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
	b.look("waiting-without-network")
	b.lying(1)

	b.run(chromedp.Reload())
	b.there("#code")
	b.unsent()
	if !eval[bool](b, "navigator.serviceWorker.controller !== null") {
		t.Error("the page does not come from the service worker")
	}
	b.visit(s.link(codes[1]))
	b.there(".welcome .offline")
	b.look("welcome-without-network")
	second := b.answer(s, "6A", surveys.Bokmaal, ignore)
	b.lying(2)
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d requests got through, want only the first look-up: this proves nothing", n)
	}

	b.run(chromedp.Reload())
	b.unsent()
	s.away.Store(false)
	b.sent()
	s.expectAnswers(first, second)
}

// A rehearsal's page waits only a moment before it casts; nothing tells it to
// hurry here.
func TestRehearsalHardlyWaits(t *testing.T) {
	s, b := newSchool(t, func(o *pupil.Options) { o.Rehearsal = true }), newBrowser(t)
	b.visit(s.link(s.codes("2B", 1)[0]))
	options := b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.wait("document.querySelector('.status')?.dataset.status === 'delivered'")
	s.expectAnswers(options)
}

// The cast follows its issue after a while, but at once when the page is left.
// The page that is gone never saw the receipt: the next one asks again.
func TestLeavingCastsAtOnce(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.visit(s.link(s.codes("2B", 1)[0]))
	b.there(".welcome")
	b.ready()
	options := b.answer(s, "2B", surveys.Bokmaal, ignore)
	if outcome := <-s.tally; outcome != "issue issued" {
		t.Fatal(outcome)
	}
	for b.lying(1)[0]["token"] == nil { // it is put there twice
		time.Sleep(10 * time.Millisecond)
	}
	b.visit("about:blank")
	select {
	case outcome := <-s.tally:
		if outcome != "cast accepted" {
			t.Error(outcome)
		}
	case <-time.After(4 * time.Second): // the shortest wait is five
		t.Error("nothing was cast when the page was left")
	}
	b.visit(s.url)
	b.sent()
	if outcome := <-s.tally; outcome != "cast already_counted" {
		t.Error(outcome)
	}
	s.expectAnswers(options)
}

// Nothing is lost or counted twice when a reply is lost and the page that
// waited for it is gone too.
func TestLostReplyAndReload(t *testing.T) {
	for name, lose := range map[string]func(*school){
		"issue": func(s *school) { s.loseIssue.Store(1) },
		"cast":  func(s *school) { s.loseReply.Store(1) },
	} {
		t.Run(name, func(t *testing.T) {
			s, b := newSchool(t), newBrowser(t)
			b.visit(s.link(s.codes("2B", 1)[0]))
			b.there(".welcome")
			lose(s)
			options := b.answer(s, "2B", surveys.Bokmaal, ignore)
			b.hurry()
			b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
			b.lying(1)
			b.visit(s.url)
			b.sent()
			s.expectAnswers(options)
			close(s.tally)
			again := map[string]bool{}
			for outcome := range s.tally {
				again[outcome] = true
			}
			if want := map[string]string{"issue": "issue issued_again", "cast": "cast already_counted"}[name]; !again[want] {
				t.Errorf("%v, want %s: no reply was lost", again, want)
			}
		})
	}
}

// With the engine down a reload loses nothing, and only when all is counted is
// anything cleared.
func TestReloadWhileTheEngineIsDown(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	codes := s.codes("2B", 2)
	s.storeDown.Store(true)
	first := b.finish(s, "2B", codes[0])
	b.unsent()
	b.run(chromedp.Reload())
	b.unsent()
	second := b.finish(s, "2B", codes[1])
	b.hurry()
	b.lying(2)
	if s.clears.Load() > 0 {
		t.Error("the browser was asked to clear while ballots were unsent")
	}
	s.storeDown.Store(false)
	b.sent()
	for s.clears.Load() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if pinned := eval[string](b, "localStorage.getItem('folgmed-keys')"); pinned != s.keys.Fingerprint() {
		t.Errorf("after clearing the tablet knows the keys %q", pinned)
	}
	s.expectAnswers(first, second)
}

// A tab that crashes, and one that is shut, leave their ballots to the other.
func TestTwoTabs(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	codes := s.codes("2B", 2)
	b.visit(s.url)
	b.there("#code")
	s.storeDown.Store(true)
	crashing, _ := b.tab()
	first := crashing.finish(s, "2B", codes[0])
	shutting, shut := b.tab()
	second := shutting.finish(s, "2B", codes[1])
	b.lying(2)
	b.unsent() // the third tab knows of both
	crash, cancel := context.WithTimeout(crashing.ctx, time.Second)
	_, _ = cdp.Call(crash, chromedp.FromContext(crash).Target, page.Crash, cdp.Empty{}) // who crashes does not reply
	cancel()
	shut()
	s.storeDown.Store(false)
	for range 600 {
		b.hurry()
		if len(b.shelf()) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.sent()
	s.expectAnswers(first, second)
}

// clearStorage has the browser clear all that it keeps for the page, and waits
// until the ballots are gone: it says that it is done before that.
func (b *browser) clearStorage(s *school) {
	b.t.Helper()
	eval[bool](b, `new Promise((resolve, reject) => {
		const open = indexedDB.open("folgmed");
		open.onerror = () => reject(open.error);
		open.onsuccess = () => {
			window.cleared = false;
			open.result.onclose = () => window.cleared = true;
			resolve(true);
		};
	})`)
	if _, err := chromedp.Call(b.ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: s.url, StorageTypes: "all"}); err != nil {
		b.t.Fatal(err)
	}
	b.wait("window.cleared")
}

// What the browser clears away while the page lives is put back: the ballots,
// whatever the page is about to do with them, and the app itself.
func TestStorageIsCleared(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.visit(s.url)
	b.there("#code")
	b.ready()
	s.storeDown.Store(true)
	b.visit(s.link(s.codes("2B", 1)[0]))
	eval[bool](b, "window.same = true")
	options := b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.hurry()
	b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
	b.click("button.primary")
	b.wait("window.same === undefined") // a new document for the next child
	b.unsent()
	for _, trying := range []bool{false, true, true} {
		if trying {
			b.hurry() // what this try leads to is kept, before, during or after the clearing
		}
		b.clearStorage(s)
		b.lying(1)
	}

	// It is put back also by a page that has only read of it: another tab is at
	// it, and gone before it is done.
	mark := fmt.Sprint(b.lying(1)[0]["mark"])
	other, shut := b.tab()
	other.visit(s.url + "/keys.json")
	eval[bool](other, "navigator.locks.request("+quoted("folgmed "+mark)+", () => new Promise(() => {})), true")
	b.run(chromedp.Reload())
	b.unsent()
	b.clearStorage(s)
	b.lying(0)
	shut()
	b.lying(1)

	b.ready()
	s.away.Store(true)
	b.run(chromedp.Reload())
	b.unsent()
	s.away.Store(false)
	s.storeDown.Store(false)
	b.sent()
	s.expectAnswers(options)
}

// Where nothing is kept, as in a private window, a child answers all the same:
// the page says that it must stay open, and sends.
func TestNoStorageAtAll(t *testing.T) {
	for name, script := range map[string]string{
		"refused":    "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }",
		"full":       "IDBObjectStore.prototype.put = () => { throw new DOMException('no', 'QuotaExceededError'); }",
		"unanswered": "IDBFactory.prototype.open = () => ({})",
	} {
		t.Run(name, func(t *testing.T) {
			s, b := newSchool(t), newBrowser(t)
			b.before(script)
			s.storeDown.Store(true)
			options := b.finish(s, "2B", s.codes("2B", 1)[0])
			b.wait("document.querySelector('.unsent').textContent.includes('Ikke slå av ennå. Ikke lukk siden')")
			b.look("no-storage")
			s.storeDown.Store(false)
			b.hurry()
			b.wait("document.querySelector('.unsent')?.textContent === ''")
			s.expectAnswers(options)
		})
	}
}

// A tablet that wakes, is shown again or has contact again tries at once: while
// it slept its connections were dropped. Nothing else wakes it here, for long
// pauses never end.
func TestReturnIsNoticed(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.before("const soon = setTimeout; window.setTimeout = (f, ms, ...more) => soon(f, ms < 400 ? ms : 1e9, ...more)")
	for what, returns := range map[string]string{
		"contact": "dispatchEvent(new Event('online'))",
		"shown":   "document.dispatchEvent(new Event('visibilitychange'))",
		"woken":   "dispatchEvent(new Event('pageshow'))",
	} {
		b.visit(s.link(s.codes("2B", 1)[0]))
		b.there(".welcome")
		s.away.Store(true)
		b.answer(s, "2B", surveys.Bokmaal, ignore)
		b.wait("document.querySelector('.status')?.dataset.status === 'waiting'")
		s.away.Store(false)
		eval[bool](b, returns)
		select {
		case outcome := <-s.tally:
			if outcome != "issue issued" {
				t.Errorf("%s: %s", what, outcome)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: nothing is tried again", what)
		}
		b.delivered()
		if outcome := <-s.tally; outcome != "cast accepted" {
			t.Errorf("%s: %s", what, outcome)
		}
	}
	if n := len(s.answers()); n != 3 {
		t.Errorf("%d answer sheets, want 3", n)
	}
}

// remains is all that a page, or the next child at it, can find out.
const remains = `(async () => ({
	local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie,
	address: location.href, state: history.state, window: name, referrer: document.referrer,
	fields: [...document.querySelectorAll("input")].map(i => [i.name, i.type === "radio" ? i.checked : i.value]),
	loaded: performance.getEntries().map(e => e.name),
	databases: await indexedDB.databases(),
	caches: await Promise.all((await caches.keys()).filter(n => !n.startsWith("folgmed-app-")).map(async n => {
		const cache = await caches.open(n);
		return Promise.all((await cache.keys()).map(async r => [n, r.url, await (await cache.match(r)).text()]));
	})),
}))()`

// Two children in a row: whatever the first one answered, the second finds the
// same, wherever a page can look, while the first ballot is unsent and after.
func TestSecondChildFindsNothing(t *testing.T) {
	s := newSchool(t)
	_, items := s.asked("6A")
	// child answers with one option throughout, and returns what remains on the
	// tablet, unsent and then sent, without what is drawn at random.
	child := func(option uint8) (unsent, sent string) {
		b := newBrowser(t)
		code := s.codes("6A", 1)[0]
		s.storeDown.Store(true)
		b.visit(s.link(code))
		b.there(".welcome")
		b.ready()
		b.click("button.primary")
		for _, item := range items {
			b.heading(item.Text[surveys.Bokmaal])
			b.click(fmt.Sprintf(".choice input[value='%d']", min(option, uint8(len(item.Options)))))
			b.click("button.primary")
		}
		b.there(".ready")
		b.click("button.primary")
		b.there(".thanks")
		b.hurry()
		b.click("button.primary")
		b.there("#code")
		for b.lying(1)[0]["token"] == nil {
			time.Sleep(10 * time.Millisecond)
		}
		lying := b.lying(1)[0]
		s.expectOpens(lying, option)
		unsent = s.found(b, code, lying)
		b.run(chromedp.Reload())
		b.there("#code")
		unsent += s.found(b, code, b.lying(1)[0])
		s.storeDown.Store(false)
		b.sent()
		sent = s.found(b, code)
		history, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range history.Entries {
			sent += e.URL + e.Title + "\n"
		}
		return unsent, sent
	}
	unsentA, sentA := child(1)
	unsentB, sentB := child(3)
	if diff := cmp.Diff(unsentA, unsentB); diff != "" {
		t.Errorf("an unsent ballot shows how it was answered:\n%s", diff)
	}
	if diff := cmp.Diff(sentA, sentB); diff != "" {
		t.Errorf("a sent ballot leaves something behind:\n%s", diff)
	}
}

// found reads all that remains, with what is drawn at random in the ballots
// given replaced by how long it is. It fails at once if the code is among it.
func (s *school) found(b *browser, code ballot.Code, ballots ...map[string]any) string {
	s.t.Helper()
	all := eval[map[string]any](b, remains)
	for _, name := range all["loaded"].([]any) {
		if strings.ContainsAny(name.(string), "#?") {
			s.t.Errorf("the browser's timings tell of %s", name)
		}
	}
	delete(all, "loaded") // how often a request was made again is the clock's doing
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		s.t.Fatal(err)
	}
	lying, err := json.Marshal(ballots)
	if err != nil {
		s.t.Fatal(err)
	}
	text = append(text, lying...)
	if bytes.Contains(text, []byte(code.String())) {
		s.t.Errorf("the code of the child before is there: %s", text)
	}
	for _, one := range ballots {
		for _, field := range []string{"mark", "sealed", "token"} {
			value, _ := one[field].(string)
			text = bytes.ReplaceAll(text, []byte(value), []byte(strings.Repeat("*", len(value))))
		}
	}
	return string(text)
}

// expectOpens fails unless the collector, and it alone, can read what lies on
// the shelf: else the search would be for nothing.
func (s *school) expectOpens(lying map[string]any, option uint8) {
	s.t.Helper()
	sealed, err := base64.RawURLEncoding.DecodeString(fmt.Sprint(lying["sealed"]))
	if err != nil {
		s.t.Fatal(err)
	}
	plain, err := s.keys.Open(sealed)
	if err != nil {
		s.t.Fatal(err)
	}
	var inside struct{ Options []int }
	if err := json.Unmarshal(plain, &inside); err != nil {
		s.t.Fatal(err)
	}
	if len(inside.Options) == 0 || inside.Options[0] != int(option) {
		s.t.Errorf("the ballot says %v, want %d first", inside.Options, option)
	}
	for field := range lying {
		if !slices.Contains([]string{"mark", "sealed", "receiptKey", "token"}, field) {
			s.t.Errorf("the shelf holds %s", field)
		}
	}
}

// A newer app takes over between two children or when the page is opened,
// never during one.
func TestUpdateWaitsForTheChild(t *testing.T) {
	const waiting = "navigator.serviceWorker.getRegistration().then(r => r.waiting !== null)"
	for name, next := range map[string]func(*browser){
		"done": func(b *browser) { b.click("button.primary") },
		"reload": func(b *browser) { // on a slow machine not the first one
			for range 10 {
				b.run(chromedp.Reload())
				b.there("#code")
				time.Sleep(time.Second)
				if !eval[bool](b, waiting) {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, b := newSchool(t), newBrowser(t)
			b.visit(s.url)
			b.there("#code")
			b.ready()
			b.visit(s.link(s.codes("2B", 1)[0])) // now the page comes from the worker
			b.there(".welcome")
			eval[bool](b, "window.same = true")
			s.newer.Store(true)
			eval[bool](b, "navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => true)")
			b.until(waiting, true)
			b.answer(s, "2B", surveys.Bokmaal, ignore)
			if !eval[bool](b, "window.same === true") || !eval[bool](b, waiting) {
				t.Error("the app was replaced under a child")
			}
			b.delivered()
			next(b)
			b.until(waiting, false)
			b.wait("window.same === undefined && document.querySelector('#code') !== null")
		})
	}
}

// until waits for what a promise gives.
func (b *browser) until(expression string, want bool) {
	b.t.Helper()
	for range 600 {
		if eval[bool](b, expression) == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%s is never %v", expression, want)
}

// A version of which one file is not what its hash says is never taken on.
func TestSpoiledUpdateIsRefused(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.visit(s.url)
	b.there("#code")
	b.ready()
	s.newer.Store(true)
	s.spoiled.Store(true)
	eval[bool](b, `navigator.serviceWorker.getRegistration().then(r => new Promise(done => {
		r.addEventListener("updatefound", () => {
			const worker = r.installing;
			worker.addEventListener("statechange", () => worker.state === "redundant" && done(true));
		});
		r.update();
	}))`)
	s.away.Store(true)
	b.run(chromedp.Reload())
	b.there("#code") // the version before still works
}
