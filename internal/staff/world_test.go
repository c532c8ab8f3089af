package staff_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/staff"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

const (
	own      = "100000001"
	fjordvik = "200000001"
	aasen    = "200000002" // nynorsk
	newest   = 149         // Monday 9 November 2026
)

// now is the Wednesday morning after the newest wave was released.
var now = time.Date(2026, 11, 18, 8, 30, 0, 0, time.UTC)

// journal is the store of one test: in memory, each event once by its id.
type journal struct {
	mu       sync.Mutex
	at       time.Time // by the clock of the installation
	released []disclosure.Released
	events   []duty.Event
	audited  []audit.Entry
	owners   []roster.Owner
	voids    []wave.Void
	pauses   []wave.Pause
	waves    []wave.Event
	broken   bool // duty events are not stored
	deaf     bool // audit entries are not stored
}

func (j *journal) ReleasedFor(_ context.Context, school string) ([]disclosure.Released, error) {
	var own []disclosure.Released
	for _, r := range j.released {
		if r.Unit().School == school {
			own = append(own, r)
		}
	}
	return own, nil
}

func (j *journal) DutyEvents(_ context.Context, school string) ([]duty.Event, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var own []duty.Event
	for _, e := range j.events {
		if e.School == school {
			own = append(own, e)
		}
	}
	return own, nil
}

func (j *journal) AppendDuty(_ context.Context, events []duty.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken {
		return errors.New("the disk is full")
	}
	for _, e := range events {
		if !slices.ContainsFunc(j.events, func(o duty.Event) bool { return o.ID == e.ID }) {
			j.events = append(j.events, e)
		}
	}
	return nil
}

func (j *journal) AppendAudit(_ context.Context, e audit.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.deaf {
		return errors.New("the disk is full")
	}
	j.audited = append(j.audited, e)
	return nil
}

func (j *journal) Roster(context.Context) (roster.Roster, error) {
	return roster.Roster{Owners: j.owners}, nil
}

func (j *journal) VoidsOf(_ context.Context, school string) ([]wave.Void, error) {
	return slices.DeleteFunc(slices.Clone(j.voids), func(v wave.Void) bool { return v.School != school }), nil
}

// Plan is that of the journal at now.
func (j *journal) Plan() *wave.Plan {
	set, err := surveys.Embedded()
	if err != nil {
		panic(err)
	}
	events := slices.Clone(j.waves)
	for _, v := range j.voids {
		events = append(events, v.Event())
	}
	for _, p := range j.pauses {
		events = append(events, p.Event())
	}
	return wave.NewPlan(roster.Roster{Owners: j.owners}, set, events, j.at)
}

func (j *journal) Void(_ context.Context, v wave.Void) error {
	if j.broken {
		return errors.New("the disk is full")
	}
	ask, _ := j.Plan().Ask(v.School, v.Class, v.Wave)
	if err := wave.CheckVoid(ask, v.Reason); err != nil {
		return err
	}
	j.voids = append(j.voids, v)
	return nil
}

func (j *journal) PausesOf(_ context.Context, school string) ([]wave.Pause, error) {
	return slices.DeleteFunc(slices.Clone(j.pauses), func(p wave.Pause) bool { return p.School != school }), nil
}

func (j *journal) Pause(_ context.Context, p wave.Pause) error {
	if j.broken {
		return errors.New("the disk is full")
	}
	if err := j.Plan().CheckPause(j.owners[0], p, now); err != nil {
		return err
	}
	j.pauses = slices.DeleteFunc(j.pauses, func(o wave.Pause) bool { return o.Wave == p.Wave && o.School == p.School && o.Class == p.Class })
	if p.Stands {
		j.pauses = append(j.pauses, p)
	}
	return nil
}

func (j *journal) prompts(school string) []duty.Prompt {
	events, _ := j.DutyEvents(context.Background(), school)
	return duty.Prompts(events)
}

// release adds a line of the newest wave.
func (j *journal) release(t testing.TB, school string, level disclosure.Level, unit, item string, form disclosure.Form, value string) {
	t.Helper()
	j.releaseAt(t, newest, school, level, unit, item, form, value)
}

func (j *journal) releaseAt(t testing.TB, n uint32, school string, level disclosure.Level, unit, item string, form disclosure.Form, value string) {
	t.Helper()
	row := disclosure.Row{
		Release: disclosure.ReleaseID(n), Wave: n, Owner: own, School: school, Level: string(level), Unit: unit,
		Audience: string(disclosure.Staff), Item: item, Form: string(form), Value: value,
	}
	if form == disclosure.FormHidden {
		row.Value, row.Reason = "", value
	}
	if form == disclosure.FormSignal && item == string(disclosure.KindAdult) {
		row.Audience = string(disclosure.Owner)
	}
	r, err := disclosure.Decode(row)
	if err != nil {
		t.Fatal(err)
	}
	j.released = append(j.released, r)
}

