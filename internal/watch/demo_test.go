package watch

import (
	"encoding/binary"
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/demo"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
)

// The three classes in which something is wrong are found in the demo with an
// owner's default settings, and the rest alarm about as often as promised.
func TestDemoIsFound(t *testing.T) {
	owner := demo.Owner()
	world := demo.NewWorld(owner, embedded(t))
	type class struct{ school, name string }
	wrong := map[class]bool{
		{roster.SimulatedOrg(101), "9B"}: false, // sliding
		{roster.SimulatedOrg(101), "8C"}: false, // an incident
		{roster.SimulatedOrg(103), "6A"}: false, // a minority
	}
	var past past
	var told []disclosure.Signal
	others := map[disclosure.Kind]int{}
	for ordinal := range demo.Waves {
		n := weekOf(owner, ordinal)
		classes := asked(t, owner, ordinal, 1)
		past.add(t, n, classes, fold(t, n, classes, world))
		found, err := Find(past.round(owner, n, told))
		if err != nil {
			t.Fatal(err)
		}
		raised := make(map[disclosure.Unit]uint32)
		for _, s := range told {
			raised[s.Unit] = max(raised[s.Unit], s.Raised)
		}
		for _, c := range found {
			at, standing := raised[c.Unit]
			standing = standing && n-at < uint32(12*owner.Rhythm)
			key := class{c.Unit.School, c.Unit.Name}
			_, one := wrong[key]
			t.Logf("wave %d: school %s, %s %s %s, %s %s %s, since %d, rise %t", ordinal, c.Unit.School, c.Unit.Level, c.Unit.Name, c.Unit.Group, c.Kind, c.Theme, c.Tier, c.Start-weekOf(owner, 0), standing)
			switch {
			case one:
				wrong[key] = true
			case !standing:
				others[c.Kind]++
			}
			if !standing {
				at = n
			}
			told = append(told, disclosure.Signal{Unit: c.Unit, Kind: c.Kind, Tier: c.Tier, Raised: at})
		}
	}
	for c, found := range wrong {
		if !found {
			t.Errorf("class %s of school %s was not found", c.name, c.school)
		}
	}
	classes := 0
	for _, s := range owner.Schools {
		classes += len(s.Classes)
	}
	years := float64(classes*demo.Waves*owner.Rhythm) / 38
	for kind, n := range others {
		if promised := owner.Rate * years; float64(n) > 2*promised {
			t.Errorf("%d alarms of %s where nothing is wrong, about %.0f were promised", n, kind, promised)
		}
	}
}

// weekOf is the wave of the ordinal, from 24 August 2026 on.
func weekOf(owner roster.Owner, ordinal int) uint32 { return uint32(138 + ordinal*owner.Rhythm) }

// fold counts the world's next wave.
func fold(t testing.TB, n uint32, classes []counts.Class, world *demo.World) []counts.Row {
	t.Helper()
	folded, err := counts.Fold(n, classes, func(add func(counts.Ballot) error) error {
		for i, sheet := range world.Next() {
			b := counts.Ballot{School: sheet.School, Class: sheet.Class}
			binary.BigEndian.PutUint64(b.Nullifier[:], uint64(i))
			for item, option := range sheet.Options {
				b.Items = append(b.Items, item)
				b.Options = append(b.Options, uint8(option))
			}
			if err := add(b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folded.Rows
}
