package pupil_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// seen is what the server sees of each device of a class, by the name it goes by
// here.
type seen struct {
	mu sync.Mutex
	by map[string][]string
}

// note writes down all of a request that could tell it from another one.
func (n *seen) note(c echo.Context) (bool, error) {
	r := c.Request()
	n.mu.Lock()
	defer n.mu.Unlock()
	device := r.UserAgent()
	n.by[device] = append(n.by[device], fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " ", r.ContentLength, " ", slices.Sorted(maps.Keys(r.Header))))
	return false, nil
}

// of lists the requests of a device so far, those to the API alone if so wanted.
func (n *seen) of(device string, api bool) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(n.by[device]), func(r string) bool { return api && !strings.Contains(r, " /api/") })
}

// named has a device tell the server which one it is, for the test.
func (b *browser) named(name string) *browser {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: name}); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// number is what stands large on a screen, for who does not read yet.
func (b *browser) number() string {
	b.t.Helper()
	return eval[string](b, "document.querySelector('.number').textContent")
}

// fits fails if a screen of the board has to be scrolled: nobody far from it could.
func (b *browser) fits(screen string) {
	b.t.Helper()
	if eval[bool](b, "document.scrollingElement.scrollHeight > innerHeight") {
		b.t.Errorf("%s: the board has to be scrolled", screen)
	}
}

