package disclosure

// The sizes below which figures of a unit are pooled.
const (
	pooledBelow          = 30
	pooledBelowSensitive = 100
)

// waves4Weeks is the number of waves in a block of about four weeks.
func waves4Weeks(rhythm int) int { return max(1, 4/rhythm) }

// blocks is the rule of pooling. Figures of units under 30 respondents
// (sensitive items: under 100) pool the waves of a block, and move once per
// block. A staff member who knows who was away in which week, and sees a figure
// every week, can tell whose answer moves it: with weekly shares the pupil who
// always gives the worst answer is named more often than three times in four.
//
// Blocks count all the owner's waves from the start of the school year: four
// weekly, two fortnightly or one monthly. A rotating item pools those waves of
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
		limit := pooledBelow
		if f.item.Sensitive {
			limit = pooledBelowSensitive
		}
		f.wait = below(f.pool, limit) && (!over || r.changed(f.unit))
	}
}

// below tells whether a wave of the pool is smaller than the limit.
func below(pool []tally, limit int) bool {
	for _, t := range pool {
		if t.answered < limit {
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
