package app

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/sync/errgroup"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// TestWhoSeesWhat asks every page and form of testdata/rights.txt as everyone
// whom that table knows, and holds each answer against it. A route that the
// table does not have fails the test, so that nobody can add a page and forget
// to say who may see it. So does a JSON API that openapi.yaml does not describe.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	table := readRights(t)
	in := newInstallation(t)
	cfg := in.config()
	cfg.PublicURL = "https://folgmed.example.org"
	cfg.OIDCIssuer, cfg.OIDCName, cfg.OIDCClientID, cfg.OIDCClientSecret = openIDProvider(t), "Feide", "folgmed", "a secret"
	a := run(t, New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true}))
	named := fillForRights(t, a)
	visitors := visitorsForRights(t, a)

	missing := make(map[string]bool)
	for _, r := range a.shell.Routes() {
		if r.Method == http.MethodGet || r.Method == http.MethodPost {
			missing[r.Method+" "+r.Path] = true
		}
	}
	webtest.NewSpec(t).CheckRoutes(t, a.shell)
	for _, row := range table.rows {
		path := row.path
		for name, value := range named {
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		}
		if strings.Contains(path, "{") {
			t.Fatalf("%s: the test knows nothing of that name", row.path)
		}
		delete(missing, row.method+" "+a.routeOf(row.method, path))
		got := make([]string, len(table.columns))
		var all errgroup.Group
		all.SetLimit(4)
		for i, who := range table.columns {
			all.Go(func() (err error) {
				got[i], err = visitors[who].ask(row.method, path)
				return err
			})
		}
		must(t, all.Wait())
		if !slices.Equal(got, row.cells) {
			t.Errorf("the table has\n%s\nand it is\n%s", row, rightsRow{row.method, row.path, got})
		}
	}
	res, err := visitors["nobod"].send(http.MethodGet, "/staff/oidc/start", nil)
	must(t, err)
	if to, err := res.Location(); err != nil || to.Query().Get("redirect_uri") != a.PublicURL()+"/staff/oidc/callback" || to.Query().Get("client_id") != "folgmed" {
		t.Errorf("sign-in is begun at %v, %v", to, err)
	}
	for route := range missing {
		t.Errorf("%s is not in testdata/rights.txt: say there who may see it", route)
	}
}

// rightsTable is testdata/rights.txt.
type rightsTable struct {
	columns []string
	rows    []rightsRow
}

// rightsRow is one page or form, and how it answers each visitor.
type rightsRow struct {
	method, path string
	cells        []string
}

// String writes the row as it stands in the table.
func (r rightsRow) String() string {
	line := fmt.Sprintf("%-4s  %-52s", r.method, r.path)
	for _, cell := range r.cells {
		line += fmt.Sprintf("  %-5s", cell)
	}
	return strings.TrimRight(line, " ")
}

var betweenCells = regexp.MustCompile(` {2,}`)

func readRights(t *testing.T) rightsTable {
	t.Helper()
	text, err := os.ReadFile("testdata/rights.txt")
	must(t, err)
	var table rightsTable
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := betweenCells.Split(line, -1)
		if table.columns == nil {
			table.columns = cells[1:]
			continue
		}
		row := rightsRow{cells[0], cells[1], cells[2:]}
		if len(row.cells) == 1 { // the same for everyone
			row.cells = slices.Repeat(row.cells, len(table.columns))
		}
		if len(row.cells) != len(table.columns) {
			t.Fatalf("%s %s has %d answers for %d visitors", row.method, row.path, len(row.cells), len(table.columns))
		}
		table.rows = append(table.rows, row)
	}
	return table
}

// routeOf is the route that answers a path.
func (a *App) routeOf(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	c := a.shell.NewContext(nil, nil)
	a.shell.Router().Find(method, path, c)
	return c.Path()
}

const (
	otherSchool = "000000102" // of the same owner
	otherOwner  = "000000002"
)

