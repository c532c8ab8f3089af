package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/demo"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web/webtest"
	"github.com/folgmed/folgmed/surveys"
)

// granlia is an owner with three schools; the story is about class 8A of the
// first.
func granlia() roster.Roster {
	o := roster.Owner{Org: "000000001", Name: "Fjordvik kommune", Rhythm: 2, Rate: .25}
	for k, s := range []struct {
		name, written string
		classes       []string
	}{
		{"Granlia ungdomsskole", "nb", []string{"8A", "8B", "9A", "9B", "10A", "10B"}},
		{"Solvik ungdomsskule", "nn", []string{"8A", "9A", "10A"}},
		{"Bjørkåsen skole", "nb", []string{"5A", "6A", "7A"}},
	} {
		school := roster.School{Org: fmt.Sprintf("00000010%d", k+1), Name: s.name, Written: s.written}
		for _, name := range s.classes {
			var grade int
			_, _ = fmt.Sscanf(name, "%d", &grade)
			school.Classes = append(school.Classes, roster.Class{Name: name, Grades: []int{grade}, Size: 20})
		}
		o.Schools = append(o.Schools, school)
	}
	return roster.Roster{Owners: []roster.Owner{o}}
}

// storyWaves is how many waves lie behind the story.
const storyWaves = 6

// slide lets class 8A sink over the last two waves: the answers to what its
// pupils' score is made of are one step worse, then two.
func slide(set surveys.Set, sheets []rehearsal.Sheet, k int) []rehearsal.Sheet {
	questions, _ := set.For([]int{8})
	steps := max(0, k-3)
	for _, sheet := range sheets {
		if sheet.School != school || sheet.Class != "8A" {
			continue
		}
		for _, item := range questions.Items {
			option := sheet.Options[item.ID]
			switch {
			case option == 0 || !item.Feeds(surveys.Score):
			case item.Polarity == surveys.GoodFirst:
				sheet.Options[item.ID] = min(option+steps, len(item.Options))
			default:
				sheet.Options[item.ID] = max(option-steps, 1)
			}
		}
	}
	return sheets
}

// storyPeople are those whom the story is about.
var storyPeople = []access.Person{
	{Email: principal, Name: "Ingrid Solheim", Role: access.Principal, Schools: []string{school}},
	{Email: "stedfortreder@skole.example", Name: "Amir Haddad", Role: access.Reporter, DeputyUntil: now.AddDate(0, 6, 0), Schools: []string{school}},
	{Email: teacher, Name: "Laila Berg", Role: access.Teacher, Schools: []string{school}, Classes: []string{school + "/8A"}},
	{Email: "renhold@skole.example", Name: "Rolf Moen", Role: access.Reporter, Schools: []string{school}, Lang: "nn"},
	{Email: "eier@kommune.example", Name: "Siv Moe", Role: access.OwnerRole, Lang: "en"},
}

// story is a school's pages in one browser, which its people take in turns.
type story struct {
	*webtest.Browser
	t *testing.T
	a *App
}

// enter signs a person in; whoever was in before is out.
func (s *story) enter(email, heading string) {
	s.t.Helper()
	link, err := s.a.SignInLink(s.t.Context(), email)
	must(s.t, err)
	s.Visit(link)
	s.Click("main form button")
	s.Shows("h1", heading)
}

// visit goes to a page by its path.
func (s *story) visit(path, heading string) {
	s.t.Helper()
	s.Visit(s.a.PublicURL() + path)
	s.Shows("h1", heading)
}

// is sets the clock to the morning of a day.
func (s *story) is(day string) {
	s.t.Helper()
	at, err := time.Parse("2006-01-02 15:04", day+" 08:30")
	must(s.t, err)
	must(s.t, s.a.SetClock(s.t.Context(), control.Clock{Set: at}))
}

// fields are what is filled into a form: by the names of the fields, their
// values or the labels of what is chosen.
type fields map[string][]string

// send fills in the form whose action ends so, sends it, and waits for the page
// to say that it is written.
func (s *story) send(action string, f fields, saved string) {
	s.t.Helper()
	s.fill(action, f)
	s.Click(fmt.Sprintf(`main form[action*=%q] button`, action))
	s.Shows("#saved", saved)
}

