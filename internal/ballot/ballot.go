// Package ballot issues and verifies unlinkable ballots: a verifiable,
// partially oblivious PRF (RFC 9497, POPRF, ristretto255-SHA512) whose public
// info binds a ballot to one class, wave and attempt.
//
// It must not know an answer. Nothing it stores links a code to a ballot.
package ballot

// Info is the public part of a ballot: what the tablet shows, and nothing that
// could tell one pupil from a classmate.
type Info struct {
	Owner         string `json:"owner"`
	School        string `json:"school"`
	Class         string `json:"class"`
	Wave          uint32 `json:"wave"`
	Questionnaire string `json:"questionnaire"`
	Version       int    `json:"version"`
	Attempt       uint8  `json:"attempt"`
}

// Nullifier is SHA-256 over the nonce of a ballot: the idempotency key.
type Nullifier [32]byte

// CodeMAC is HMAC-SHA256 of a code under a key outside the database.
type CodeMAC [32]byte

// StoredCode is a printed code at rest.
type StoredCode struct {
	MAC     CodeMAC
	Wave    uint32
	School  string
	Class   string
	Attempt uint8
}

// CodeUse records that a code was spent on one blinded element. No time.
type CodeUse struct {
	Wave    uint32
	MAC     CodeMAC
	Blinded [32]byte // SHA-256 of the blinded element
}

// Outcome is how a request to issue ended: the log word, the metric label and
// what tests expect.
type Outcome string

// The outcomes of issue; the list is closed (DESIGN §2).
const (
	Issued        Outcome = "issued"
	IssuedAgain   Outcome = "issued_again"
	CodeRefused   Outcome = "code_refused"
	NoPlace       Outcome = "no_place"
	SessionClosed Outcome = "session_closed"
	WaveClosed    Outcome = "wave_closed"
	Malformed     Outcome = "malformed"
	RateLimited   Outcome = "rate_limited"
	Unavailable   Outcome = "unavailable"
)
