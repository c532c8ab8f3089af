package pupil_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/pupil"
	device "github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/surveys"
)

// open opens the class session of a class for so many pupils.
func (s *school) open(class string, present int) ballot.Session {
	s.t.Helper()
	return s.opened(class, ballot.Opening{Present: present})
}

func (s *school) opened(class string, o ballot.Opening) ballot.Session {
	s.t.Helper()
	opened, err := s.issuer.OpenSession(s.t.Context(), s.plan[class], "opened", o)
	if err != nil {
		s.t.Fatal(err)
	}
	return opened
}

// teacher does one step with the session.
func (s *school) teacher(step func(context.Context) (ballot.Session, error)) {
	s.t.Helper()
	if _, err := step(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *school) addPlace() {
	s.t.Helper()
	s.teacher(func(ctx context.Context) (ballot.Session, error) {
		return s.issuer.AddPlace(ctx, s.plan["2B"], "added")
	})
}

// next waits until the ballot is safe, and then for the new page on which the next
// child begins.
func (b *browser) next() {
	b.t.Helper()
	b.wait("document.querySelector('.thanks .status')?.textContent.includes('Ikke lukk siden') === false")
	b.click("button.primary")
	b.there("body:not([inert]) .welcome")
}

// begins taps Start.
func (b *browser) begins() {
	b.t.Helper()
	b.click("button.primary")
}

// refused waits until the page says why a child can not begin.
func (b *browser) refused(why string) {
	b.t.Helper()
	b.wait("document.querySelector('.welcome > .mistake')?.textContent.includes(" + quoted(why) + ")")
}

// TestClassSession has two tablets join by the code on the board, one typed and
// one by the square, and children answer in a row. Between two children a tablet
// keeps nothing but the ticket.
func TestClassSession(t *testing.T) {
	s := newSchool(t)
	session := s.open("2B", 3)
	typing, scanning := newBrowser(t), newBrowser(t)
	scanning.resize("phone")
	typing.visit(s.url)
	typing.there("#code")
	typing.typeCode(session.Code, s.keys.Fingerprint())
	typing.there(".welcome")
	typing.look("joined")
	scanning.visit(s.link(session.Code))
	scanning.there(".welcome")
	scanning.look("joined")

	first := typing.answer(s, "2B", surveys.Bokmaal, ignore)
	typing.next()
	second := typing.answer(s, "2B", surveys.Bokmaal, ignore)
	third := scanning.answer(s, "2B", surveys.Bokmaal, ignore)
	for _, b := range []*browser{typing, scanning} {
		b.delivered()
		b.next()
		kept := eval[map[string]string](b, "({...sessionStorage})")
		if got := slices.Collect(maps.Keys(kept)); !slices.Equal(got, []string{"folgmed-session"}) {
			t.Errorf("the tablet keeps %v", got)
		}
		eval[bool](b, "(globalThis.ticket = sessionStorage.getItem('folgmed-session'), sessionStorage.clear(), true)")
		b.expectNothingKept(s.keys.Fingerprint())
		if url := eval[string](b, "location.href"); url != s.url+"/" {
			t.Errorf("the address is %s", url)
		}
		if found := eval[bool](b, "caches.open('folgmed-class').then(c => c.match('/class')).then(r => r ? r.text() : '').then(text => text.includes(globalThis.ticket))"); found {
			t.Error("the cache keeps the ticket")
		}
		eval[bool](b, "(sessionStorage.setItem('folgmed-session', globalThis.ticket), true)")
	}
	s.expectAnswers(first, second, third)

	// All three places are taken.
	typing.begins()
	typing.refused("Alle plassene i klassen er brukt")
	typing.look("no-place")
	s.addPlace()
	typing.begins()
	typing.there(".question")

	s.teacher(func(ctx context.Context) (ballot.Session, error) {
		return s.issuer.CloseSession(ctx, s.plan["2B"], "closed")
	})
	scanning.begins()
	scanning.refused("læreren har lukket")
	scanning.look("session-closed")
	scanning.click("button.back")
	scanning.there("#code")
	if left := eval[int](scanning, "sessionStorage.length"); left != 0 {
		t.Error("a tablet that has left still has the ticket")
	}
}

// slow has a page whose shelf is full while full is set, and which gets no reply
// about a code before the promise held is fulfilled.
const slow = `
	const {put} = IDBObjectStore.prototype, fetched = fetch;
	IDBObjectStore.prototype.put = function (...ballot) {
		if (globalThis.full) throw new DOMException("full", "QuotaExceededError");
		return put.apply(this, ballot);
	};
	globalThis.fetch = async (path, request) => {
		if (globalThis.held && path === "/api/code") {
			globalThis.asked = true;
			await globalThis.held;
		}
		return fetched(path, request);
	};`

// TestStartIsNotTakenBack has a child tap Start while the ballot of the one before
// is still on its way, and lies nowhere but in the page. The page is loaded anew
// when it has arrived, but not while the child waits to be let in.
func TestStartIsNotTakenBack(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	session := s.open("2B", 2)
	b.before(slow)
	b.visit(s.link(session.Code))
	b.there(".welcome")
	b.ready()
	eval[bool](b, "globalThis.full = true")
	first := b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.click("button.primary")
	b.there(".welcome")
	b.unsent()
	eval[bool](b, "(globalThis.held = new Promise(go => globalThis.go = go), true)")
	b.begins()
	b.wait("globalThis.asked")
	eval[bool](b, "dispatchEvent(new Event('pagehide'))")
	b.wait("document.querySelector('.unsent')?.textContent === ''")
	eval[bool](b, "(globalThis.go?.(), true)")
	b.there(".question")
	s.expectAnswers(first)
}

// TestSessionWithoutANetwork drops the network after a tablet has joined: the
// next child begins all the same, also on a page that is loaded anew, and the
// place is taken when there is a network again.
func TestSessionWithoutANetwork(t *testing.T) {
	s := newSchool(t, func(o *pupil.Options) { o.Rehearsal = true }) // any wave is this week's
	b := newBrowser(t)
	session := s.open("2B", 2)
	b.visit(s.link(session.Code))
	b.there(".welcome")
	b.ready()
	s.away.Store(true)
	b.run(chromedp.Reload())
	b.there(".welcome")
	first := b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.next()
	second := b.answer(s, "2B", surveys.Bokmaal, ignore)
	b.lying(2)
	s.away.Store(false)
	b.delivered()
	b.lying(0)
	s.expectAnswers(first, second)
}

// TestPlaceForAFinishedBallot lets more children begin than there are places.
// The one who finishes last loses nothing: the tablet says what is wrong, and
// sends when the teacher has added a place.
func TestPlaceForAFinishedBallot(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	session := s.open("2B", 1)
	b.visit(s.link(session.Code))
	b.there(".welcome")
	b.begins()
	b.there(".question")
	other := &device.Tablet{URL: s.url}
	if _, err := other.Prepare(t.Context(), session.Code.String(), s.keys.Fingerprint(), func(q device.Survey) []int {
		return make([]int, len(q.Items))
	}); err != nil {
		t.Fatal(err)
	}
	_, items := s.asked("2B")
	var options []uint8
	for i, item := range items {
		b.heading(item.Text[surveys.Bokmaal])
		options = append(options, chosen(i, item))
		b.click(fmt.Sprintf(".choice input[value='%d']", chosen(i, item)))
		b.click("button.primary")
	}
	b.there(".ready")
	b.click("button.primary")
	b.wait("document.querySelector('.status')?.textContent.includes('Alle plassene i klassen er brukt')")
	b.look("waiting-for-a-place")
	b.next()
	b.wait("document.querySelector('.unsent')?.textContent.includes('Alle plassene i klassen er brukt')")
	b.look("unsent-for-a-place")
	s.addPlace()
	b.hurry()
	b.sent()
	s.expectAnswers(options)
}

// TestAWholeClassAtOnce has thirty tablets join one session, take their places
// and cast, all at the same time. One child too many is told so.
func TestAWholeClassAtOnce(t *testing.T) {
	s := newSchool(t)
	ask := s.plan["6A"]
	ask.RosterSize = 30
	s.plan["6A"] = ask
	session := s.open("6A", 30)
	d := &device.Tablet{URL: s.url}
	answer := func() error {
		b, err := d.Prepare(t.Context(), session.Code.Grouped(), s.keys.Fingerprint(), func(q device.Survey) []int {
			return make([]int, len(q.Items))
		})
		if err != nil {
			return err
		}
		_, err = d.Cast(t.Context(), b)
		return err
	}
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if err := answer(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := answer(); err == nil || !strings.Contains(err.Error(), "no_place") {
		t.Errorf("a thirty-first child: %v", err)
	}
	if n := len(s.answers()); n != 30 {
		t.Errorf("%d answer sheets, want 30", n)
	}
	stands, err := s.issuer.Session(t.Context(), ask)
	if diff := cmp.Diff(ballot.Session{State: ballot.Open, Code: session.Code, Places: 30, Taken: 30}, stands,
		cmp.Comparer(func(a, b ballot.Code) bool { return a == b }), cmp.Comparer(func(a, b time.Time) bool { return true })); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestSessionSpeaksAsDescribed holds the replies to a code on the board, a
// ticket and a place against the description of the API.
func TestSessionSpeaksAsDescribed(t *testing.T) {
	s := newSchool(t)
	session := s.open("2B", 1)
	_, joined := s.post("/api/code", `{"code":"`+session.Code.Grouped()+`"}`)
	ticket, _ := joined["ticket"].(string)
	if _, again := s.post("/api/code", `{"code":"`+ticket+`"}`); again["ticket"] != ticket {
		t.Errorf("the ticket gives the ticket %v", again["ticket"])
	}
	if _, slip := s.post("/api/code", `{"code":"`+s.codes("2B", 1)[0].String()+`"}`); slip["ticket"] != nil {
		t.Error("a slip gives a ticket")
	}
	blinded, err := s.keys.Public().Blind(make([]byte, ballot.NonceSize))
	if err != nil {
		t.Fatal(err)
	}
	request, err := blinded.Request.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	issue := func(code string) (int, any) {
		response, reply := s.post("/api/issue", `{"code":"`+code+`","blinded":"`+string(request)+`"}`)
		return response.StatusCode, reply["outcome"]
	}
	for _, want := range []string{"issued", "issued_again"} {
		if status, outcome := issue(ticket); status != 200 || outcome != want {
			t.Errorf("%d %v, want %s", status, outcome, want)
		}
	}
	if status, outcome := issue(session.Code.String()); status != 400 || outcome != "malformed" {
		t.Errorf("a place by the code on the board: %d %v", status, outcome)
	}
	if response, reply := s.post("/api/code", `{"code":"`+ticket+`"}`); response.StatusCode != 409 || reply["outcome"] != "no_place" {
		t.Errorf("a full session: %d %v", response.StatusCode, reply)
	}
	s.teacher(func(ctx context.Context) (ballot.Session, error) {
		return s.issuer.CloseSession(ctx, s.plan["2B"], "closed")
	})
	if response, reply := s.post("/api/code", `{"code":"`+session.Code.String()+`"}`); response.StatusCode != 409 || reply["outcome"] != "session_closed" {
		t.Errorf("a closed session: %d %v", response.StatusCode, reply)
	}
}