func (s *story) fill(action string, f fields) {
	s.t.Helper()
	values, err := json.Marshal(f)
	must(s.t, err)
	missing := webtest.Eval[[]string](s.Browser, fmt.Sprintf(`(async () => {
		// The page says that the step before is written before all its forms are there.
		if (document.readyState !== "complete") await new Promise(there => addEventListener("load", there))
		const form = document.querySelector('main form[action*=%q]'), fields = %s, missing = []
		document.querySelector("#saved")?.remove()
		for (let at = form; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true
		for (const [name, values] of Object.entries(fields)) {
			for (const value of values) {
				let found = false
				for (const e of form?.querySelectorAll('[name="' + name + '"]') ?? []) {
					if (e.type === "radio" || e.type === "checkbox") {
						if (e.value !== value && e.labels[0].textContent.trim() !== value) continue
						e.checked = true
					} else if (e.tagName === "SELECT") {
						const option = [...e.options].find(o => o.text === value || o.value === value)
						if (!option) continue
						e.value = option.value
					} else e.value = value
					found = true
				}
				if (!found) missing.push(name + ": " + value)
			}
		}
		return missing
	})()`, action, values))
	if len(missing) > 0 {
		s.t.Fatalf("the form %s has no %q", action, missing)
	}
}

// TestFromTabletToAClosedCase is the whole story: a class that slides, a signal,
// a prompt, what staff see and report, a case with its plan, and its end when the
// pupils say that it is better. It is walked in a browser, as a principal, a
// teacher, a cleaner, a deputy and the owner's people would, and every page they
// meet is looked at. Of the pictures that FOLGMED_SHOTS asks for, those of the
// classes, the class and the case stand in the README.
func TestFromTabletToAClosedCase(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a, stop := in.start(t)
	known := granlia()
	must(t, a.SaveRoster(t.Context(), known))
	for _, p := range storyPeople {
		p.Owner = known.Owners[0].Org
		must(t, a.AddPerson(t.Context(), p))
	}
	first := wave.NumberOf(time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC))
	world := demo.NewWorld(known.Owners[0], a.surveys)
	s := &story{webtest.NewBrowser(t), t, a}
	for k := range storyWaves {
		must(t, player(a, 1).Play(t.Context(), first+wave.Number(2*k), slide(a.surveys, world.Next(), k)))
		switch k {
		case 2:
			s.severe()
		case 4:
			s.observed()
		}
	}

	// The signal still stands after the next wave, and staff have seen enough.
	s.is("2026-11-18")
	s.enter(principal, "Skolemiljøet akkurat nå")
	s.Look("story-overview")
	s.visit("/staff/classes", "")
	s.Look("story-classes")
	s.around()
	s.enter(teacher, "Skolemiljøet akkurat nå")
	s.Look("story-teacher")
	s.visit("/staff/classes/"+school+"/8A", "8A")
	s.Look("story-class")
	s.visit("/staff", "Skolemiljøet akkurat nå")
	s.Click(`main a[href^="/staff/prompts/"]`)
	s.Shows("#said", "Dette sier svarene")
	s.send("/concluded", fields{"conclusion": {"concern"}, "reason": {"Vi har sett det samme tre dager på rad."}}, "Konklusjonen er lagret")
	s.Look("story-concluded")
	s.Click(`main a[href^="/staff/report?"]`)
	s.Shows("h1", "Meld fra")
	s.Look("story-report")
	s.send("/staff/report", fields{
		"what": {"Noen i klassen går alene i alle friminutt og blir valgt sist."}, "sources": {"observation", "survey"}, "about": {"pupils"}, "possibly_serious": {"yes"},
	}, "Meldingen er sendt")

	// A cleaner has seen something too, and says so on a phone, in nynorsk.
	s.enter("renhold@skole.example", "Meldingar")
	s.Look("story-cleaner-empty")
	s.visit("/staff/report", "Meld frå")
	s.send("/staff/report", fields{
		"what": {"Det ligg sundrivne teikningar i garderoben etter siste time, tre dagar på rad."}, "sources": {"observation"}, "about": {"pupils"},
	}, "Meldinga er send")
	s.Look("story-cleaner-sent")

	// The principal decides, and opens a case.
	s.is("2026-11-19")
	s.enter(principal, "Skolemiljøet akkurat nå")
	s.visit("/staff/reports", "Meldinger")
	s.Look("story-reports")
	s.Click(`main .card:not(.prompt):has(.tag) a`)
	s.Shows("title", "Melding ·")
	s.Look("story-report-undecided")
	s.send("/judged", fields{"serious": {"yes"}, "reason": {"Flere kan være med på å holde noen utenfor."}, "on": {"2026-11-19"}}, "Vurderingen er lagret")
	s.Click(`main a[href^="/staff/cases/new"]`)
	s.Shows("h1", "Åpne en sak")
	s.Look("story-new-case")
	s.send("/staff/cases/new", fields{"scope": {"situation"}, "title": {"Utestenging i friminuttene"}, "classes": {"8A"}}, "Saken er åpnet")
	path := webtest.Eval[string](s.Browser, "location.pathname")
	s.send("/raised_with", fields{"on": {"2026-11-18"}}, "Datoen er lagret")
	s.visit("/staff/reports", "Meldinger")
	s.Click(`main .card:not(.prompt) a`)
	s.Shows("title", "Melding ·")
	s.send("/answered", fields{"outcome": {"in_case"}, "case": {"Utestenging i friminuttene"}}, "Meldingen er avsluttet")
	s.Look("story-report-answered")

	// Those affected are heard, and the school makes a plan.
	s.is("2026-11-23")
	s.visit(path, "Utestenging")
	s.send("/inquired", fields{
		"on": {"2026-11-23"}, "heard": {"pupils_affected", "other_pupils", "parents", "class_staff"}, "heard_staff": {"Laila Berg"},
		"experience":     {"De det gjelder, gruer seg til friminuttene og sier at ingen voksne er i garderoben."},
		"facts":          {"To grupper deler ut plassene i kantina. Voksne er til stede ute, men ikke inne."},
		"factors":        {"Klassen er satt sammen på nytt i høst, og gruppene er de samme i alle fag."},
		"elsewhere":      {"yes"},
		"best_interests": {"Elevene vil ikke flyttes. De vil at voksne er nær, og at klassen deles på nye måter."},
	}, "Det dere har undersøkt, er lagret")
	s.visit(path+"/plan", "Utestenging")
	s.Look("story-plan-empty")
	measure := fields{
		"problem": {"Ingen voksne er i garderoben før og etter friminuttene"}, "planned": {"En voksen er i garderoben fra det ringer til alle er ute, og inn igjen"},
		"from": {"2026-11-24"}, "to": {"2027-02-12"}, "by": {"Laila Berg"}, "evaluate_on": {"2027-01-20"},
	}
	s.send("/planned", measure, "Tiltaket er lagt til")
	s.send("/planned", fields{
		"problem": {"Gruppene er de samme hele dagen"}, "planned": {"Læreren deler klassen i nye grupper i alle fag"},
		"from": {"2026-11-24"}, "to": {"2027-02-12"}, "by": {"Laila Berg", "Amir Haddad"}, "evaluate_on": {"2027-01-20"},
	}, "Tiltaket er lagt til")
	s.visit(path, "Utestenging")
	s.Look("story-case")

	// The principal is away, and the deputy acts.
	s.is("2027-01-20")
	s.enter("stedfortreder@skole.example", "Skolemiljøet akkurat nå")
	s.visit("/staff/cases", "Saker")
	s.Look("story-cases")
	s.visit(path+"/plan", "Utestenging")
	s.send("/carried_out", fields{"on": {"2027-01-18"}}, "gjennomført")
	s.send("/evaluated", fields{"on": {"2027-01-20"}, "effect": {"some"}, "text": {"Garderoben er roligere. Kantina er fortsatt vanskelig."}}, "Evalueringen er lagret")
	measure["planned"] = []string{"To voksne er til stede, én i garderoben og én i kantina"}
	measure["from"], measure["evaluate_on"] = []string{"2027-01-21"}, []string{"2027-02-10"}
	s.send("/changed", measure, "Endringen er lagret")
	s.Look("story-plan")

	// The owner sees that a serious case is being worked on, not what is in it.
	s.enter("eier@kommune.example", "For the school owner")
	s.Look("story-owner")

	// The pupils say that it is better, and only that closes the case.
	s.is("2027-02-11")
	s.enter(principal, "Skolemiljøet akkurat nå")
	s.visit(path+"/plan", "Utestenging")
	s.send("/evaluated", fields{"on": {"2027-02-10"}, "effect": {"good"}, "text": {"De voksne er der, og flere er med på det som skjer."}}, "Evalueringen er lagret")
	s.visit(path+"/closing", "Utestenging")
	s.Look("story-closing")
	s.send("/closed", fields{
		"basis": {"said", "observation"}, "safe": {"yes"}, "said_by": {"pupils_affected", "class"}, "on": {"2027-02-10"}, "asked_by": {"Laila Berg"},
		"said": {"De sier at de har noen å være sammen med nå, og at de tør å gå i garderoben."},
	}, "Saken er avsluttet")
	s.Look("story-closed")
	s.visit(path+"/documentation", "Dokumentasjon")
	s.Look("story-documentation")
	if sheets := s.Print("story-documentation"); sheets < 1 || sheets > 4 {
		t.Errorf("the documentation of the case takes %d sheets", sheets)
	}

	token, err := a.OwnerToken(t.Context(), known.Owners[0].Org)
	must(t, err)
	if status, body := metrics(t, a.PublicURL()+"/owner/metrics", token); status != http.StatusOK || !strings.Contains(body, school) {
		t.Errorf("the owner's metrics: status %d\n%s", status, body)
	}
	if status, body := metrics(t, a.PublicURL()+"/owner/metrics", token+"x"); status != http.StatusUnauthorized || strings.Contains(body, school) {
		t.Errorf("the owner's metrics with a wrong token: status %d\n%s", status, body)
	}
	status, body := metrics(t, a.AdminURL()+"/metrics", "")
	for _, never := range []string{school, "8A", "Granlia", "grades-8-13", known.Owners[0].Org, "process_", "go_memstats", "go_gc"} {
		if status != http.StatusOK || strings.Contains(body, never) {
			t.Errorf("the operator's metrics (status %d) name %q", status, never)
		}
	}

	// All of it survives a restart, and the answers themselves are gone.
	before := lines(t, a)
	stop()
	b, _ := in.start(t)
	if diff := cmp.Diff(before, lines(t, b)); diff != "" {
		t.Errorf("released before and after a restart:\n%s", diff)
	}
	page := signIn(t, b, principal).get(path + "/documentation")
	for _, want := range []string{"blir valgt sist", "deler ut plassene", "Ingen voksne er i garderoben", "tør å gå i garderoben"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("%q is gone after a restart", want)
		}
	}
	for k := range storyWaves {
		n := uint32(first) + uint32(2*k)
		must(t, b.store.MoveAnswers(t.Context(), n)) // late rows, were there any
		must(t, b.store.SealedAnswers(t.Context(), n, func(counts.Ballot) error {
			return fmt.Errorf("wave %d still holds an answer sheet", n)
		}))
	}
}

