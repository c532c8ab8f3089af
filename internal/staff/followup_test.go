package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/wave"
)

// A follow-up is the wave of a week in which the class is asked anyway; what the
// gate releases of it stands in the case, whatever it shows.
func TestFollowUp(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	doc := s.get(t, principal, path)
	var weeks []string
	doc.Find("#followed_up-wave option[value!='']").Each(func(_ int, o *goquery.Selection) { weeks = append(weeks, o.AttrOr("value", "")) })
	calendar := wave.NewCalendar(s.owners[0])
	if len(weeks) != 4 {
		t.Fatalf("weeks to choose: %q", weeks)
	}
	for _, week := range weeks {
		n, _ := strconv.Atoi(week)
		if planned, why := calendar.Planned(wave.Number(n)); !planned || n <= newest {
			t.Errorf("week %d is offered, which is not asked: %s", n, why)
		}
	}
	if beside := doc.Find("#followup ~ details").Text(); !strings.Contains(beside, "blir spurt uansett") || strings.Count(beside, "Tall tidligst") != 4 {
		t.Errorf("beside the choice of week:\n%s", beside)
	}
	odd, _ := strconv.Atoi(weeks[0])
	for _, wrong := range []string{strconv.Itoa(odd + 1), strconv.Itoa(newest), "x", ""} {
		back := page(t, s.post(t, principal, doc, "/followed_up", url.Values{"wave": {wrong}}), http.StatusUnprocessableEntity)
		if back.Find("#followed_up-wave-fault").Length() != 1 {
			t.Errorf("week %q is not refused beside its field", wrong)
		}
	}
	doc, _ = s.send(t, principal, path, "/followed_up", url.Values{"wave": {weeks[1]}})
	if got := doc.Find("#followup ~ .card").Text(); !strings.Contains(got, "ikke spurt ennå") {
		t.Errorf("a follow-up to come says:\n%s", got)
	}
	// Fourteen days are ten school days; the week itself is not chosen twice.
	var left []string
	doc.Find("#followed_up-wave option[value!='']").Each(func(_ int, o *goquery.Selection) { left = append(left, o.AttrOr("value", "")) })
	if slices.Contains(left, weeks[1]) || !slices.Contains(left, weeks[0]) {
		t.Errorf("after %s was chosen there are %q", weeks[1], left)
	}

	number, _ := strconv.Atoi(weeks[1])
	n := wave.Number(number)
	s.pausesAFollowUp(t, path, n, weeks[2])

	// The wave was asked, and a block ends two waves later.
	s.waves = append(s.waves, wave.Event{ID: "o", Wave: n, Owner: own, Step: wave.Opened, At: n.Opens(), Closes: n.Closes()}, wave.NewEvent(n, wave.Released, n.Seals()))
	if got := s.get(t, principal, path).Find("#followup ~ .card").Text(); !strings.Contains(got, "ikke klare ennå") {
		t.Errorf("before its block ends:\n%s", got)
	}
	for _, w := range []uint32{uint32(n) + 4, uint32(n) + 16} {
		r, err := disclosure.Decode(disclosure.Row{
			Release: disclosure.ReleaseID(w), Wave: w, Owner: own, School: fjordvik, Level: string(disclosure.LevelClass), Unit: "5A",
			Audience: string(disclosure.Staff), Item: "left_out", Form: string(disclosure.FormWords), Value: map[bool]string{true: "many", false: "none_or_few"}[w == uint32(n)+4],
		})
		if err != nil {
			t.Fatal(err)
		}
		s.released = append(s.released, r)
	}
	for _, where := range []string{path, path + "/documentation"} {
		got := s.get(t, principal, where).Find("main").Text()
		if !strings.Contains(got, "Mange") || strings.Contains(got, "Ingen eller få") || !strings.Contains(got, "sier ikke om hver enkelt har det trygt") {
			t.Errorf("%s, once its block has ended:\n%s", where, got)
		}
	}
}

// pausesAFollowUp pauses the class in the week of its follow-up and takes it back:
// the principal is told when the pause is said, the case says that nobody is asked
// and that another week may be chosen, and not "waiting" for ever.
func (s *site) pausesAFollowUp(t *testing.T, path string, n wave.Number, later string) {
	t.Helper()
	said := url.Values{"school": {fjordvik}, "wave": {strconv.Itoa(int(n))}, "class": {"5A"}}
	w := s.do(t, principal, http.MethodPost, "/staff/carry-out/weeks", said)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("a pause of a week that a case follows up: %d", w.Code)
	}
	doc := s.get(t, principal, strings.TrimSuffix(w.Header().Get("Location"), "#saved"))
	for _, where := range []string{"#saved", "#pauses ~ ul .card"} {
		note := doc.Find(where)
		if href := note.Find("a").AttrOr("href", ""); !strings.Contains(note.Text(), "følger opp") || href != path+"#followup" {
			t.Errorf("%s tells the principal %q, and leads to %q", where, note.Text(), href)
		}
	}
	if note := s.get(t, "5a@example.no", "/staff/classes/"+fjordvik+"/5A").Text(); strings.Contains(note, path) {
		t.Error("who does not lead is told of a case")
	}
	doc = s.get(t, principal, path)
	if got := doc.Find("#followup ~ .card").Text(); !strings.Contains(got, "5A har pause denne uka") || strings.Contains(got, "ikke spurt ennå") {
		t.Errorf("the follow-up of a class that pauses says:\n%s", got)
	}
	offered := func(week string) bool { return doc.Find("#followed_up-wave option[value='"+week+"']").Length() == 1 }
	if offered(strconv.Itoa(int(n))) || !offered(later) {
		t.Error("the week of the pause can be chosen, or the next one can not")
	}
	clear(s.cookies) // nobody stays signed in for so long
	s.at = n.Seals()
	if got := s.get(t, principal, path).Find("#followup ~ .card").Text(); !strings.Contains(got, "5A hadde pause denne uka") || strings.Contains(got, "ikke klare ennå") {
		t.Errorf("once the week is over:\n%s", got)
	}
	clear(s.cookies)
	s.at = now
	said.Set("step", "resume")
	if w := s.do(t, principal, http.MethodPost, "/staff/carry-out/weeks", said); w.Code != http.StatusSeeOther {
		t.Fatalf("taken back: %d", w.Code)
	}
	if got := s.get(t, principal, path).Find("#followup ~ .card").Text(); !strings.Contains(got, "ikke spurt ennå") || strings.Contains(got, "pause") {
		t.Errorf("taken back:\n%s", got)
	}
}
