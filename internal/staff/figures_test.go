package staff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// A class's page tells block by block what was released of it, why something is
// hidden, and how long its signals stand. It names no other class.
func TestClassPage(t *testing.T) {
	s := newSite(t)
	for _, l := range []struct {
		wave              uint32
		item, form, value string
	}{
		{144, "thrive", "band", "1/5"}, {144, "safe", "hidden", "protect"}, {92, "thrive", "band", "4/5"}, // 92 is of the year before
	} {
		s.releaseAt(t, l.wave, fjordvik, disclosure.LevelClass, "5A", l.item, disclosure.Form(l.form), l.value)
	}
	doc := s.get(t, "5a@example.no", "/staff/classes/"+fjordvik+"/5A")
	var told [][]string
	rows := doc.Find(".questions > li").Slice(0, 2).Find("tbody tr")
	for i := range rows.Nodes {
		told = append(told, texts(rows.Eq(i).Children()))
	}
	want := [][]string{
		{"Uke 37–41", "20–40 %"}, {"Uke 43–46", "0–20 %"},
		{"Uke 37–41", "Skjult for å verne elevene"}, {"Uke 43–46", "Ingen eller få"},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the first two questions (-want +got):\n%s", diff)
	}
	text := strings.Join(texts(doc.Find("main")), "")
	for _, says := range []string{
		"Blir stående i alle fall til uke 3, uansett hva som blir svart.", "Neste tall for klassen kommer tidligst etter uke 47.",
		"Flere enn fire av fem svarte", "spørsmålet er følsomt",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q:\n%s", says, text)
		}
	}
	for _, never := range []string{"5B", "8B", "trinnet", "whole", "question.", "NaN", "voksen behandler"} {
		if strings.Contains(text, never) {
			t.Errorf("the page says %q", never)
		}
	}
	if n := doc.Find("figure svg[role=img] > title, figure svg[role=img] > desc").Length(); n != 2*doc.Find("figure").Length() || n == 0 {
		t.Errorf("%d titles and descriptions of %d pictures", n, doc.Find("figure").Length())
	}
}

// The page of groups tells of the school and its grades, of girls and boys only
// as signals, and how to look closer without a hunt.
func TestGroupsPage(t *testing.T) {
	s := newSite(t)
	s.more(t)
	doc := s.get(t, "rektor@example.no", "/staff/groups")
	if got := texts(doc.Find("section[aria-labelledby^=unit] h2")); !slices.Equal(got, []string{"Hele skolen", "5. trinn", "8. trinn"}) {
		t.Errorf("units: %q", got)
	}
	if got := texts(doc.Find("section[aria-labelledby^=unit]:not([aria-labelledby=closer]) .signals h3")); !slices.Equal(got, []string{"Hele skolen", "Jentene, 8. trinn"}) {
		t.Errorf("signals of %q", got)
	}
	text := strings.Join(texts(doc.Find("main")), "")
	for _, says := range []string{"Ikke ta ut jentene eller guttene.", "Ingen signaler gjelder nå. Det betyr ikke at alle har det trygt og godt.", "minst trygge"} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q:\n%s", says, text)
		}
	}
	for _, never := range []string{"5A", "8B", "9A"} {
		if strings.Contains(text, never) {
			t.Errorf("the page names class %s", never)
		}
	}
}

// What nears stands first, in the order of the days, with what is overdue.
func TestOverviewListsWhatNears(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	s.send(t, principal, path, "/raised_with", map[string][]string{"on": {"2026-11-16"}})
	doc := s.get(t, principal, "/staff")
	near := texts(doc.Find(".near li"))
	if len(near) != 5 || !strings.HasPrefix(near[0], "19. november 2026 – i morgen Skoleeieren får se") || !strings.HasPrefix(near[1], "20. november 2026 – om 2 dager Avgjør") || !strings.Contains(strings.Join(near, "\n"), "23. november 2026 – om 5 dager Kan meldes til Statsforvalteren") {
		t.Errorf("what nears: %q", near)
	}
	if doc.Find("section[aria-labelledby=cases] .card").Length() != 1 {
		t.Error("the open case is not on the overview")
	}
	if got := s.get(t, teacher, "/staff").Find("section[aria-labelledby=cases], section[aria-labelledby=reports]").Length(); got != 0 {
		t.Error("a teacher sees cases or reports on the overview")
	}
}
