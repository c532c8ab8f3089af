package config

import (
	"fmt"
	"strings"
)

// The least that is kept, in years (SCHOOL §5.10).
const (
	keepCounts = 3
	keepCases  = 5
)

// KeepCountsYears is for how many school years counts of classes are kept.
func (s *Server) KeepCountsYears() int { return max(s.KeepCounts, keepCounts) }

// KeepCasesYears is for how many years a closed case is kept, and what was
// concluded without one.
func (s *Server) KeepCasesYears() int { return max(s.KeepCases, keepCases) }

// keepFaults: it can be kept for longer, for a reason that is written down, and
// never for less.
func (s *Server) keepFaults() (faults []error) {
	check := func(flag, what string, years, least int) {
		switch {
		case years != 0 && years < least:
			faults = append(faults, fmt.Errorf("%s %d is too short: %s are kept for %d years at least", flag, years, what, least))
		case years > least && strings.TrimSpace(s.KeepReason) == "":
			faults = append(faults, fmt.Errorf("%s %d keeps %s for longer than %d years: say why with --keep-reason", flag, years, what, least))
		}
	}
	check("--keep-counts", "counts of classes", s.KeepCounts, keepCounts)
	check("--keep-cases", "closed cases", s.KeepCases, keepCases)
	return faults
}
