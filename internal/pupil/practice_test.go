package pupil_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/surveys"
)

// fetched is every request of a tab since it was opened, without the server's
// address.
type fetched struct {
	mu   sync.Mutex
	list []string
}

func (b *browser) fetches(server string) *fetched {
	b.t.Helper()
	f := &fetched{}
	if err := chromedp.Listen(b.ctx, func(event any) {
		e, ok := event.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		line := e.Request.Method + " " + strings.TrimPrefix(e.Request.URL, server)
		if e.Request.HasPostData {
			line += " with a body"
		}
		f.list = append(f.list, line)
	}); err != nil {
		b.t.Fatal(err)
	}
	return f
}

// rows is all that stands in the tables that tablets can come near, and in those
// that are kept.
func (s *school) rows() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	tables := []string{"answers", "answers_sealing", "codes", "code_use", "class_session", "nullifier", "installation"}
	for _, kept := range store.Kept {
		tables = append(tables, kept.Table)
	}
	for _, table := range tables {
		var content bytes.Buffer
		if err := store.Dump(s.t.Context(), s.database, table, &content); err != nil {
			s.t.Fatal(err)
		}
		all[table] = content.String()
	}
	return all
}

// keeps is all that the page has stored.
const keeps = `(async () => ({
	local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie, state: history.state,
	databases: await indexedDB.databases(), caches: await caches.keys(), workers: (await navigator.serviceWorker.getRegistrations()).length,
}))()`

// TestPracticeLeavesNothing goes through a practice round of a grade: every
// screen says what it is, the tablet asks for nothing but the page and its
// questions, no table gets a row, and the browser keeps nothing.
func TestPracticeLeavesNothing(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	log, before := b.fetches(s.url), s.rows()
	nothing := map[string]any{
		"local": map[string]any{}, "session": map[string]any{}, "cookie": "", "state": nil,
		"databases": []any{}, "caches": []any{}, "workers": 0.0,
	}
	marked := func(screen, with string) {
		t.Helper()
		if got := eval[string](b, "document.querySelector('header .rehearsal')?.textContent ?? ''"); !strings.HasPrefix(got, with) {
			t.Errorf("%s is marked %q", screen, got)
		}
	}
	q, items := s.asked("6A")
	b.visit(s.url + "/practice#6")
	b.heading(q.Title[surveys.Bokmaal])
	marked("the first screen", "Øving. ")
	b.click("header [lang=en]")
	marked("in English it", "Practice. ")
	b.click("header [lang=nn]")
	b.look("practice-welcome")
	b.click("button.primary")
	for i, item := range items {
		b.heading(item.Text[surveys.Nynorsk])
		marked(item.ID, "Øving. ")
		b.click(fmt.Sprintf(".choices .row:nth-child(%d) input", i%len(item.Options)+1))
		if i == 1 {
			b.look("practice-question")
			eval[bool](b, "history.back(), true")
			b.heading(items[0].Text[surveys.Nynorsk])
			b.click("button.primary")
			b.heading(item.Text[surveys.Nynorsk])
		}
		b.click("button.primary")
	}
	b.there(".ready")
	marked("the last question's end", "Øving. ")
	b.click("button.primary")
	b.heading("No har du øvd!")
	b.wait("document.querySelector('main').innerText.includes('Dette var øving. Ingenting er sendt eller lagra.')")
	marked("the end", "Øving. ")
	b.theme("dark")
	b.look("practice-end")
	if diff := cmp.Diff(nothing, eval[map[string]any](b, keeps)); diff != "" {
		t.Errorf("the browser keeps something (-want +got):\n%s", diff)
	}

	b.click("button.primary") // for the next child
	b.there(".welcome")
	b.click("button.primary")
	b.heading(items[0].Text[surveys.Bokmaal])
	if eval[bool](b, "document.querySelector(':checked') !== null") {
		t.Error("the next child finds something chosen")
	}
	b.visit(s.url + "/practice#14")
	b.heading("Øving")
	b.inspect("practice-no-grade")
	b.visit(s.url + "/keys.json") // what is left to be sent goes when a page is left
	log.mu.Lock()
	defer log.mu.Unlock()
	asked := map[string]bool{}
	for _, request := range log.list {
		request, _, _ = strings.Cut(request, "#")
		asked[request] = true
		switch {
		case strings.HasPrefix(request, "GET /assets/"), request == "GET /practice", request == "GET /api/practice", request == "GET /keys.json", request == "GET /favicon.ico":
		default:
			t.Errorf("the tablet sent %s", request)
		}
	}
	if !asked["GET /practice"] || !asked["GET /api/practice"] {
		t.Errorf("the requests were not seen: %q", log.list)
	}
	if diff := cmp.Diff(before, s.rows()); diff != "" {
		t.Errorf("the tables have changed:\n%s", diff)
	}
}

// TestPracticeKnowsNoWayOut looks for what could keep or send in the script of
// the practice page, and finds all of it in the tablet's.
func TestPracticeKnowsNoWayOut(t *testing.T) {
	s := newSchool(t)
	get := func(path string) string {
		t.Helper()
		response, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, response.Status, err)
		}
		return string(body)
	}
	script := func(page string) string {
		t.Helper()
		for _, name := range assetNames(get(page)) {
			if strings.HasSuffix(name, ".js") {
				return get(name)
			}
		}
		t.Fatalf("%s has no script", page)
		return ""
	}
	practice, real := script("/practice"), script("/")
	for _, way := range []string{
		"/api/code", "/api/issue", "/api/cast", `"POST"`, "indexedDB", "localStorage", "sessionStorage", "caches", "serviceWorker", "crypto",
	} {
		if strings.Contains(practice, way) {
			t.Errorf("the practice page knows %s", way)
		}
		if !strings.Contains(real, way) {
			t.Errorf("the tablet's page does not know %s: that the other does not proves nothing", way)
		}
	}
	if n := strings.Count(practice, "fetch("); n != 1 {
		t.Errorf("the practice page asks for something in %d places, want the one", n)
	}
}

// TestPracticeAsksWhatGradesAreAsked: what everyone is told has the questions of
// each grade once.
func TestPracticeAsksWhatGradesAreAsked(t *testing.T) {
	s := newSchool(t)
	response, err := http.Get(s.url + "/api/practice")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	s.spec.CheckResponse(t, "/api/practice", response.StatusCode, response.Header, body)
	var told struct {
		Rounds []struct {
			FromGrade, ToGrade int
			Survey             struct {
				ID    string
				Items []struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal(body, &told); err != nil {
		t.Fatal(err)
	}
	for class, grade := range map[string]int{"1A": 1, "6A": 6, "9C": 9} {
		q, items := s.asked(class)
		found := 0
		for _, round := range told.Rounds {
			if grade < round.FromGrade || grade > round.ToGrade {
				continue
			}
			found++
			if round.Survey.ID != q.ID || len(round.Survey.Items) != len(items) || round.Survey.Items[0].ID != items[0].ID {
				t.Errorf("grade %d practises %s with %d questions, and is asked %s with %d", grade, round.Survey.ID, len(round.Survey.Items), q.ID, len(items))
			}
		}
		if found != 1 {
			t.Errorf("grade %d has %d questionnaires", grade, found)
		}
	}
}
