package attack

import "github.com/folgmed/folgmed/internal/disclosure"

// sign is that a signal came, or rose, in a wave.
type sign struct {
	what string // kind, level and theme
	wave int
}

// signs are what came in a wave, of the class itself and of what it is part of.
func signs(at int, s sealed, class disclosure.Unit, grade string) []sign {
	var found []sign
	for _, line := range s.lines {
		signal, ok := line.Signal()
		if !ok {
			continue
		}
		u := signal.Unit
		about := u == class || u.School == class.School && (u.Level == disclosure.LevelSchool || u.Level == disclosure.LevelGrade && u.Name == grade)
		if !about {
			continue
		}
		what := string(signal.Kind) + " " + string(u.Level) + " " + u.Group
		switch {
		case signal.Ended:
			found = append(found, sign{what + " ended", at})
		case signal.Raised == line.Wave():
			found = append(found, sign{what + " " + string(signal.Tier), at})
		}
	}
	return found
}

// lags is how many waves up to a sign are looked back on.
const lags = 8

// lessons are how much more victims were present than others in the waves up to
// each kind of sign, learned from the worlds that were attacked before.
type lessons map[string]*lesson

type lesson struct {
	seen      float64 // victims
	victims   [lags]float64
	others    float64
	bystander [lags]float64
	square    float64
}

// weigh gives each pupil of a class the evidence of signs: presence less the
// pupil's usual presence, weighted as by Fisher's discriminant.
func (l lessons) weigh(t *target, found []sign) []float64 {
	score := make([]float64, t.size)
	for _, s := range found {
		of := l[s.what]
		if of == nil || of.seen < 20 {
			continue
		}
		variance := of.square/((of.seen+of.others)*lags) + 1e-6
		trust := of.seen / (of.seen + 50)
		for p := range score {
			for lag := range lags {
				d := of.victims[lag]/of.seen - of.bystander[lag]/of.others
				score[p] += trust * d * t.presence(p, s.wave-lag) / variance
			}
		}
	}
	return score
}

// learn takes in a class whose victims are told.
func (l lessons) learn(t *target, found []sign) {
	for _, s := range found {
		of := l[s.what]
		if of == nil {
			of = &lesson{}
			l[s.what] = of
		}
		for p := range t.size {
			to := &of.bystander
			if t.worst[p] {
				to = &of.victims
				of.seen++
			} else {
				of.others++
			}
			for lag := range lags {
				x := t.presence(p, s.wave-lag)
				to[lag] += x
				of.square += x * x
			}
		}
	}
}

// presence is 1 or 0 in a wave, less the pupil's mean.
func (t *target) presence(p, wave int) float64 {
	if wave < 0 || t.paused[wave] {
		return 0
	}
	x, mean, asked := 0., 0., 0.
	for w, here := range t.present[p] {
		if !t.paused[w] {
			asked++
		}
		if here {
			mean++
			if w == wave {
				x = 1
			}
		}
	}
	return x - mean/asked
}