// decide lets package prompt make of the signals of a school what it makes.
func (j *journal) decide(t testing.TB, school string, at time.Time) {
	t.Helper()
	var signals []disclosure.Signal
	for _, r := range j.released {
		if s, ok := r.Signal(); ok && r.Unit().School == school {
			signals = append(signals, s)
		}
	}
	if err := j.AppendDuty(t.Context(), prompt.Events(prompt.Decide(newest, signals, j.prompts(school), at))); err != nil {
		t.Fatal(err)
	}
}

// site is the pages with people who can sign in.
type site struct {
	*journal
	echo    *echo.Echo
	access  *access.Service
	cookies map[string]*http.Cookie
}

var people = []access.Person{
	{Email: "rektor@example.no", Name: "Ragnhild Rektor", Role: access.Principal, Owner: own, Schools: []string{fjordvik}},
	{Email: "begge@example.no", Name: "Bodil Begge", Role: access.Principal, Owner: own, Schools: []string{aasen, fjordvik}},
	{Email: "nynorsk@example.no", Name: "Nils Nynorsk", Role: access.Reporter, DeputyUntil: now.AddDate(0, 0, 7), Owner: own, Schools: []string{aasen}},
	{Email: "english@example.no", Name: "Emma English", Role: access.Principal, Owner: own, Schools: []string{fjordvik}, Lang: "en"},
	{Email: "5a@example.no", Name: "Laila Lærer", Role: access.Teacher, Owner: own, Schools: []string{fjordvik}, Classes: []string{fjordvik + "/5A"}},
	{Email: "vikar@example.no", Name: "Vilde Vikar", Role: access.Reporter, DeputyUntil: now.AddDate(0, 0, 7), Owner: own, Schools: []string{fjordvik}},
	{Email: "renhold@example.no", Name: "Rolf Renhold", Role: access.Reporter, Owner: own, Schools: []string{fjordvik}},
	{Email: "eier@example.no", Name: "Eirin Eier", Role: access.OwnerRole, Owner: own},
}

// newSite is one owner with two schools: Fjordvik, of two questionnaires, with
// a released wave, signals and prompts; Åsen, which has nothing yet.
func newSite(t testing.TB) *site {
	t.Helper()
	j := &journal{at: now, owners: []roster.Owner{{Org: own, Name: "Vik kommune", Rhythm: 2, Schools: []roster.School{
		{Org: fjordvik, Name: "Fjordvik skole", Written: "nb", Classes: []roster.Class{
			{Name: "10A", Grades: []int{10}, Size: 25}, {Name: "5B", Grades: []int{5}, Size: 22}, {Name: "5A", Grades: []int{5}, Size: 24},
			{Name: "6A", Grades: []int{6}, Size: 26}, {Name: "7", Grades: []int{6, 7}, Size: 9},
			{Name: "8A", Grades: []int{8}, Size: 27}, {Name: "8B", Grades: []int{8}, Size: 26}, {Name: "9A", Grades: []int{9}, Size: 28},
		}},
		{Org: aasen, Name: "Åsen skule", Written: "nn", Classes: []roster.Class{{Name: "1–4", Grades: []int{1, 2, 3, 4}, Size: 18}}},
	}}}}
	fill(t, j)

	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return j.at }
	service, _ := accesstest.New(t, clock, people...)
	pages, err := staff.New(staff.Options{
		Store: j, Waves: j, People: service, Surveys: set, Now: clock,
		Public: func() string { return "https://folgmed.example" },
	})
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{Rehearsal: true})
	service.Routes(e)
	pages.Routes(e, service.Require)
	return &site{j, e, service, map[string]*http.Cookie{}}
}

var coreItems = []string{"thrive", "safe", "company", "care", "adult", "left_out", "hurt"}

