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

	// The wave was asked, and a block ends two waves later.
	number, _ := strconv.Atoi(weeks[1])
	n := wave.Number(number)
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
