package disclosure

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/wave"
)

var stored = []Row{
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", School: "974700000", Level: "class", Unit: "5A", Audience: "staff", Item: "thrive", Form: "band", Value: "2/5"},
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", School: "974700000", Level: "grade", Unit: "5", Audience: "staff", Item: "hurt", Form: "words", Value: "none_or_few"},
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", School: "974700000", Level: "school", Audience: "owner", Item: "participation", Form: "participation", Value: "more"},
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", School: "974700000", Level: "school", Audience: "owner", Item: "signals", Form: "signals", Value: "1-4"},
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", Level: "owner", Audience: "owner", Item: "thrive", Form: "hidden", Reason: "protect"},
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", School: "974700000", Level: "grade", Unit: "5\x1fgirl", Audience: "staff", Item: "group", Form: "signal", Value: ReleaseID(1) + " hurt notice 2026-09 140 162 4 stands"},
	{Release: ReleaseID(140), Wave: 140, Owner: "964338531", School: "974700000", Level: "class", Unit: "5A", Audience: "staff", Item: "severe", Form: "signal", Value: ReleaseID(2) + " - act 2026-09 140 154 0 ended"},
}

func TestDecodeGivesBackRows(t *testing.T) {
	for _, row := range stored {
		line, err := Decode(row)
		if err != nil {
			t.Errorf("%+v: %v", row, err)
		} else if line.Row() != row {
			t.Errorf("%+v came back as %+v", row, line.Row())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for _, l := range run(t, year(t, 4)) {
			if back, err := Decode(l.Row()); err != nil || back != l {
				t.Fatalf("%+v came back as %+v, %v", l, back, err)
			}
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	for why, spoil := range map[string]func(*Row){
		"a release that is no hash":          func(r *Row) { r.Release = "140" },
		"no owner":                           func(r *Row) { r.Owner = "" },
		"an unknown audience":                func(r *Row) { r.Audience = "everyone" },
		"an unknown level":                   func(r *Row) { r.Level = "pupil" },
		"a class without a name":             func(r *Row) { r.Unit = "" },
		"a school with a name":               func(r *Row) { r.Level = "school" },
		"an owner with a school":             func(r *Row) { r.Level = "owner" },
		"a group that is no signal":          func(r *Row) { r.Level, r.Unit = "grade", "5\x1fgirl" },
		"an item that is no identifier":      func(r *Row) { r.Item = "how are you?" },
		"an unknown form":                    func(r *Row) { r.Form = "mean" },
		"a value beside a reason":            func(r *Row) { r.Reason = ReasonProtect },
		"a hidden line with a value":         func(r *Row) { r.Form, r.Reason = "hidden", ReasonProtect },
		"an unknown reason":                  func(r *Row) { r.Form, r.Value, r.Reason = "hidden", "", "minimum" },
		"an exact share":                     func(r *Row) { r.Value = "exactly 2 of 5" },
		"seven bands":                        func(r *Row) { r.Value = "2/7" },
		"a band beyond the last":             func(r *Row) { r.Value = "5/5" },
		"a band written otherwise":           func(r *Row) { r.Value = "+2/5" },
		"bands from one to itself":           func(r *Row) { r.Value = "2-2/5" },
		"bands turned round":                 func(r *Row) { r.Value = "3-2/5" },
		"bands beyond the last":              func(r *Row) { r.Value = "2-5/5" },
		"an unknown word":                    func(r *Row) { r.Form, r.Value = "words", "three" },
		"participation under another item":   func(r *Row) { r.Form, r.Value = "participation", "more" },
		"a number of signals":                func(r *Row) { r.Item, r.Form, r.Value = "signals", "signals", "3" },
		"a signal of an unknown kind":        func(r *Row) { *r = stored[5]; r.Item = "hurt" },
		"a group of a class":                 func(r *Row) { *r = stored[5]; r.Level = "class" },
		"a signal with an unknown theme":     func(r *Row) { *r = stored[5]; r.Value = ReleaseID(1) + " Ola notice 2026-09 140 162 4 stands" },
		"a signal with a day":                func(r *Row) { *r = stored[5]; r.Value = ReleaseID(1) + " hurt notice 2026-09-07 140 162 4 stands" },
		"a signal that ends before it began": func(r *Row) { *r = stored[5]; r.Value = ReleaseID(1) + " hurt notice 2026-09 140 139 4 stands" },
	} {
		row := stored[0]
		spoil(&row)
		if _, err := Decode(row); err == nil {
			t.Errorf("%s was read: %+v", why, row)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range stored {
		f.Add(r.Release, r.Wave, r.Owner, r.School, r.Level, r.Unit, r.Audience, r.Item, r.Form, r.Value, r.Reason)
	}
	f.Fuzz(func(t *testing.T, release string, wave uint32, owner, school, level, unit, audience, item, form, value, reason string) {
		row := Row{release, wave, owner, school, level, unit, audience, item, form, value, reason}
		line, err := Decode(row)
		if err != nil {
			return
		}
		if line.Row() != row {
			t.Fatalf("%+v came back as %+v", row, line.Row())
		}
		if s, ok := line.Signal(); ok != (line.Form() == FormSignal) || ok && formatSignal(s) != value {
			t.Fatalf("signal %q reads as %+v", value, s)
		}
		if from, to, of, ok := line.Band(); ok != (line.Form() == FormBand) || ok && (from < 0 || to <= from || to > of) {
			t.Fatalf("band %q reads as %d to %d of %d", value, from, to, of)
		}
		if n := len(Current([]Released{line}, line.Audience())); n > 1 {
			t.Fatalf("one line became %d", n)
		}
	})
}

func TestCurrentIsTheLatest(t *testing.T) {
	line := func(row Row, wave uint32, value string) Released {
		row.Release, row.Wave, row.Value = ReleaseID(wave), wave, value
		l, err := Decode(row)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	signal := func(wave uint32, state string) Released {
		return line(stored[6], wave, ReleaseID(2)+" - act 2026-09 140 154 0 "+state)
	}
	lines := []Released{
		line(stored[0], 142, "1/5"), line(stored[0], 140, "2/5"), // not in order
		line(stored[1], 140, "some"),
		line(stored[2], 140, "more"), // the owner's
		signal(140, "stands"), signal(142, "stands"),
	}
	want := []Released{lines[0], lines[2], lines[5]}
	if got := Current(lines, Staff); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Current(lines, Owner); !slices.Equal(got, lines[3:4]) {
		t.Errorf("for the owner: got %+v", got)
	}
	ended := append(slices.Clone(lines), signal(144, "ended"))
	if got := Current(ended, Staff); !slices.Equal(got, []Released{lines[0], lines[2]}) {
		t.Errorf("after the end: got %+v", got)
	}
	if got := Current(nil, Staff); got != nil {
		t.Errorf("of nothing: got %+v", got)
	}
}

func TestWavesAreThoseOfPackageWave(t *testing.T) {
	if got := monday(0); !got.Equal(wave.Epoch) {
		t.Errorf("wave 0 is %v here and %v there", got, wave.Epoch)
	}
	for w := range uint32(600) {
		if got, want := schoolYear(w), wave.Number(w).SchoolYear(); got != want {
			t.Errorf("wave %d lies in school year %d here and %d there", w, got, want)
		}
	}
}
