package simulate

// Row is one class in one wave: the statistics that detectors of this kind are
// compared on, and the histograms that they come from. Class, school and week
// are counted from 1.
type Row struct {
	Class, School int
	Week          int
	Roster        int
	N             int     // respondents
	Y             int     // with a composite of 3.0 or less
	B             int     // with one of the two worst answers to the first item marked Single
	VLow          int     // with a composite of 2.2 or less
	Mean          float64 // of the composites; 0 without any
	SS            float64 // sum of squares of the composites about Mean
	NG, YG        [2]int  // N and Y of boys and of girls
	Fold          Fold    // of the whole class
	Gender        [2]Fold // of boys and of girls; both empty unless each has five respondents
}

// Truth is what was wrong in a class.
type Truth struct {
	Class, School int // from 1
	Roster        int
	Owner         int
	Grade         int // youngest grade; 0 if that is not known
	Kind          Kind
	Onset         int // week from which on Kind acts, from 1; 0 for None
	SchoolEvent   int // week in which the first school event began, so far; 0 if none did
}

// Bins of the composite up to which Row.Y and Row.VLow count: 3.0 and 2.2.
const (
	lowBin, veryLowBin = 10, 6
)

// Rows answers the next wave as [World.Next] does, and tells it as one row for
// each class, in the order of the config.
func (w *World) Rows() []Row {
	week := w.wave*w.rhythm + 1
	rows := make([]Row, len(w.classes))
	class := 0
	answered := w.Next()
	for s, school := range w.config.Schools {
		for range school.Classes {
			rows[class] = newRow(&w.classes[class].spec, answered[class])
			rows[class].Class, rows[class].School, rows[class].Week = class+1, s+1, week
			class++
		}
	}
	return rows
}

func newRow(spec *Class, sheets []Sheet) Row {
	row := Row{Roster: spec.Size}
	for _, s := range sheets {
		row.Fold.add(spec.Items, s)
		row.Gender[gender(s.Girl)].add(spec.Items, s)
	}
	row.N = row.Fold.N
	row.Y = row.Fold.upTo(lowBin)
	row.VLow = row.Fold.upTo(veryLowBin)
	score := row.Fold.Score()
	row.Mean, row.SS = score.Mean(), score.Squares
	for k := range spec.Items {
		if item := &spec.Items[k]; item.Single {
			for _, n := range row.Fold.Items[k][:item.worst()] {
				row.B += int(n)
			}
			break
		}
	}
	for g := range row.Gender {
		row.NG[g], row.YG[g] = row.Gender[g].N, row.Gender[g].upTo(lowBin)
	}
	if min(row.NG[0], row.NG[1]) < kept {
		row.Gender = [2]Fold{}
	}
	return row
}

func gender(girl bool) int {
	if girl {
		return 1
	}
	return 0
}

// Truth tells what is wrong in each class, in the order of the config.
func (w *World) Truth() []Truth {
	truth := make([]Truth, 0, len(w.classes))
	for s, school := range w.config.Schools {
		for _, c := range school.Classes {
			one := Truth{Class: len(truth) + 1, School: s + 1, Owner: school.Owner, Roster: c.Size, Grade: c.Grade, Kind: c.Kind, SchoolEvent: w.schools[s].first}
			switch c.Kind {
			case None:
			case Chronic:
				one.Onset = 1
			default:
				one.Onset = c.Onset*w.rhythm + 1
			}
			truth = append(truth, one)
		}
	}
	return truth
}
