package ballot

import (
	"strconv"
	"strings"

	"github.com/folgmed/folgmed/internal/wave"
)

// InfoOf is the public info of the ballots of one class in one wave.
func InfoOf(a wave.Ask) Info {
	return Info{
		Owner:         a.Owner,
		School:        a.School,
		Class:         a.Class,
		Wave:          uint32(a.Wave),
		Questionnaire: a.Questionnaire,
		Version:       a.Version,
		Attempt:       a.Attempt,
	}
}

// Bytes is the info as the POPRF takes it: one field a line in UTF-8, numbers
// in decimal, no newline at the end. Rosters and questionnaires hold no control
// characters, so no two infos have the same bytes.
func (i Info) Bytes() []byte {
	return []byte(strings.Join([]string{
		"folgmed ballot v1",
		i.Owner,
		i.School,
		i.Class,
		strconv.FormatUint(uint64(i.Wave), 10),
		i.Questionnaire,
		strconv.Itoa(i.Version),
		strconv.Itoa(int(i.Attempt)),
	}, "\n"))
}
