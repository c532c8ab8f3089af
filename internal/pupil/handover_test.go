package pupil_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/surveys"
)

// everything is all that a page can find on its tablet: what is drawn and filled
// in, each kind of storage to the last value, every cache to the last byte, the
// service workers, the history and what the page was told at its start.
const everything = `(async () => {
	const done = (request) => new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
	const hash = async (response) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()))].join(" ");
	const databases = {};
	for (const { name, version } of await indexedDB.databases()) {
		const database = await done(indexedDB.open(name, version));
		for (const store of database.objectStoreNames) {
			const read = () => database.transaction(store).objectStore(store);
			databases[name + " " + version + " " + store] = [await done(read().getAllKeys()), await done(read().getAll())];
		}
		database.close();
	}
	const files = {};
	for (const name of await caches.keys()) {
		const cache = await caches.open(name);
		for (const request of await cache.keys()) files[name + " " + request.url] = await hash(await cache.match(request));
	}
	const workers = (await navigator.serviceWorker.getRegistrations()).map((r) => [r.scope, r.active?.scriptURL, r.waiting?.scriptURL, r.installing?.scriptURL]);
	return {
		databases, files, workers,
		local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie,
		address: location.href, state: history.state, window: name, referrer: document.referrer,
		drawn: document.documentElement.outerHTML,
		filled: [...document.querySelectorAll("input")].map((i) => [i.name, i.value, i.checked]),
		selected: String(getSelection()), focus: document.activeElement.tagName,
	};
})()`

// finds is everything on the tablet, but for what is drawn at random in a ballot
// that lies there.
func (s *school) finds(b *browser, ballots ...map[string]any) string {
	s.t.Helper()
	text, err := json.MarshalIndent(eval[map[string]any](b, everything), "", " ")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, one := range ballots {
		for _, field := range []string{"mark", "sealed", "token"} {
			value, _ := one[field].(string)
			text = bytes.ReplaceAll(text, []byte(value), []byte(strings.Repeat("*", len(value))))
		}
	}
	return string(text)
}

// TestTheNextChildInASessionFindsNothing hands a tablet of a class session from
// one child to the next. Whatever the first one chose, in whatever language, with
// help or without, the next one finds the same: while the ballot is unsent, when
// it is counted, and when the next one has begun. Once it is counted it is also
// the same as where nobody has answered at all.
func TestTheNextChildInASessionFindsNothing(t *testing.T) {
	s := newSchool(t)
	_, items := s.asked("2B")
	link := s.link(s.open("2B", 4).Code)
	joins := func(b *browser) {
		t.Helper()
		b.visit(link)
		b.there(".welcome")
		b.ready()
	}
	anew := func(b *browser, step func()) {
		t.Helper()
		eval[bool](b, "window.same = true")
		step()
		b.wait("window.same === undefined && document.querySelector('.welcome') !== null")
	}
	begun := func(b *browser) string {
		t.Helper()
		eval[bool](b, "history.back(), true") // to the child before, if there were a way
		b.there(".welcome")
		b.begins()
		b.heading(items[0].Text[surveys.Bokmaal])
		return s.finds(b)
	}

	child := func(b *browser, lang surveys.Lang, option uint8, curious bool) (unsent, sent, next string) {
		t.Helper()
		joins(b)
		s.storeDown.Store(true)
		b.click(fmt.Sprintf("header [lang=%s]", lang))
		b.begins()
		for i, item := range items {
			b.heading(item.Text[lang])
			if curious && i == 1 {
				b.click("footer .help")
				b.there("dialog[open]")
				b.click("dialog .primary")
				b.wait("document.querySelector('dialog') === null")
				b.click(".hear-all")
			}
			b.click(fmt.Sprintf(".choice input[value='%d']", option))
			b.click("button.primary")
		}
		b.there(".ready")
		b.click("button.primary")
		b.there(".thanks")
		b.hurry()
		for b.lying(1)[0]["token"] == nil {
			time.Sleep(10 * time.Millisecond)
		}
		anew(b, func() { b.click("button.primary") })
		b.unsent()
		lying := b.lying(1)[0]
		s.expectOpens(lying, option)
		unsent = s.finds(b, lying)
		s.storeDown.Store(false)
		b.sent()
		sent = s.finds(b)
		return unsent, sent, begun(b)
	}
	unsentA, sentA, nextA := child(newBrowser(t), surveys.Bokmaal, 1, false)
	unsentB, sentB, nextB := child(newBrowser(t), surveys.English, 3, true)

	nobody := newBrowser(t)
	joins(nobody)
	nobody.begins()
	nobody.there(".question") // looked at, and left
	anew(nobody, func() { nobody.run(chromedp.Reload()) })
	nobody.sent()
	sentC := s.finds(nobody)
	nextC := begun(nobody)

	if !strings.Contains(unsentA, `"sealed": "****`) || !strings.Contains(nextA, items[0].Text[surveys.Bokmaal]) {
		t.Error("neither a ballot that lies there nor what is drawn is found: the rest proves nothing")
	}
	for what, two := range map[string][2]string{
		"an unsent ballot shows how it was answered":           {unsentA, unsentB},
		"a sent ballot leaves something behind":                {sentA, sentB},
		"the next child finds something of the one before":     {nextA, nextB},
		"it shows that somebody has answered":                  {sentC, sentA},
		"the next child finds that there has been another one": {nextC, nextA},
	} {
		if diff := cmp.Diff(two[0], two[1]); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
}