// severe is the first that the school meets: at least one pupil of another class
// has answered something very serious. The principal looks into it, and writes why
// it became no case.
func (s *story) severe() {
	s.t.Helper()
	s.is("2026-09-30")
	s.enter(principal, "Skolemiljøet akkurat nå")
	s.Click(`main a[href^="/staff/prompts/"]`)
	s.Shows("h1", "minst én har svart noe svært alvorlig")
	s.Look("story-severe")
	s.send("/inquired", fields{
		"on": {"2026-09-30"}, "heard": {"other_pupils", "class_staff", "nurse"}, "text": {"Vi har snakket med hele klassen og vært tett på i friminuttene i en uke."},
	}, "lagret")
	s.send("/answered", fields{"outcome": {"no_case"}, "reason": {"Vi fant ingen mistanke nå. Vi er tettere på ut året, og helsesykepleieren har åpen dør."}}, "lagret")
}

// observed is what staff of class 8A do when the signal is new: they look, and
// write what they saw, by keyboard alone.
func (s *story) observed() {
	s.t.Helper()
	s.is("2026-10-29")
	s.enter(teacher, "Skolemiljøet akkurat nå")
	s.tabTo(`main a[href^="/staff/prompts/"]`)
	s.Press(kb.Enter)
	s.Shows("#said", "Dette sier svarene")
	s.Look("story-prompt")
	s.tabTo("#observed-text")
	s.Press("Noen blir stående alene i friminuttene, og det blir stille når klassen skal dele seg i grupper.")
	s.tabTo("input[name=extra_look]")
	s.Press(" ")
	s.tabTo(`form[action$="/observed"] button`)
	s.Press(kb.Enter)
	s.Shows("#saved", "Observasjonen er lagret")
	s.Shows(".timeline", "blir stående alene")
}

