package disclosure

const (
	// pooledBelow is the size below which figures of a unit are pooled.
	pooledBelow = 100
	// blockWeeks is how long a block lasts: a school year has two or three.
	blockWeeks = 12
)

// BlockWaves is the number of waves in a block, with so many weeks between two.
func BlockWaves(rhythm int) int { return blockWeeks / rhythm }

// blocks is the rule of pooling. Figures of units under a hundred respondents
// pool the waves of a block, and move once per block. A staff member who knows
// who was away in which week, and sees a figure every week, can tell whose answer
// moves it: with weekly shares the pupil who always gives the worst answer is
// named more often than three times in four. Blocks of four weeks are too short
// too: the share of three such pupils lies at the edge of a word, so that nine
// blocks of ten items, each on this or that side of it, name one of them four
// times in five (package attack, TestNaming).
//
// Blocks count all the owner's waves from the start of the school year: twelve
// weekly, six fortnightly or three monthly. A rotating item pools those waves of
// the block that asked it; a block in which nobody was asked moves nothing.
//
// A block in which the roster changed by one to four pupils is joined to the
// next, else the newcomer's answers are the difference between two blocks. A
// change is seen against the wave before, also that before the block. Rosters
// hold no names, so one who leaves in the week that another comes is not seen.
//
// A unit that is small in one wave is treated as small until its block is over:
// never does a figure move because of who was away.
func blocks(r *round) {
	over := (r.in.Waves[r.now].Ordinal+1)%r.block == 0
	for _, f := range r.figures {
		if f.drop {
			continue
		}
		f.pool = f.tallies(f.pool[:0], f.item, f.after)
		if len(f.pool) == 0 {
			f.wait = true
			continue
		}
		f.wait = anySmall(f.pool) && (!over || r.changed(f.unit))
	}
}

// anySmall tells whether a wave of the pool is small.
func anySmall(pool []tally) bool {
	for _, t := range pool {
		if t.answered < pooledBelow {
			return true
		}
	}
	return false
}

// changed tells whether the roster of a unit changed by one to four pupils in
// the block of the wave to release, either in all or as the sum over its
// classes.
func (r *round) changed(u *unit) bool {
	block := r.in.Waves[r.now].Ordinal / r.block
	for w := r.now; w > 0 && r.in.Waves[w].Ordinal/r.block == block; w-- {
		if few(abs(u.days[w].roster-u.days[w-1].roster)) || few(u.moves(w)) {
			return true
		}
	}
	return false
}

// moves is the sum of changes of the rosters of a unit's classes from one wave
// to the next.
func (u *unit) moves(w int) int {
	n := 0
	for _, part := range u.parts {
		n += part.moves(w)
	}
	for _, c := range u.classes {
		n += abs(u.school.Waves[w].Classes[c].Roster - u.school.Waves[w-1].Classes[c].Roster)
	}
	return n
}

func few(n int) bool { return 1 <= n && n <= 4 }

func abs(n int) int { return max(n, -n) }
