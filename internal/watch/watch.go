// Package watch turns each sealed wave's counts into candidates for signals: counts, analytics, severity. The raw finding never leaves it.
package watch