// around looks at the principal's pages that the story passes by, with the ways
// of a phone unfolded.
func (s *story) around() {
	s.t.Helper()
	for _, p := range []struct{ path, heading, name string }{
		{"/staff/groups", "Trinn og hele skolen", "groups"},
		{"/staff/inspections", "Tilsyn", "inspections"},
		{"/staff/carry-out", "Gjennomføring", "carry-out"},
		{"/staff/carry-out/weeks", "Skoleåret", "weeks"},
		{"/staff/people", "Ansatte", "people"},
		{"/staff/log", "Det som er logget om deg", "log"},
	} {
		s.visit(p.path, p.heading)
		webtest.Eval[int](s.Browser, `document.querySelectorAll("details").forEach(d => d.open = true), 0`)
		s.Look("story-" + p.name)
	}
}

// tabTo presses Tab until an element has the focus, as who has no mouse does.
func (s *story) tabTo(selector string) {
	s.t.Helper()
	at := fmt.Sprintf("document.activeElement.matches(%q)", selector)
	for range 200 {
		if webtest.Eval[bool](s.Browser, at) {
			return
		}
		s.Press(kb.Tab)
	}
	s.t.Fatalf("Tab never comes to %s", selector)
}

// metrics asks for metrics with a bearer token, or without one.
func metrics(t *testing.T, address, bearer string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	must(t, err)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(body)
}
