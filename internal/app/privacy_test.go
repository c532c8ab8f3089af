package app

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/privacy"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestPrivacyTellsWhatIsStored holds what parents are told against the database
// of a server that runs: every table, every column, and no other.
func TestPrivacyTellsWhatIsStored(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start(t)
	stored := storedIn(t, in)
	told := uint64(0)
	for _, table := range privacy.Tables {
		for _, column := range table.Columns {
			told++
			query := fmt.Sprintf("SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = '%s' AND name = '%s'", table.Table, column)
			if n := stored(query); n != 1 {
				t.Errorf("parents are told of a column %s.%s that is not there", table.Table, column)
			}
		}
	}
	if n := stored("SELECT count() FROM system.columns WHERE database = currentDatabase()"); n != told {
		t.Errorf("the database has %d columns, parents are told of %d: tell the others in privacy.Tables", n, told)
	}
}

// TestPrivacyPages asks for what a parent and three members of staff may have.
func TestPrivacyPages(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	known := oneSchool()
	must(t, a.SaveRoster(t.Context(), known))
	org := known.Owners[0].Org
	for _, p := range []access.Person{
		{Email: principal, Name: "Kari", Role: access.Principal, Owner: org, Schools: []string{school}},
		{Email: "larer@skole.example", Name: "Ali", Role: access.Teacher, Owner: org, Schools: []string{school}, Classes: []string{school + "/8A"}},
		{Email: "eier@kommune.example", Name: "Siv", Role: access.OwnerRole, Owner: org},
	} {
		must(t, a.AddPerson(t.Context(), p))
	}

	public := &browser{t: t, base: a.PublicURL(), http: http.DefaultClient}
	page := public.get("/personvern")
	if got := strings.ReplaceAll(page.Find(".key").First().Text(), "-", ""); got != a.keys.Fingerprint() {
		t.Errorf("the page shows the key %q, slips %q", got, a.keys.Fingerprint())
	}
	// A server that runs over the summer has another one then.
	year := wave.NumberOf(now).SchoolYear()
	must(t, a.keys.Rotate(year+1))
	var printed []string
	public.get("/personvern").Find(".key").Each(func(_ int, k *goquery.Selection) { printed = append(printed, strings.ReplaceAll(k.Text(), "-", "")) })
	var want []string
	for _, k := range slices.Backward(chainOf(t, a)) {
		want = append(want, k.Fingerprint)
	}
	if diff := cmp.Diff(want, printed); len(want) != 2 || diff != "" {
		t.Errorf("keys of keys.json and of the page, newest first (-json +page):\n%s", diff)
	}
	if sum := sumByHand(t); !strings.Contains(page.Find(".hashes").Text(), sum) {
		t.Errorf("the page lacks %s, which its own command prints:\n%s", sum, page.Find(".hashes").Text())
	}
	if command := page.Find("pre").Text(); !strings.Contains(command, byHand) {
		t.Errorf("the page gives the command %q, this test tried %q", command, byHand)
	}

	for email, mine := range map[string][]string{
		principal:              {"Skole 1"},
		"larer@skole.example":  {"Skole 1"},
		"eier@kommune.example": {"Skole 1", "Skole 2", "Skole 3"},
	} {
		b := signIn(t, a, email)
		materials := b.get("/staff/personvern")
		var schools []string
		materials.Find(".ways nav[aria-label='Skoler'] a").Each(func(_ int, e *goquery.Selection) { schools = append(schools, e.Text()) })
		if len(schools) == 0 { // of one school there is no choice
			schools = []string{materials.Find(".who-place").Text()}
		}
		if diff := cmp.Diff(mine, schools); diff != "" {
			t.Errorf("%s may print for (-want +got):\n%s", email, diff)
		}
		if letter := b.get("/staff/personvern/brev").Find(".letter").Text(); !strings.Contains(letter, "Skole 1 bruker Følgmed") {
			t.Errorf("%s gets the letter:\n%s", email, letter)
		}
		if n := materials.Find(`footer a[href="/staff/personvern"]`).Length(); n != 1 {
			t.Errorf("%s finds %d links in the footer", email, n)
		}
	}
	res, err := signIn(t, a, principal).http.Get(a.PublicURL() + "/staff/personvern/brev?school=000000102")
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("the letter of another school: %s", res.Status)
	}
}

// chainOf asks for the keys where the page says that they stand.
func chainOf(t *testing.T, a *App) []ballot.YearKeys {
	t.Helper()
	res, err := http.Get(a.PublicURL() + "/keys.json")
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	chain, err := ballot.ParseChain(body)
	must(t, err)
	return chain.Keys
}

// byHand is the last step of the command on the page.
const byHand = "find . -type f ! -name .gitkeep | LC_ALL=C sort | xargs sha256sum | sha256sum"

func sumByHand(t *testing.T) string {
	t.Helper()
	command := exec.Command("sh", "-c", byHand)
	command.Dir = "../pupil/dist"
	out, err := command.Output()
	must(t, err)
	sum, _, _ := strings.Cut(string(out), " ")
	return sum
}

// TestPrivacyPagesApart: the public pages are the issuer's, who has the keys.
func TestPrivacyPagesApart(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	run(t, in.part(t, config.Job))
	parts := map[config.Role]*App{
		config.Issuer: run(t, in.part(t, config.Issuer)), config.Staff: run(t, in.part(t, config.Staff)),
	}
	page := (&browser{t: t, base: parts[config.Issuer].PublicURL(), http: http.DefaultClient}).get("/personvern")
	style, _ := page.Find("main link").Attr("href")
	for path, want := range map[string]map[config.Role]int{
		"/personvern":            {config.Issuer: http.StatusOK, config.Staff: http.StatusNotFound},
		"/personvern/brev":       {config.Issuer: http.StatusOK, config.Staff: http.StatusNotFound},
		style:                    {config.Issuer: http.StatusOK, config.Staff: http.StatusOK},
		"/staff/personvern/brev": {config.Issuer: http.StatusNotFound, config.Staff: http.StatusSeeOther}, // to sign in
	} {
		for role, status := range want {
			client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			res, err := client.Get(parts[role].PublicURL() + path)
			must(t, err)
			must(t, res.Body.Close())
			if res.StatusCode != status {
				t.Errorf("the %s answers %s with %s, want %d", role, path, res.Status, status)
			}
		}
	}
}