// fillForRights makes what there is to see: prompts, reports and cases, at the
// school and at another. It returns what the table calls them.
func fillForRights(t *testing.T, a *App) map[string]string {
	t.Helper()
	known := oneSchool()
	owner := known.Owners[0].Org
	known.Owners = append(known.Owners, roster.Owner{Org: otherOwner, Name: "Fjellvik", Rhythm: 2, Rate: .25, Schools: []roster.School{
		{Org: "000000201", Name: "Skole 4", Written: "nn", Classes: []roster.Class{{Name: "8A", Grades: []int{8}, Size: 20}}},
	}})
	must(t, a.SaveRoster(t.Context(), known))
	must(t, player(a, 1).Open(t.Context(), firstWave))
	at := a.schedule.Now()
	named := map[string]string{"school": school, "elsewhere": otherSchool, "nothing": "aaaaaaaaaaaaaaaa"}

	var events []duty.Event
	add := func(name string, made ...duty.Event) {
		_, id, _ := strings.Cut(made[0].Subject, ":")
		events, named[name] = append(events, made...), id
	}
	signal := func(org, class string, kind disclosure.Kind) disclosure.Signal {
		level := disclosure.LevelClass
		if class == "" {
			level = disclosure.LevelSchool
		}
		return disclosure.Signal{
			ID: disclosure.ReleaseID(uint32(len(named))), Kind: kind, Tier: disclosure.Act, Since: "2026-09", Raised: uint32(firstWave), Until: uint32(firstWave) + 12,
			Unit: disclosure.Unit{Owner: owner, School: org, Level: level, Name: class},
		}
	}
	for name, s := range map[string]disclosure.Signal{
		"prompt of 8A":        signal(school, "8A", disclosure.KindLevel),
		"prompt of elsewhere": signal(otherSchool, "8A", disclosure.KindLevel),
	} {
		add(name, prompt.Events(prompt.Decide(uint32(firstWave), []disclosure.Signal{s}, nil, at))...)
	}
	passed, ok := prompt.PassOn(signal(school, "", disclosure.KindAdult), nil, at, "eier", string(access.OwnerRole))
	if !ok {
		t.Fatal("what is about adults could not be passed on")
	}
	add("prompt about adults", passed)

	act := func(by string, fields duty.Fields) duty.Act {
		return duty.Act{ID: fmt.Sprintf("%032d", len(events)+1), At: at, By: by, Role: string(access.Principal), Who: duty.Leader, Fields: fields}
	}
	report := func(name, org, about string) {
		by := named["id of the cleaner"]
		e, err := duty.File(owner, org, act(by, duty.Fields{
			duty.FieldWhat: {"Noen sitter alene."}, duty.FieldSources: {duty.SourceObservation}, duty.FieldAbout: {about},
		}))
		must(t, err)
		add(name, e)
	}
	open := func(name, org string) {
		made, err := duty.OpenCase(owner, org, act("", duty.Fields{duty.FieldScope: {duty.Situation}, duty.FieldTitle: {"Utestenging"}, duty.FieldClasses: {"8A"}}))
		must(t, err)
		add(name, made...)
	}
	for _, p := range peopleForRights {
		must(t, a.AddPerson(t.Context(), p.Person))
	}
	all, err := a.People(t.Context())
	must(t, err)
	for _, p := range all {
		if p.Role == access.Reporter {
			named["id of the cleaner"] = p.ID
		}
		if p.Email == principal {
			named["id of the principal"] = p.ID
		}
	}
	report("report", school, duty.AboutPupils)
	report("report about staff", school, duty.AboutStaff)
	report("report about leadership", school, duty.AboutLeadership)
	report("report of elsewhere", otherSchool, duty.AboutPupils)
	open("case", school)
	open("case of elsewhere", otherSchool)
	for _, unit := range []disclosure.Unit{
		{Owner: owner, School: school, Level: disclosure.LevelClass, Name: "8A"}, {Owner: owner, School: school, Level: disclosure.LevelSchool},
	} {
		shared, err := duty.Share(unit, disclosure.ReleaseID(uint32(firstWave)), act("", duty.Fields{duty.FieldText: {"Flere voksne ute."}}))
		must(t, err)
		events = append(events, shared)
	}
	must(t, a.store.AppendDuty(t.Context(), events))
	return named
}