// TestAClassFollowsTheBoard goes through a whole session of a first grade: the
// board shows and reads, also when the network has gone; one child follows, and a
// slow one is left in peace. The server sees of the tablets what it sees of those
// of a class without a board, and of the board one look-up and nothing more.
func TestAClassFollowsTheBoard(t *testing.T) {
	s, log := newSchool(t, withRecordings(t)), &seen{by: map[string][]string{}}
	s.instead = log.note
	q, items := s.asked("1A")
	session := s.opened("1A", ballot.Opening{Present: 2, WholeClass: true})

	board := newBrowser(t).named("board")
	board.resize("projector")
	board.before(voices + hearsRecordings)
	board.visit(ballot.BoardLink(s.url, session.Code))
	board.heading(q.Title[surveys.Bokmaal])
	if address := eval[string](board, "location.href"); address != s.url+"/board" {
		t.Errorf("the address of the board is %s", address)
	}
	looks := func(screen string) {
		t.Helper()
		board.fits(screen)
		for size, scheme := range map[string]string{"projector": "light", "zoomed": "dark"} {
			board.resize(size)
			board.theme(scheme)
			board.inspect("board-" + screen + "-" + scheme)
		}
		board.resize("projector")
	}
	looks("welcome")
	for _, told := range []string{"Ingen kan se hvem som har svart hva.", "«Vil ikke svare»", "«Jeg vil snakke med noen»"} {
		if !eval[bool](board, "document.querySelector('main').innerText.includes("+quoted(told)+")") {
			t.Errorf("the board does not say %s", told)
		}
	}

	child, slow := newBrowser(t).named("child"), newBrowser(t).named("slow")
	for _, tablet := range []*browser{child, slow} {
		tablet.visit(s.link(session.Code))
		tablet.there(".welcome")
		tablet.wait("document.querySelector('.welcome').innerText.includes('på tavla')")
		tablet.begins()
		tablet.heading(items[0].Text[surveys.Bokmaal])
		if eval[bool](tablet, "document.querySelector('.row .listen').getClientRects().length > 0") {
			t.Error("each tablet offers to read what the board reads")
		}
	}
	child.look("whole-class")
	slow.resize("phone")
	slow.look("whole-class")

	fetched := log.of("board", false)
	var options []uint8
	for i, item := range items {
		board.press(kb.ArrowRight)
		board.heading(item.Text[surveys.Bokmaal])
		child.heading(item.Text[surveys.Bokmaal])
		board.fits(item.ID)
		if board.number() != fmt.Sprint(i+1) || child.number() != board.number() {
			t.Errorf("question %d is %s on the board and %s on the tablet", i+1, board.number(), child.number())
		}
		switch i {
		case 0:
			looks("question")
			board.click(".hear-all")
			board.expectSaid("the board", "Nora: Tenk på denne uka.", "ended blob after 0.3", "Nora: Ja", "ended blob after 0.3", "Nora: Nei", "Nora: Vil ikke svare")
			board.click(".choices .row:nth-child(3) .listen")
			board.expectSaid("the third answer", "Nora: Nei")
		case 1: // is read as it comes
			board.expectSaid("the second question", "Nora: Tenk på denne uka.", "Nora: "+item.Text[surveys.Bokmaal], "Nora: Ja", "Nora: Noen ganger", "Nora: Nei", "Nora: Vil ikke svare")
			if diff := cmp.Diff(fetched, log.of("board", false)); diff != "" {
				t.Errorf("stepping asks the server for something:\n%s", diff)
			}
		case 2:
			board.run(chromedp.Reload()) // it stays where it was
			board.heading(item.Text[surveys.Bokmaal])
			s.away.Store(true) // and from here on without a network
		case 3:
			eval[bool](board, "history.back(), true")
			board.heading(items[2].Text[surveys.Bokmaal])
			board.press(kb.PageDown)
			board.heading(item.Text[surveys.Bokmaal])
			board.click("header [lang=nn]")
			board.heading(item.Text[surveys.Nynorsk])
			board.click("header [lang=nb]")
		}
		options = append(options, chosen(i, item))
		child.click(fmt.Sprintf(".choice input[value='%d']", chosen(i, item)))
		child.click("button.primary")
	}
	board.press(kb.ArrowRight)
	board.wait("document.querySelector('main').innerText.includes('Send svarene')")
	child.there(".ready")
	looks("ready")
	board.click("button.primary")
	board.there(".thanks")
	looks("thanks")
	for _, name := range []string{"Ingrid Solheim", "116 111", "Ingen kan se hvem som har svart hva."} {
		if !eval[bool](board, "document.querySelector('.thanks').innerText.includes("+quoted(name)+")") {
			t.Errorf("the last screen does not say %s", name)
		}
	}
	s.away.Store(false)
	child.click("button.primary")
	child.delivered()

	// The slow one has been left at the first question, and goes on in peace.
	slow.heading(items[0].Text[surveys.Bokmaal])
	var slowly []uint8
	for i, item := range items {
		slow.heading(item.Text[surveys.Bokmaal])
		slowly = append(slowly, chosen(i+1, item))
		slow.click(fmt.Sprintf(".choice input[value='%d']", chosen(i+1, item)))
		slow.click("button.primary")
	}
	slow.there(".ready")
	slow.click("button.primary")
	slow.delivered()

	// A class that reads for itself.
	alone := newBrowser(t).named("alone")
	alone.visit(s.link(s.open("2B", 1).Code))
	ordinary := alone.answer(s, "2B", surveys.Bokmaal, ignore)
	alone.delivered()
	s.expectAnswers(options, slowly, ordinary)
	want := log.of("alone", true)
	if len(want) != 4 {
		t.Errorf("a tablet asks for %q: want two look-ups, a ballot and its cast", want)
	}
	for _, tablet := range []string{"child", "slow"} {
		if diff := cmp.Diff(want, log.of(tablet, true)); diff != "" {
			t.Errorf("%s: the server sees something else of a tablet that follows the board (-without +with):\n%s", tablet, diff)
		}
	}
	if asked := log.of("board", true); len(asked) != 1 || !strings.HasPrefix(asked[0], "POST /api/code ") {
		t.Errorf("the board asks the server %q, want one look-up of the code", asked)
	}
	if kept := eval[[]string](board, "Object.keys({...sessionStorage, ...localStorage}).concat(document.cookie)"); !slices.Equal(kept, []string{"folgmed-board", ""}) {
		t.Errorf("the board keeps %q", kept)
	}
}

