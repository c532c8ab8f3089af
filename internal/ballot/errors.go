package ballot

import "fmt"

// Outcomes lists all outcomes of issue.
var Outcomes = []Outcome{
	Issued, IssuedAgain, CodeRefused, NoPlace, SessionClosed, WaveClosed, Malformed, RateLimited, Unavailable,
}

// Error is a request that did not end with a ballot. It never holds the code,
// the blinded element or anything computed from them.
type Error struct {
	outcome Outcome
	err     error
}

func fail(o Outcome, format string, args ...any) *Error {
	return &Error{o, fmt.Errorf(format, args...)}
}

// Error says what was wrong and what to do.
func (e *Error) Error() string { return e.err.Error() }

// Outcome is the outcome as a word.
func (e *Error) Outcome() string { return string(e.outcome) }

// Unwrap is what failed below.
func (e *Error) Unwrap() error { return e.err }
