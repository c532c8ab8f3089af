package counts

import (
	"maps"
	"slices"
)

// Table is folded counts to look up in: any number of waves of any number of
// schools. It does not change, so it may be read by many at once.
type Table struct {
	waves map[uint32]map[string]*school // wave → school
}

type school struct {
	units map[string]*unit
}

type unit struct {
	name   Unit
	strata map[string]histograms
}

// Read makes a table of rows in any order. A row that stands twice, as after a
// repeated fold, counts once. A row with an unknown kind of unit is an error.
func Read(rows []Row) (Table, error) {
	t := Table{waves: make(map[uint32]map[string]*school)}
	for _, r := range rows {
		schools := t.waves[r.Wave]
		if schools == nil {
			schools = make(map[string]*school)
			t.waves[r.Wave] = schools
		}
		s := schools[r.School]
		if s == nil {
			s = &school{units: make(map[string]*unit)}
			schools[r.School] = s
		}
		u := s.units[r.Unit]
		if u == nil {
			name, err := ParseUnit(r.Unit)
			if err != nil {
				return Table{}, err
			}
			u = &unit{name: name, strata: make(map[string]histograms)}
			s.units[r.Unit] = u
		}
		h := u.strata[r.Stratum]
		if h == nil {
			h = make(histograms)
			u.strata[r.Stratum] = h
		}
		h.bin(r.Measure, int(r.Bin)+1)[r.Bin] = r.N
	}
	return t, nil
}

// Waves are the waves of the table, ascending.
func (t Table) Waves() []uint32 { return slices.Sorted(maps.Keys(t.waves)) }

// Schools are the schools of a wave, by key.
func (t Table) Schools(wave uint32) []string { return slices.Sorted(maps.Keys(t.waves[wave])) }

// Units are the units of a school whose answers were kept in a wave, by name.
func (t Table) Units(wave uint32, school string) []Unit {
	s := t.waves[wave][school]
	if s == nil {
		return nil
	}
	var units []Unit
	for _, name := range slices.Sorted(maps.Keys(s.units)) {
		if u := s.units[name]; u.strata[All][WorstItems] != nil {
			units = append(units, u.name)
		}
	}
	return units
}

// Hist is a histogram, or nil if it was not kept. It ends at its last bin that
// is not empty, and must not be changed.
func (t Table) Hist(wave uint32, school string, u Unit, stratum, measure string) []uint32 {
	if found := t.unit(wave, school, u); found != nil {
		return found.strata[stratum][measure]
	}
	return nil
}

// Items are the ids of the items a kept unit was asked and has a histogram of,
// sorted.
func (t Table) Items(wave uint32, school string, u Unit) []string {
	found := t.unit(wave, school, u)
	if found == nil {
		return nil
	}
	var ids []string
	for measure := range found.strata[All] {
		if id, ok := trimItem(measure); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Respondents is the number of ballots in a unit's stratum, 0 if it was not
// kept.
func (t Table) Respondents(wave uint32, school string, u Unit, stratum string) int {
	var n uint32
	for _, bin := range t.Hist(wave, school, u, stratum, WorstItems) {
		n += bin
	}
	return int(n)
}

// Roster is the size of a class at the seal of a wave, 0 if it was not there.
func (t Table) Roster(wave uint32, school, class string) int {
	return t.single(wave, school, class, Roster)
}

// Replaced is the number of codes that were printed for a class beyond its
// roster.
func (t Table) Replaced(wave uint32, school, class string) int {
	return t.single(wave, school, class, Replaced)
}

// Ballots is the number of counted ballots of a class. It is false for a class
// with a roster below ten, where it is not kept.
func (t Table) Ballots(wave uint32, school, class string) (int, bool) {
	h := t.Hist(wave, school, ClassUnit(class), All, Ballots)
	if h == nil {
		return 0, false
	}
	return int(h[0]), true
}

func (t Table) single(wave uint32, school, class, measure string) int {
	if h := t.Hist(wave, school, ClassUnit(class), All, measure); h != nil {
		return int(h[0])
	}
	return 0
}

func (t Table) unit(wave uint32, school string, u Unit) *unit {
	s := t.waves[wave][school]
	if s == nil {
		return nil
	}
	return s.units[u.String()]
}
