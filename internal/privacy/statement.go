package privacy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

// statementPage is /personvern.
type statementPage struct {
	web.Frame
	Langs          []language
	Letter, Slides string

	Answers, Counted, Adults, Operation []storedTable
	Questionnaires                      []questionnaire

	Version   string
	Keys      []yearKey // newest first
	KeysPath  string
	Files     []file
	Sum       string // of all files
	Rehearsal bool
}

// yearKey is the key of a school year as the slip shows it.
type yearKey struct{ Year, Fingerprint string }

// file is one of the tablet app.
type file struct{ Name, SHA256 string }

func (p *Privacy) statement(c echo.Context) error {
	lang := web.Lang(c)
	w := words{p.cat, lang}
	built := byName(p.Files)
	return p.pages.Render(c, http.StatusOK, "statement", lang, statementPage{
		Frame:  web.Frame{Home: Path},
		Langs:  languages(Path, lang, nil),
		Letter: Path + letter + "?lang=" + lang, Slides: Path + slides + "?lang=" + lang,
		Answers: w.stored(answers), Counted: w.stored(counted), Adults: w.stored(adults), Operation: w.stored(operation),
		Questionnaires: w.questionnaires(p.Surveys),
		Version:        p.Version, Keys: byYear(p.Keys()), KeysPath: keysPath,
		Files: built, Sum: Sum(p.Files), Rehearsal: p.Rehearsal,
	})
}

// byYear writes the keys, newest first.
func byYear(keys []Key) []yearKey {
	var all []yearKey
	for _, k := range slices.Backward(keys) {
		all = append(all, yearKey{fmt.Sprintf("%d–%02d", k.From, (k.From+1)%100), inGroups(k.Fingerprint)})
	}
	return all
}

// inGroups parts a fingerprint as the slip does.
func inGroups(fingerprint string) string {
	var groups []string
	for rest := fingerprint; rest != ""; {
		n := min(4, len(rest))
		groups = append(groups, rest[:n])
		rest = rest[n:]
	}
	return strings.Join(groups, "-")
}

// byName lists the files in the order of their names.
func byName(hashes map[string]string) []file {
	all := make([]file, 0, len(hashes))
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		all = append(all, file{name, hashes[name]})
	}
	return all
}

// Sum is one number for all files of the tablet app, by name with their SHA-256:
// the SHA-256 of what sha256sum prints of them, in the order of their names.
func Sum(files map[string]string) string {
	h := sha256.New()
	for _, f := range byName(files) {
		_, _ = fmt.Fprintf(h, "%s  ./%s\n", f.SHA256, f.Name) // a hash takes all
	}
	return hex.EncodeToString(h.Sum(nil))
}