// Every question fits an old projector, of every grade and with the longest list
// of answers.
func TestTheBoardFitsEveryQuestion(t *testing.T) {
	s, b := newSchool(t), newBrowser(t) // of 1024 × 768
	for _, class := range []string{"2B", "6A", "9C"} {
		ask := s.plan[class]
		ask.Ordinal = 1 // asks for the places
		s.plan[class] = ask
		b.visit("about:blank")
		b.visit(ballot.BoardLink(s.url, s.opened(class, ballot.Opening{Present: 1, WholeClass: true}).Code))
		b.there(".welcome")
		_, items := s.asked(class)
		for i, item := range items {
			b.press(kb.PageDown)
			b.heading(item.Text[surveys.Bokmaal])
			b.fits(class + " " + item.ID)
			if i == 4 || len(item.Options) > 6 {
				b.inspect("board-" + class + "-" + item.ID)
			}
		}
	}
}

// A board without a session says where it is opened from, and one whose session
// the teacher has closed that it is; it goes on when that is opened again.
func TestABoardWithoutQuestions(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.visit(s.url + "/board")
	b.wait("document.querySelector('main')?.innerText.includes('«Vis spørsmålene på tavla»')")
	b.inspect("board-gone")
	session := s.opened("1A", ballot.Opening{Present: 2, WholeClass: true})
	step := func(do func(context.Context, wave.Ask, string) (ballot.Session, error), event string) {
		t.Helper()
		s.teacher(func(ctx context.Context) (ballot.Session, error) { return do(ctx, s.plan["1A"], event) })
	}
	step(s.issuer.CloseSession, "closed")
	b.visit("about:blank")
	b.visit(ballot.BoardLink(s.url, session.Code))
	b.wait("document.querySelector('main')?.innerText.includes('ikke åpen for klassen nå')")
	b.inspect("board-closed")
	step(s.issuer.ReopenSession, "reopened")
	b.click("button.primary")
	b.there(".welcome")
}

// Whatever is pressed, the board is at a screen that there is; what one key does
// the other undoes; and an address leads back to the screen it is of.
func TestStepping(t *testing.T) {
	node := newTablet(t)
	const last = 9 // of seven questions
	step := func(key string, at int, dir string) (to int) {
		node.ask(&to, "step", map[string]any{"key": key, "at": at, "questions": 7, "dir": dir})
		return to
	}
	at := func(hash string) (is int) {
		node.ask(&is, "at", map[string]any{"hash": hash, "questions": 7})
		return is
	}
	for hash, want := range map[string]int{
		"": 0, "#": 0, "#0": 0, "#1": 1, "#9": 9, "#10": 0, "#-1": 0, "#007": 0, "#1.5": 0, "#ABCDEFGH": 0, "#12345678": 0,
	} {
		if got := at(hash); got != want {
			t.Errorf("%q is screen %d, want %d", hash, got, want)
		}
	}
	undoes := map[string]string{"ArrowRight": "ArrowLeft", "ArrowLeft": "ArrowRight", "PageDown": "PageUp", "PageUp": "PageDown"}
	forward := map[string]map[string]bool{"ltr": {"ArrowRight": true, "PageDown": true}, "rtl": {"ArrowLeft": true, "PageDown": true}}
	rapid.Check(t, func(r *rapid.T) {
		from := rapid.IntRange(0, last).Draw(r, "from")
		dir := rapid.SampledFrom([]string{"ltr", "rtl"}).Draw(r, "dir")
		key := rapid.SampledFrom([]string{"ArrowRight", "ArrowLeft", "PageDown", "PageUp", "Enter", " ", "Tab", "a", "constructor"}).Draw(r, "key")
		to := step(key, from, dir)
		want := from
		switch {
		case undoes[key] == "":
		case forward[dir][key]:
			want = min(from+1, last)
		default:
			want = max(from-1, 0)
		}
		if to != want {
			r.Fatalf("%q from %d (%s) leads to %d, want %d", key, from, dir, to, want)
		}
		if back := undoes[key]; back != "" && to != from && step(back, to, dir) != from {
			r.Fatalf("%q does not undo %q", back, key)
		}
		if got := at(fmt.Sprintf("#%d", to)); got != to {
			r.Fatalf("screen %d is found as %d", to, got)
		}
	})
	if diff := cmp.Diff(last, step("PageDown", last, "ltr")); diff != "" {
		t.Error(diff)
	}
}
