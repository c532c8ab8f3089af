package ballot

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/qr"
)

// SlipSheet is the codes of one class for one wave, for the office printer.
type SlipSheet struct {
	URL         string // of the installation as pupils reach it: https://folgmed.example
	School      string // name
	Class       string
	Monday      time.Time // of the week in which the wave opens
	Closes      time.Time // when codes stop working
	Fingerprint string
	Lang        string // nb, nn or en
	Codes       []Code // in the order drawn, which is random
}

//go:embed slips.html
var slipsHTML string

var slipsPage = template.Must(template.New("slips").Parse(slipsHTML))

// slipTexts are the words on a slip. The promise is the one of the first
// screen: we can not see who answered what.
type slipTexts struct {
	Title, Week, Scan, Or, Code, Key, Promise, Once, Office string
	day                                                     func(time.Time) string
}

var slipLangs = map[string]slipTexts{
	"nb": {
		Title:   "Lapper til klassen",
		Week:    "uke",
		Scan:    "Skann QR-koden med nettbrettet",
		Or:      "Eller skriv koden på",
		Code:    "Kode",
		Key:     "Nøkkel",
		Promise: "Ingen kan se hvem som svarte hva.",
		Once:    "Virker én gang, til og med",
		Office:  "Klipp fra hverandre, bland godt og la hver elev trekke en lapp. Lappene hører ikke til bestemte elever: skriv ikke navn på dem, og ikke ta vare på arket.",
		day:     norwegianDay("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
	},
	"nn": {
		Title:   "Lappar til klassen",
		Week:    "veke",
		Scan:    "Skann QR-koden med nettbrettet",
		Or:      "Eller skriv koden på",
		Code:    "Kode",
		Key:     "Nøkkel",
		Promise: "Ingen kan sjå kven som svarte kva.",
		Once:    "Verkar éin gong, til og med",
		Office:  "Klipp frå kvarandre, bland godt og lat kvar elev trekkje ein lapp. Lappane høyrer ikkje til bestemte elevar: skriv ikkje namn på dei, og ta ikkje vare på arket.",
		day:     norwegianDay("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"),
	},
	"en": {
		Title:   "Slips for the class",
		Week:    "week",
		Scan:    "Scan the QR code with the tablet",
		Or:      "Or type the code at",
		Code:    "Code",
		Key:     "Key",
		Promise: "Nobody can see who answered what.",
		Once:    "Works once, until the end of",
		Office:  "Cut apart, mix well and let each pupil draw one. The slips belong to nobody in particular: do not write names on them, and do not keep the sheet.",
		day:     func(t time.Time) string { return t.Format("Monday 2 January") },
	},
}

func norwegianDay(days ...string) func(time.Time) string {
	months := []string{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"}
	return func(t time.Time) string {
		return fmt.Sprintf("%s %d. %s", days[(int(t.Weekday())+6)%7], t.Day(), months[t.Month()-1])
	}
}

// Link is where a slip leads. Code and fingerprint stand after the #, which no
// browser sends to any server.
func Link(url string, c Code, fingerprint string) string {
	return strings.TrimSuffix(url, "/") + "/k#" + c.String() + "." + fingerprint
}

// BoardLink is where a class screen shows and reads the questions of a session.
// It keeps no keys and makes no ballot, so it needs no fingerprint.
func BoardLink(url string, c Code) string {
	return strings.TrimSuffix(url, "/") + "/board#" + c.String()
}

// Grouped is a fingerprint as people read it.
func Grouped(fingerprint string) string { return inGroups(fingerprint, 4) }

// WriteSlips writes the sheets as one HTML page that needs nothing else, laid
// out for A4, each class on paper of its own. The slips bear no number, and
// nothing tells one slip of a class from another but its code.
func WriteSlips(w io.Writer, sheets ...SlipSheet) error {
	pages := make([]slipPage, len(sheets))
	for i, s := range sheets {
		page, err := newSlipPage(s)
		if err != nil {
			return fmt.Errorf("write slips of %s: %w", s.Class, err)
		}
		pages[i] = page
	}
	if err := slipsPage.Execute(w, pages); err != nil {
		return fmt.Errorf("write slips: %w", err)
	}
	return nil
}

type slipPage struct {
	slipTexts
	SlipSheet
	WeekNumber     int
	Until, Address string
	KeyInGroups    string
	Slips          []slip
}

type slip struct {
	Code string
	qr.Square
}

func newSlipPage(s SlipSheet) (slipPage, error) {
	texts, ok := slipLangs[s.Lang]
	if !ok {
		return slipPage{}, fmt.Errorf("no texts in language %q: want nb, nn or en", s.Lang)
	}
	_, week := s.Monday.ISOWeek()
	page := slipPage{
		slipTexts:   texts,
		SlipSheet:   s,
		WeekNumber:  week,
		Until:       texts.day(s.Closes),
		Address:     strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s.URL, "https://"), "http://"), "/"),
		KeyInGroups: Grouped(s.Fingerprint),
	}
	for _, c := range s.Codes {
		square, err := qr.Draw(Link(s.URL, c, s.Fingerprint))
		if err != nil {
			return slipPage{}, err
		}
		page.Slips = append(page.Slips, slip{c.Grouped(), square})
	}
	return page, nil
}
