package app

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/folgmed/folgmed/analytics/simulate"
	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/wave"
)

var overviewClasses = flag.Int("overview-classes", 0, "classes of the country behind BenchmarkOverview; 0 is all 30,000")

// The country behind the overview: a school year of releases up to April, what
// the schools wrote, and everyone who works in a class.
const (
	overviewPrincipals = 20 // who read, each at a school of their own
	overviewReads      = 10 // of each page by each
	promptsOfSchool    = 12
)

// BenchmarkOverview prints how long a principal waits for the pages that are
// opened most, in a server with a whole country behind it: one reader at a time,
// each at a school of their own in turn. It asserts nothing.
func BenchmarkOverview(b *testing.B) {
	in := newInstallation(b)
	a, _ := in.start(b)
	at := time.Date(2027, 4, 14, 7, 0, 0, 0, time.UTC)
	must(b, a.SetClock(b.Context(), control.Clock{Set: at}))
	began := time.Now()
	schools, classes := country(b, in, a, at)
	b.Logf("%d schools, %d classes, filled in %s", len(schools), classes, time.Since(began).Round(time.Second))

	var readers []*browser
	for i := range overviewPrincipals {
		readers = append(readers, signIn(b, a, emailOf(schools[i*len(schools)/overviewPrincipals])))
	}
	for b.Loop() {
		for _, path := range []string{"/staff", "/staff/classes", "/staff/groups"} {
			var took []time.Duration
			for range overviewReads {
				for _, r := range readers {
					began := time.Now()
					res, err := r.http.Get(r.base + path)
					must(b, err)
					_, err = io.Copy(io.Discard, res.Body)
					must(b, err)
					_ = res.Body.Close()
					if res.StatusCode != http.StatusOK {
						b.Fatalf("%s: %s", path, res.Status)
					}
					took = append(took, time.Since(began))
				}
			}
			slices.Sort(took)
			p50, p99 := took[len(took)/2], took[len(took)*99/100]
			b.Logf("%-16s p50 %.1f ms, p99 %.1f ms, worst %.1f ms", path, ms(p50), ms(p99), ms(took[len(took)-1]))
			if path == "/staff" {
				b.ReportMetric(ms(p50), "p50-ms")
				b.ReportMetric(ms(p99), "p99-ms")
			}
		}
	}
}

func emailOf(school string) string { return "rektor@" + school + ".example" }

// country fills a server with the schools of analytics/simulate.
func country(b *testing.B, in installation, a *App, at time.Time) (schools []string, classes int) {
	b.Helper()
	var known roster.Roster
	place := map[int]int{}
	for i, s := range simulate.Country(simulate.CountryConfig{Seed: 7, Classes: *overviewClasses}).Schools {
		o, ok := place[s.Owner]
		if !ok {
			o = len(known.Owners)
			place[s.Owner] = o
			known.Owners = append(known.Owners, roster.Owner{Org: roster.SimulatedOrg(1 + s.Owner), Name: fmt.Sprint("Eier ", s.Owner), Rhythm: 2, Rate: .25})
		}
		school := roster.School{Org: roster.SimulatedOrg(10_000 + i), Name: fmt.Sprint("Skole ", i), Written: "nb"}
		for k, c := range s.Classes {
			school.Classes = append(school.Classes, roster.Class{Name: fmt.Sprint(c.Grade, "-", k), Grades: []int{c.Grade}, Size: c.Size})
			classes++
		}
		known.Owners[o].Schools = append(known.Owners[o].Schools, school)
		schools = append(schools, school.Org)
	}
	must(b, a.SaveRoster(b.Context(), known))

	var waves []wave.Number
	calendar := wave.NewCalendar(known.Owners[0])
	for n := wave.FirstOf(2026); n < wave.NumberOf(at); n++ {
		if planned, _ := calendar.Planned(n); planned {
			waves = append(waves, n)
		}
	}
	var rows []disclosure.Row
	var events []duty.Event
	var people bytes.Buffer
	for _, o := range known.Owners {
		for _, s := range o.Schools {
			rows = append(rows, yearOf(o.Org, s, waves)...)
			events = append(events, writtenAt(o.Org, s, at)...)
			hire(b, &people, o.Org, s)
		}
		if len(rows) > 100_000 {
			must(b, a.parts[config.Job].SaveRelease(b.Context(), rows))
			rows = rows[:0]
		}
	}
	must(b, a.parts[config.Job].SaveRelease(b.Context(), rows))
	must(b, a.parts[config.Staff].AppendDuty(b.Context(), events))
	insert := in.db.URL + "/?" + url.Values{
		"database": {in.db.Database}, "query": {"INSERT INTO access_event FORMAT JSONEachRow"},
		"user": {store.RoleStaff.User(in.db.Database)}, "password": {storetest.Password(b, in.db, store.RoleStaff)},
	}.Encode()
	res, err := http.Post(insert, "application/json", &people)
	must(b, err)
	said, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b.Fatalf("insert people: %s %s", res.Status, said)
	}
	return schools, classes
}

