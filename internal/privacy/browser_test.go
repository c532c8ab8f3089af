package privacy_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/folgmed/folgmed/internal/privacy"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// TestPagesInABrowser looks at every page in light and dark, large, small and at
// 200 % zoom. The languages share their templates, and one is looked at.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	s.reader = &privacy.Reader{Name: "Ingrid Solheim", Schools: []privacy.School{granlia, solvik}}
	server := httptest.NewServer(s.echo)
	defer server.Close()
	b := webtest.NewBrowser(t)
	for _, path := range append(append([]string{}, public...), staffOnly...) {
		b.Visit(server.URL + path + "?lang=nb")
		b.Look(strings.ReplaceAll(path[1:], "/", "-"))
	}
	b.Visit(server.URL + privacy.Path)
	webtest.Eval[int](b, `document.querySelectorAll("details").forEach(d => d.open = true), 0`)
	b.Look("personvern-unfolded")
}

// TestKeyboard goes through the public page and the slides without a mouse.
func TestKeyboard(t *testing.T) {
	server := httptest.NewServer(newSite(t).echo)
	defer server.Close()
	b := webtest.NewBrowser(t)
	focused := func() string {
		return webtest.Eval[string](b, `document.activeElement.getAttribute("href") ?? document.activeElement.tagName`)
	}
	b.Visit(server.URL + privacy.Path)
	want := []string{
		"#main", privacy.Path, privacy.Path + "?lang=nb", privacy.Path + "?lang=nn", privacy.Path + "?lang=en",
		"#pupil", "#guardian", "#stored", "#sees", "#signal", "#risk", "#check", "#ask", "#questions",
	}
	for _, next := range want {
		b.Press(kb.Tab)
		if got := focused(); got != next {
			t.Fatalf("Tab leads to %s, want %s", got, next)
		}
	}
	b.Press(kb.Enter) // to the questions
	b.Press(kb.Tab)
	if got := focused(); got != "SUMMARY" {
		t.Fatalf("after the jump Tab leads to %s", got)
	}
	b.Press(kb.Enter)
	if !webtest.Eval[bool](b, `document.querySelector(".questionnaire").open && document.querySelector(".question").checkVisibility()`) {
		t.Error("Enter does not open the questions")
	}

	b.Visit(server.URL + privacy.Path + "/elever")
	for focused() != "#s1" {
		b.Press(kb.Tab)
	}
	for slide := 1; slide <= 10; slide++ {
		b.Press(kb.Enter)
		if got := webtest.Eval[string](b, "location.hash"); got != "#s"+string("0123456789"[slide%10]) && got != "#s10" {
			t.Fatalf("slide %d is at %s", slide, got)
		}
		top := webtest.Eval[float64](b, "Math.abs(document.querySelector(location.hash).getBoundingClientRect().top)")
		if slide < 10 && top > 2 {
			t.Errorf("slide %d begins %g pixels off the top", slide, top)
		}
		b.Press(kb.Tab)
	}
}

// TestOnPaper prints the letter and the slides of a school with as much in
// them as there may be.
func TestOnPaper(t *testing.T) {
	s := newSite(t)
	long := granlia
	long.Name = "Øvre Fjordvik og Granlia kombinerte barne- og ungdomsskole"
	long.Owner.Name = "Fjordvik, Granlia og Solvik interkommunale oppvekstsamarbeid"
	long.Adults = append(append([]roster.Adult{}, granlia.Adults...), roster.Adult{Name: "Gunnhild", Role: "sosiallærer"}, roster.Adult{Name: "Eirik", Role: "miljøarbeider"})
	s.reader = &privacy.Reader{Name: "Ingrid Solheim", Schools: []privacy.School{long}}
	server := httptest.NewServer(s.echo)
	defer server.Close()
	b := webtest.NewBrowser(t)
	for _, lang := range web.Languages {
		for path, sheets := range map[string]int{
			privacy.Path + "/brev": 1, privacy.Path + "/elever": 10,
			privacy.StaffPath + "/brev": 1, privacy.StaffPath + "/elever": 10,
		} {
			b.Visit(server.URL + path + "?lang=" + lang)
			if got := b.Print(strings.ReplaceAll(path[1:], "/", "-") + "-" + lang); got != sheets {
				t.Errorf("%s in %s is printed on %d sheets, want %d", path, lang, got, sheets)
			}
		}
	}

	// On paper nothing can be unfolded: the questions are there all the same.
	b.Visit(server.URL + privacy.Path)
	whole := b.Print("personvern")
	webtest.Eval[int](b, `document.querySelectorAll(".questions").forEach(q => q.remove()), 0`)
	if without := b.Print("personvern-without-questions"); whole < without+4 {
		t.Errorf("the statement is printed on %d sheets, without its questions on %d", whole, without)
	}
}