// peopleForRights are those who sign in, by the table's names for them.
var peopleForRights = []struct {
	column string
	access.Person
}{
	{"clean", access.Person{Email: "renhold@skole.example", Name: "Rolf Renhold", Role: access.Reporter, Owner: "000000001", Schools: []string{school}}},
	{"teach", access.Person{Email: "laerer@skole.example", Name: "Laila Lærer", Role: access.Teacher, Owner: "000000001", Schools: []string{school}, Classes: []string{school + "/8A"}}},
	{"colle", access.Person{Email: "kollega@skole.example", Name: "Kåre Kollega", Role: access.Teacher, Owner: "000000001", Schools: []string{school}, Classes: []string{school + "/9B"}, DeputyUntil: now.Add(-time.Minute)}},
	{"deput", access.Person{Email: "vikar@skole.example", Name: "Vilde Vikar", Role: access.Teacher, Owner: "000000001", Schools: []string{school}, Classes: []string{school + "/9B"}, DeputyUntil: now.Add(time.Minute)}},
	{"princ", access.Person{Email: principal, Name: "Ragnhild Rektor", Role: access.Principal, Owner: "000000001", Schools: []string{school}}},
	{"elsew", access.Person{Email: "nabo@skole.example", Name: "Nora Nabo", Role: access.Principal, Owner: "000000001", Schools: []string{otherSchool}}},
	{"owner", access.Person{Email: "eier@kommune.example", Name: "Eirin Eier", Role: access.OwnerRole, Owner: "000000001"}},
	{"other", access.Person{Email: "eier@nabo.example", Name: "Odd Annen", Role: access.OwnerRole, Owner: otherOwner}},
}

// visitor is someone with a browser that follows no redirect.
type visitor struct {
	base string
	http *http.Client
}

func visitorsForRights(t *testing.T, a *App) map[string]visitor {
	t.Helper()
	fresh := func() visitor {
		jar, err := cookiejar.New(nil)
		must(t, err)
		return visitor{a.public.URL(), &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	}
	all := map[string]visitor{"nobod": fresh(), "subst": fresh()}
	for _, p := range peopleForRights {
		link, err := a.SignInLink(t.Context(), p.Email)
		must(t, err)
		v := fresh()
		res, err := v.http.Get(strings.Replace(link, a.PublicURL(), v.base, 1))
		must(t, err)
		doc, err := goquery.NewDocumentFromReader(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		values := url.Values{}
		for _, name := range []string{"token", "attempt"} {
			values.Set(name, doc.Find("input[name="+name+"]").AttrOr("value", ""))
		}
		v.mustSend(t, "/staff/signin", values)
		all[p.column] = v
	}
	people, err := a.People(t.Context())
	must(t, err)
	i := slices.IndexFunc(people, func(p access.Person) bool { return p.Email == principal })
	pin, err := a.access.PIN(t.Context(), people[i], school, "8A")
	must(t, err)
	all["subst"].mustSend(t, "/staff/substitute", url.Values{"pin": {pin}})
	return all
}

func (v visitor) send(method, path string, form url.Values) (*http.Response, error) {
	req, err := http.NewRequest(method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := v.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res, err
}

func (v visitor) mustSend(t *testing.T, path string, form url.Values) {
	t.Helper()
	if res, err := v.send(http.MethodPost, path, form); err != nil || res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %v, %v", path, res, err)
	}
}

// ask says in the table's words how a page answers, or a form that is sent
// without a word in it.
func (v visitor) ask(method, path string) (string, error) {
	res, err := v.send(method, path, url.Values{})
	if err != nil {
		return "", err
	}
	to := res.Header.Get("Location")
	switch {
	case res.StatusCode == http.StatusUnauthorized, strings.HasPrefix(to, "/staff/signin"):
		return "in", nil
	case res.StatusCode == http.StatusForbidden:
		return "no", nil
	case res.StatusCode == http.StatusNotFound:
		return "404", nil
	case method == http.MethodGet && to != "":
		return "led", nil
	case res.StatusCode < http.StatusInternalServerError:
		return "yes", nil
	default:
		return res.Status, nil
	}
}

// openIDProvider is a real one, for the sign-in that is begun there.
func openIDProvider(t *testing.T) (issuer string) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	kept := storage.NewStorage(storage.NewUserStore(server.URL))
	provider, err := op.NewProvider(&op.Config{CryptoKey: sha256.Sum256([]byte("test"))}, kept, op.StaticIssuer(server.URL), op.WithAllowInsecure())
	must(t, err)
	mux.Handle("/", provider)
	return server.URL
}