// yearOf is what is released of a school in a year: of itself after each wave, of
// its classes and grades after each block, and its signals.
func yearOf(owner string, s roster.School, waves []wave.Number) []disclosure.Row {
	var rows []disclosure.Row
	items := []string{"thrive", "safe", "company", "care", "adult", "left_out", "hurt", "digital", "dread", "adults_act"}
	figures := func(n wave.Number, level disclosure.Level, unit, band string) {
		row := disclosure.Row{
			Release: disclosure.ReleaseID(uint32(n)), Wave: uint32(n), Owner: owner, School: s.Org, Level: string(level), Unit: unit,
			Audience: string(disclosure.Staff), Form: string(disclosure.FormBand), Value: band,
		}
		for _, item := range items {
			row.Item = item
			rows = append(rows, row)
		}
		row.Item, row.Form, row.Value = disclosure.ItemParticipation, string(disclosure.FormParticipation), disclosure.MoreThanFourFifths
		rows = append(rows, row)
	}
	for k, n := range waves {
		figures(n, disclosure.LevelSchool, "", "3/20")
		if (k+1)%disclosure.BlockWaves(2) == 0 {
			grades := map[int]bool{}
			for _, c := range s.Classes {
				figures(n, disclosure.LevelClass, c.Name, "1/5")
				if g := c.Grades[0]; !grades[g] {
					grades[g] = true
					figures(n, disclosure.LevelGrade, strconv.Itoa(g), "2/10")
				}
			}
		}
		for i := range min(4, len(s.Classes)) {
			raised := max(n, waves[0]+12) - 12
			rows = append(rows, disclosure.Row{
				Release: disclosure.ReleaseID(uint32(n)), Wave: uint32(n), Owner: owner, School: s.Org, Level: string(disclosure.LevelClass),
				Unit: s.Classes[i].Name, Audience: string(disclosure.Staff), Item: string(disclosure.KindChange), Form: string(disclosure.FormSignal),
				Value: fmt.Sprintf("%s wellbeing notice 2026-10 %d %d 4 stands", disclosure.ReleaseID(uint32(1000*i)+uint32(raised)/24), raised, raised+48),
			})
		}
	}
	return rows
}

// writtenAt is what a school wrote in a year: prompts, of which some are open,
// and a case with a plan.
func writtenAt(owner string, s roster.School, at time.Time) []duty.Event {
	var events []duty.Event
	for i := range promptsOfSchool {
		opened := at.AddDate(0, 0, -14*i-1)
		subject := duty.PromptSubject(fmt.Sprintf("%s%020d", s.Org, i))
		add := func(version int, step duty.Step, body duty.Body) {
			events = append(events, duty.Event{
				ID: fmt.Sprintf("%s-%d-%d-%s", s.Org, i, version, step), Subject: subject, Owner: owner, School: s.Org, Version: version,
				Step: step, At: opened.Add(time.Duration(version) * time.Hour), By: "kari", Role: string(access.Principal), Body: body,
			})
		}
		add(0, duty.Opened, duty.Body{
			Signals: []string{disclosure.ReleaseID(uint32(i))}, Level: string(disclosure.LevelClass), Unit: s.Classes[i%len(s.Classes)].Name,
			Kind: string(disclosure.KindChange), Tier: string(disclosure.Notice), Since: "2026-10", OneIn: 4,
		})
		add(1, duty.Observed, duty.Body{Fields: duty.Fields{duty.FieldText: {"Rolig ute, men noen går alene inn."}}})
		if i > 2 {
			add(2, duty.Concluded, duty.Body{Fields: duty.Fields{duty.FieldConclusion: {duty.NoConcern}, duty.FieldReason: {"Vi har snakket med klassen."}}})
		}
	}
	return events
}

// hire adds a principal and one teacher for each class to the journal's rows.
func hire(b *testing.B, rows *bytes.Buffer, owner string, s roster.School) {
	b.Helper()
	add := func(p access.Person) {
		p.ID, p.Owner, p.Schools = p.Email, owner, []string{s.Org}
		body, err := json.Marshal(p)
		must(b, err)
		row, err := json.Marshal(map[string]string{
			"id": p.ID, "at": "2026-08-01 08:00:00.000", "by": "", "step": "person_added", "person": p.ID, "body": string(body),
		})
		must(b, err)
		rows.Write(append(row, '\n'))
	}
	add(access.Person{Email: emailOf(s.Org), Name: "Rektor " + s.Name, Role: access.Principal})
	for i, c := range s.Classes {
		add(access.Person{Email: fmt.Sprintf("laerer%d@%s.example", i, s.Org), Name: fmt.Sprint("Lærer ", i), Role: access.Teacher, Classes: []string{s.Org + "/" + c.Name}})
	}
}
