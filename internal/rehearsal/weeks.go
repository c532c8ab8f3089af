package rehearsal

import (
	"time"

	"github.com/folgmed/folgmed/internal/wave"
)

// First is where to begin so many waves, rhythm weeks apart, that shall lie
// behind the week this: the last of them is last week's if all are then of one
// school year, for a detector begins each year anew. Early in a school year
// they end before the summer instead. Waves that no school year holds end last
// week.
func First(this wave.Number, waves, rhythm int) wave.Number {
	span := (waves - 1) * rhythm
	fits := func(last int) bool {
		return last >= span && wave.Number(last-span).SchoolYear() == wave.Number(last).SchoolYear()
	}
	last := int(this) - 1
	if fits(last) {
		return wave.Number(last - span)
	}
	spring := last
	for spring > 0 && (wave.Number(spring).SchoolYear() == this.SchoolYear() || wave.Number(spring).Opens().Month() > time.June) {
		spring--
	}
	if fits(spring) {
		return wave.Number(spring - span)
	}
	return wave.Number(max(0, last-span))
}
