package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/wave"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var at = time.Date(2026, 11, 23, 8, 0, 0, 123e6, time.UTC)

// row makes a ballot whose nullifier begins with n.
func row(wave uint32, n int, options ...uint8) collect.Row {
	return collect.Row{
		Nullifier: nullifier(n),
		Sheet: answer.Sheet{
			School: "974700000", Class: "5A", Wave: wave, Attempt: 1,
			Items: []string{"c1", "c2"}, Options: options,
		},
	}
}

func nullifier(n int) (id ballot.Nullifier) {
	id[0], id[1], id[2], id[31] = byte(n>>16), byte(n>>8), byte(n), 0xff
	return id
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// equal compares what was read with what was written.
func equal[T any](t *testing.T, got T, err error, want T) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInstallation(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	must(t, s.SetInstallation(ctx, "rehearsal", "no", at))
	must(t, s.SetInstallation(ctx, "rehearsal", "yes", at.Add(time.Second)))
	must(t, s.SetInstallation(ctx, "tab\tand 'quote'", "line\nend\\", at))
	// What was set last is in force: of two in one moment too, and of a clock
	// that was set back.
	for _, value := range []string{"c", "a", "b"} {
		must(t, s.SetInstallation(ctx, "moment", value, at))
	}
	must(t, s.SetInstallation(ctx, "set back", "before", at.Add(time.Hour)))
	must(t, s.SetInstallation(ctx, "set back", "after", at))
	got, err := s.Installation(ctx)
	equal(t, got, err, map[string]string{
		"rehearsal": "yes", "tab\tand 'quote'": "line\nend\\", "moment": "b", "set back": "after",
	})
}

func TestRosterTakesLatestOfEachOwner(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	older := roster.Owner{Org: "964338531", Name: "Gammel", Rhythm: 2}
	newer := roster.Owner{Org: "964338531", Name: "Ny", Rhythm: 1, Schools: []roster.School{{Org: "974700000", Name: "Åsen skule", Written: "nn", Classes: []roster.Class{{Name: "5A", Grades: []int{5}, Size: 24}}}}}
	other := roster.Owner{Org: "864338532", Name: "Annen"}
	must(t, s.SaveRoster(ctx, roster.Version{ID: "b", Owner: newer, At: at.Add(time.Hour), By: "p"}))
	must(t, s.SaveRoster(ctx, roster.Version{ID: "a", Owner: older, At: at, By: "p"}))
	must(t, s.SaveRoster(ctx, roster.Version{ID: "c", Owner: other, At: at, By: "p"}))
	weekly := roster.RhythmChoice{ID: "w", Owner: newer.Org, Weeks: 1, From: 2027, At: at}
	monthly := roster.RhythmChoice{ID: "m", Owner: newer.Org, Weeks: 4, From: 2027, At: at.Add(time.Second)}
	for _, c := range []roster.RhythmChoice{monthly, weekly, weekly} {
		c.By = "p" // whom the roster does not tell
		must(t, s.AppendRhythmChoice(ctx, c))
	}
	newer.RhythmChoices = []roster.RhythmChoice{weekly, monthly}
	for range 2 { // the second time from memory
		got, err := s.Roster(ctx)
		equal(t, got, err, roster.Roster{Owners: []roster.Owner{other, newer}})
	}
}

func TestWaves(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	opened := wave.Event{ID: "1", Wave: 150, Owner: "964338531", Step: wave.Opened, At: at, Closes: at.Add(time.Hour)}
	closed := wave.Event{ID: "2", Wave: 150, Step: wave.Closed, At: at}
	sealed := wave.Event{ID: "3", Wave: 150, Step: wave.Sealed, At: at}
	next := wave.Event{ID: "4", Wave: 151, Owner: "964338531", Step: wave.Opened, At: at, Closes: at}
	for _, e := range []wave.Event{sealed, opened, closed, next, opened} {
		must(t, s.AppendWaveEvent(ctx, e, 0))
	}
	events, err := s.WaveEvents(ctx)
	equal(t, events, err, []wave.Event{opened, closed, sealed, next})
	stands, err := s.WaveStands(ctx, []uint32{150, 151, 152})
	equal(t, stands, err, map[uint32]wave.Stand{150: {Step: wave.Sealed}})
	none, err := s.WaveStands(ctx, nil)
	equal(t, none, err, map[uint32]wave.Stand{})
}

// An attempt is voided while its wave is open, by whoever comes first, and by
// nobody once the journal has closed or sealed it.
func TestVoids(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	ask := wave.Ask{School: "974700000", Class: "5A", Wave: 150}
	first := wave.NewVoid(ask, wave.Prank, "kari", at)
	must(t, s.Void(ctx, first))
	must(t, s.Void(ctx, wave.NewVoid(ask, wave.Disturbed, "siv", at.Add(time.Second))))
	for n, step := range map[wave.Number]wave.Step{151: wave.Closed, 152: wave.Sealed} {
		must(t, s.AppendWaveEvent(ctx, wave.NewEvent(n, step, at), 0))
		late := ask
		late.Wave = n
		must(t, s.Void(ctx, wave.NewVoid(late, wave.Prank, "kari", at)))
	}
	events, err := s.Voids(ctx)
	equal(t, events, err, []wave.Event{{Wave: 150, School: "974700000", Class: "5A", Step: wave.Voided}})
	voids, err := s.VoidsOf(ctx, "974700000")
	equal(t, voids, err, []wave.Void{first})
	none, err := s.VoidsOf(ctx, "974700001")
	equal(t, none, err, nil)
	stands, err := s.WaveStands(ctx, []uint32{150, 151})
	equal(t, stands, err, map[uint32]wave.Stand{
		150: {Voided: map[[2]string]bool{{"974700000", "5A"}: true}}, 151: {Step: wave.Closed},
	})
}

// A pause stands, is taken back and said again; of what is said of one wave the
// latest holds, and nothing is once the wave was opened for the owner.
func TestPauses(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	pause := wave.Pause{ID: "1", Wave: 150, Owner: "123456785", School: "974700000", Class: "5A", Stands: true, At: at, By: "kari"}
	say := func(id string, seconds int, stands bool) wave.Pause {
		p := pause
		p.ID, p.At, p.Stands = id, at.Add(time.Duration(seconds)*time.Second), stands
		must(t, s.Pause(ctx, p))
		return p
	}
	say("1", 0, true)
	say("2", 1, false)
	back, err := s.PausesOf(ctx, "974700000")
	equal(t, back, err, nil)
	again := say("3", 2, true)
	whole := wave.Pause{ID: "4", Wave: 151, Owner: "123456785", School: "974700000", Stands: true, At: at, By: "kari"}
	must(t, s.Pause(ctx, whole))
	must(t, s.AppendWaveEvent(ctx, wave.Event{ID: "o", Wave: 150, Owner: "123456785", Step: wave.Opened, At: at, Closes: at}, 0))
	say("5", 3, false)
	stand, err := s.PausesOf(ctx, "974700000")
	equal(t, stand, err, []wave.Pause{again, whole})
	events, err := s.Pauses(ctx)
	equal(t, events, err, []wave.Event{
		{Wave: 150, School: "974700000", Class: "5A", Step: wave.Paused}, {Wave: 151, School: "974700000", Step: wave.Paused},
	})
}

func TestCodes(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	var codes []ballot.StoredCode
	for i := range 5 {
		codes = append(codes, ballot.StoredCode{MAC: ballot.CodeMAC(nullifier(i)), Wave: 150, School: "974700000", Class: fmt.Sprintf("5%c", 'A'+i%2), Attempt: 1})
	}
	must(t, s.AddCodes(ctx, codes))
	must(t, s.AddCodes(ctx, codes)) // a repeat adds none
	again := codes[0]
	again.Attempt, again.MAC[31] = 2, 1
	must(t, s.AddCodes(ctx, []ballot.StoredCode{again}))
	counted, err := s.CodeCount(ctx, 150)
	equal(t, counted, err, map[ballot.Attempt]int{{School: "974700000", Class: "5A", Number: 1}: 3, {School: "974700000", Class: "5A", Number: 2}: 1, {School: "974700000", Class: "5B", Number: 1}: 2})

	got, err := s.Codes(ctx, []ballot.CodeMAC{{9}, codes[3].MAC})
	equal(t, got, err, codes[3:4])

	use := ballot.CodeUse{Wave: 150, MAC: codes[0].MAC, Blinded: [32]byte{1}}
	racer := ballot.CodeUse{Wave: 150, MAC: codes[0].MAC, Blinded: [32]byte{2}}
	must(t, s.UseCodes(ctx, []ballot.CodeUse{use, racer}))
	must(t, s.UseCodes(ctx, []ballot.CodeUse{use}))
	uses, err := s.CodeUses(ctx, 150, []ballot.CodeMAC{codes[0].MAC, codes[1].MAC})
	equal(t, uses, err, []ballot.CodeUse{use, racer})
	otherWave, err := s.CodeUses(ctx, 151, []ballot.CodeMAC{codes[0].MAC})
	equal(t, otherWave, err, nil)

	ends := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	opened := ballot.SessionEvent{
		ID: "a", Wave: 150, School: "974700000", Class: "5A", Attempt: 1, Session: ballot.CodeMAC{7}, Version: 1,
		Step: "opened", Places: 20, Code: ballot.CodeMAC{8}, Ends: ends, WholeClass: true,
	}
	added := opened
	added.ID, added.Version, added.Step, added.Places, added.Code = "b", 2, "places_added", 1, ballot.CodeMAC{}
	added.WholeClass = false
	for _, e := range []ballot.SessionEvent{added, opened, added} { // twice is once
		must(t, s.AppendSession(ctx, e))
	}
	for _, named := range [][2][]ballot.CodeMAC{{{opened.Session}, nil}, {nil, {opened.Code}}} {
		events, err := s.Sessions(ctx, named[0], named[1])
		equal(t, events, err, []ballot.SessionEvent{opened, added})
	}
	events, err := s.Sessions(ctx, []ballot.CodeMAC{{8}}, []ballot.CodeMAC{{7}, {}})
	equal(t, events, err, nil)
	counted, err = s.CodeCount(ctx, 150)
	equal(t, counted, err, map[ballot.Attempt]int{{School: "974700000", Class: "5A", Number: 1}: 24, {School: "974700000", Class: "5A", Number: 2}: 1, {School: "974700000", Class: "5B", Number: 1}: 2})

	// More codes than one query asks for.
	macs := make([]ballot.CodeMAC, 2500)
	many := make([]ballot.CodeUse, len(macs))
	for i := range macs {
		macs[i] = ballot.CodeMAC(nullifier(1000 + i))
		many[i] = ballot.CodeUse{Wave: 150, MAC: macs[i]}
	}
	must(t, s.UseCodes(ctx, many))
	uses, err = s.CodeUses(ctx, 150, macs)
	equal(t, len(uses), err, len(macs))
}

// sealed reads what a fold would read.
func sealed(t *testing.T, s *store.Store, wave uint32) []counts.Ballot {
	t.Helper()
	var all []counts.Ballot
	must(t, s.SealedAnswers(t.Context(), wave, func(b counts.Ballot) error {
		all = append(all, b)
		return nil
	}))
	return all
}

func TestSeal(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	must(t, s.InsertAnswers(ctx, []collect.Row{row(150, 2, 3, 1), row(150, 1, 5, 0), row(151, 9, 1, 1)}))
	must(t, s.InsertAnswers(ctx, []collect.Row{row(150, 1, 4, 4)})) // two collectors raced
	open := make(map[ballot.Nullifier]uint32)
	must(t, s.OpenNullifiers(ctx, []uint32{150, 151}, func(wave uint32, n ballot.Nullifier) error {
		open[n] = wave
		return nil
	}))
	equal(t, open, nil, map[ballot.Nullifier]uint32{nullifier(1): 150, nullifier(2): 150, nullifier(9): 151})
	must(t, s.Compact(ctx, 150))

	must(t, s.MoveAnswers(ctx, 150))
	want := []counts.Ballot{
		{Nullifier: nullifier(1), School: "974700000", Class: "5A", Attempt: 1, Items: []string{"c1", "c2"}, Options: []uint8{4, 4}},
		{Nullifier: nullifier(2), School: "974700000", Class: "5A", Attempt: 1, Items: []string{"c1", "c2"}, Options: []uint8{3, 1}},
	}
	equal(t, sealed(t, s, 150), nil, want)
	must(t, s.MoveAnswers(ctx, 150))
	equal(t, sealed(t, s, 150), nil, want)

	// A late row stays outside what is folded.
	must(t, s.InsertAnswers(ctx, []collect.Row{row(150, 3, 1, 1)}))
	equal(t, sealed(t, s, 150), nil, want)

	counted := []ballot.Nullifier{nullifier(1), nullifier(2)}
	must(t, s.SaveNullifiers(ctx, 150, counted))
	must(t, s.SaveNullifiers(ctx, 150, counted))
	must(t, s.AddCodes(ctx, []ballot.StoredCode{{Wave: 150, School: "974700000", Class: "5A"}}))
	must(t, s.UseCodes(ctx, []ballot.CodeUse{{Wave: 150}}))
	for range 2 {
		must(t, s.DropWave(ctx, 150))
		equal(t, sealed(t, s, 150), nil, nil)
	}
	codes, err := s.Codes(ctx, []ballot.CodeMAC{{}})
	equal(t, codes, err, nil)
	uses, err := s.CodeUses(ctx, 150, []ballot.CodeMAC{{}})
	equal(t, uses, err, nil)
	for n, want := range map[int]bool{1: true, 2: true, 3: false, 9: false} {
		got, err := s.SealedNullifier(ctx, nullifier(n))
		equal(t, got, err, want)
	}
	left := 0
	must(t, s.OpenNullifiers(ctx, []uint32{150, 151}, func(uint32, ballot.Nullifier) error { left++; return nil }))
	equal(t, left, nil, 1)

	must(t, s.DropNullifiers(ctx, 150))
	kept, err := s.SealedNullifier(ctx, nullifier(1))
	equal(t, kept, err, true)
	must(t, s.DropNullifiers(ctx, 151))
	must(t, s.DropNullifiers(ctx, 151))
	kept, err = s.SealedNullifier(ctx, nullifier(1))
	equal(t, kept, err, false)
}

func TestCounts(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	rows := []counts.Row{
		{Wave: 150, Owner: "964338531", School: "974700000", Unit: "class:5A", Measure: "item:c1", Bin: 1, N: 7},
		{Wave: 150, Owner: "964338531", School: "974700000", Unit: "class:5A", Stratum: "girl", Measure: "score", Bin: 20, N: 5},
		{Wave: 151, Owner: "964338531", School: "974700000", Unit: "class:5A", Measure: "item:c1", Bin: 1, N: 7},
	}
	elsewhere := counts.Row{Wave: 150, Owner: "864338532", School: "974700001", Unit: "rest", Measure: "score", N: 6}
	for range 2 {
		must(t, s.SaveCounts(ctx, append([]counts.Row{elsewhere}, rows...), 0))
	}
	got, err := s.Counts(ctx, "964338531", 150, 151)
	equal(t, got, err, rows)
	got, err = s.Counts(ctx, "964338531", 151, 200)
	equal(t, got, err, rows[2:])
}

func TestReleases(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	staff := disclosure.Row{
		Release: "000102030405060708090a0b0c0d0e0f", Wave: 150, Owner: "964338531", School: "974700000", Level: string(disclosure.LevelClass), Unit: "5A",
		Audience: string(disclosure.Staff), Item: "c1", Form: string(disclosure.FormWords), Value: "some",
	}
	owner := staff
	owner.Audience = string(disclosure.Owner)
	other := staff
	other.School = "974700001"
	for range 2 {
		must(t, s.SaveRelease(ctx, []disclosure.Row{staff, owner, other}))
	}
	rows := func(lines []disclosure.Released, err error) []disclosure.Row {
		t.Helper()
		must(t, err)
		var all []disclosure.Row
		for _, line := range lines {
			all = append(all, line.Row())
		}
		return all
	}
	equal(t, rows(s.ReleasedFor(ctx, "974700000")), nil, []disclosure.Row{staff})
	equal(t, rows(s.ReleasedForOwner(ctx, "964338531")), nil, []disclosure.Row{owner, staff, other})
	equal(t, rows(s.ReleasedForOwner(ctx, "864338532")), nil, nil)
}

func TestJournals(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()

	opened := duty.Event{ID: "x", Subject: "prompt:1", Owner: "964338531", School: "974700000", Version: 0, Step: duty.Opened, At: at, By: "folgmed", Body: duty.Body{Signals: []string{"s1"}, Kind: "change"}}
	observed := duty.Event{ID: "a", Subject: "prompt:1", Owner: "964338531", School: "974700000", Version: 1, Step: duty.Observed, At: at, By: "p1", Role: "principal", Body: duty.Body{Fields: duty.Fields{duty.FieldText: {"Vi så «dem» alene\ti friminuttet.\n"}}}}
	sibling := observed
	sibling.ID, sibling.Body.Reason = "b", "noe annet"
	elsewhere := opened
	elsewhere.ID, elsewhere.School = "y", "974700001"
	// An id is its subject's: no event can take the place of another's.
	other := duty.Event{ID: "x", Subject: "case:1", Owner: "964338531", School: "974700000", Step: duty.Opened, At: at, By: "p1", Body: duty.Body{Fields: duty.Fields{duty.FieldHeard: {"parents", "nurse"}}}}
	must(t, s.AppendDuty(ctx, []duty.Event{sibling, observed, opened, elsewhere, other}))
	again := observed
	again.At = at.Add(time.Minute) // the retry of a request whose answer got lost
	must(t, s.AppendDuty(ctx, []duty.Event{again}))
	must(t, s.AppendDuty(ctx, nil))
	events, err := s.DutyEvents(ctx, "974700000")
	equal(t, events, err, []duty.Event{other, opened, observed, sibling})
	events, err = s.DutyEventsOfOwner(ctx, "964338531")
	equal(t, events, err, []duty.Event{other, opened, observed, sibling, elsewhere})

	added := access.Event{ID: "1", At: at, By: "cli", Step: "person_added", Person: "p1", Body: `{"name":"Åse"}`}
	removed := access.Event{ID: "0", At: at.Add(time.Second), By: "cli", Step: "person_removed", Person: "p1"}
	for _, e := range []access.Event{removed, added, added} {
		must(t, s.AppendAccess(ctx, e))
	}
	changes, err := s.AccessEvents(ctx, time.Time{})
	equal(t, changes, err, []access.Event{added, added, removed})
	changes, err = s.AccessEvents(ctx, added.At)
	equal(t, changes, err, []access.Event{removed})
	count, err := s.AccessCount(ctx, added.At)
	equal(t, count, err, 2)
	changes, err = s.AccessEventsOf(ctx, "p1")
	equal(t, changes, err, []access.Event{added, removed})
	changes, err = s.AccessEventsOf(ctx, "p2")
	equal(t, changes, err, nil)

	choice := roster.RateChoice{ID: "1", Owner: "964338531", Rate: .1, From: "2027-01-01", At: at, By: "p1"}
	later := roster.RateChoice{ID: "0", Owner: "964338531", Rate: .5, From: "2027-08-01", At: at.Add(time.Second), By: "p1"}
	for _, c := range []roster.RateChoice{later, choice, choice} {
		must(t, s.AppendRateChoice(ctx, c))
	}
	choices, err := s.RateChoices(ctx)
	equal(t, choices, err, []roster.RateChoice{choice, later})

	line := audit.Entry{ID: "1", At: at, Person: "p1", School: "974700000", Action: "read_overview", About: "r150"}
	must(t, s.AppendAudit(ctx, line))
	must(t, s.AppendAudit(ctx, line))
	lines, err := s.AuditOf(ctx, "p1")
	equal(t, lines, err, []audit.Entry{line})
	lines, err = s.AuditOf(ctx, "p2")
	equal(t, lines, err, nil)
}