func fill(t testing.TB, j *journal) {
	const class, grade, school = disclosure.LevelClass, disclosure.LevelGrade, disclosure.LevelSchool
	const band, words, hidden, part, signal = disclosure.FormBand, disclosure.FormWords, disclosure.FormHidden, disclosure.FormParticipation, disclosure.FormSignal
	id := func(n string) string { return strings.Repeat(n, 32) }
	for i, c := range []string{"5A", "5B", "6A", "8A", "8B", "9A", "10A"} {
		for k, item := range []string{"thrive", "company", "care", "adult"} {
			j.release(t, fjordvik, class, c, item, band, []string{"0/5", "1/5", "0/5", "2/5", "3/5"}[(i+k)%5])
		}
		for k, item := range []string{"safe", "left_out"} {
			j.release(t, fjordvik, class, c, item, words, []string{"none_or_few", "some", "many"}[(i+k)%3])
		}
		j.release(t, fjordvik, class, c, disclosure.ItemParticipation, part, []string{"more", "half_to_four_fifths"}[i%2])
		if c != "10A" { // its first figure of this question is still to come
			j.release(t, fjordvik, class, c, "hurt", hidden, "protect")
		}
	}
	for _, item := range coreItems {
		j.release(t, fjordvik, class, "7", item, hidden, "small_class")
	}
	for _, item := range []string{"thrive", "company", "care", "adult"} {
		j.release(t, fjordvik, grade, "5", item, band, "3/10")
		j.release(t, fjordvik, school, "", item, band, "2/10")
	}
	j.release(t, fjordvik, school, "", "places", words, "some")
	j.release(t, fjordvik, school, "", disclosure.ItemParticipation, part, "more")
	j.release(t, fjordvik, class, "5A", "change", signal, id("a")+" wellbeing notice 2026-10 147 159 4 stands")
	j.release(t, fjordvik, class, "8B", "change", signal, id("b")+" left_out act 2026-09 149 161 10 stands")
	j.release(t, fjordvik, class, "9A", "severe", signal, id("c")+" - act 2026-11 149 157 0 stands")
	// The owner's, and never at the school, though this store gives it to all.
	j.release(t, fjordvik, school, "", "adult", signal, id("d")+" - act 2026-11 149 157 10 stands")
	j.decide(t, fjordvik, now.AddDate(0, 0, -1))
}

// more adds a signal of each other kind, and what the owner has passed on.
func (s *site) more(t testing.TB) {
	t.Helper()
	for _, l := range []struct {
		level           disclosure.Level
		unit, kind, say string
	}{
		{disclosure.LevelClass, "6A", "level", "alone notice 2026-09 149 171 4 stands"},
		{disclosure.LevelGrade, "8\x1fgirl", "group", "wellbeing act 2026-10 149 171 10 stands"},
		{disclosure.LevelClass, "10A", "silence", "- notice 2026-11 149 171 2 stands"},
		{disclosure.LevelClass, "5B", "change", "fewer_answering notice 2026-10 149 171 4 stands"},
		{disclosure.LevelSchool, "", "level", "hurt act 2026-09 149 171 10 stands"},
	} {
		id := disclosure.ReleaseID(uint32(len(s.released))) // any hash
		s.release(t, fjordvik, l.level, l.unit, l.kind, disclosure.FormSignal, id+" "+l.say)
	}
	s.decide(t, fjordvik, now)
	s.passOn(t)
}

// passOn lets the owner pass on what pupils say of adults.
func (s *site) passOn(t testing.TB) {
	t.Helper()
	for _, r := range s.released {
		signal, _ := r.Signal()
		e, ok := prompt.PassOn(signal, s.prompts(fjordvik), now, "eirin", string(access.OwnerRole))
		if !ok {
			continue
		}
		if err := s.AppendDuty(t.Context(), []duty.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
}

// promptOf returns the prompt of a class of Fjordvik.
func (s *site) promptOf(t testing.TB, class string) duty.Prompt {
	t.Helper()
	for _, p := range s.prompts(fjordvik) {
		if p.Unit.Name == class {
			return p
		}
	}
	t.Fatalf("class %s has no prompt", class)
	return duty.Prompt{}
}

func (s *site) do(t testing.TB, email, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	if s.cookies[email] == nil {
		s.cookies[email] = accesstest.SignIn(t, s.echo, s.access, email)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(s.cookies[email])
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	return w
}

// get returns a page that must be there.
func (s *site) get(t testing.TB, email, path string) *goquery.Document {
	t.Helper()
	return page(t, s.do(t, email, http.MethodGet, path, nil), http.StatusOK)
}

func page(t testing.TB, w *httptest.ResponseRecorder, status int) *goquery.Document {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// post fills in the form of a page as it stands there, and sends it.
func (s *site) post(t testing.TB, email string, doc *goquery.Document, action string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form := doc.Find(`form[action$="` + action + `"]`)
	if form.Length() != 1 {
		t.Fatalf("%d forms %s on the page", form.Length(), action)
	}
	values := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		values.Add(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	for k, v := range fields {
		values[k] = v
	}
	return s.do(t, email, http.MethodPost, form.AttrOr("action", ""), values)
}
