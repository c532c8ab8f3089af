package disclosure

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// groupMark parts a unit's name from its group in Row.Unit. Names hold no
// control characters.
const groupMark = "\x1f"

// Row is the line as it is stored. Only the store calls it.
func (r Released) Row() Row { return r.row }

// Decode is the inverse of Released.Row: Decode(r.Row()) is r. A row that no
// gate could have written is an error; what Decode accepts it gives back byte
// by byte.
func Decode(row Row) (Released, error) {
	if err := check(row); err != nil {
		return Released{}, fmt.Errorf("decode line of release %q, unit %q, item %q: %w", row.Release, row.Unit, row.Item, err)
	}
	return Released{row: row}, nil
}

var (
	itemPattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)
	monthPattern = regexp.MustCompile(`^20[0-9]{2}-(0[1-9]|1[0-2])$`)
)

// kinds are the kinds a signal may be of.
var kinds = []Kind{KindChange, KindLevel, KindGroup, KindSevere, KindSilence, KindAdult}

func check(row Row) error {
	if !isHash(row.Release) {
		return errors.New("release is not 32 hexadecimal digits")
	}
	if err := checkUnit(row); err != nil {
		return err
	}
	if a := Audience(row.Audience); a != Staff && a != Owner {
		return fmt.Errorf("audience %q is unknown", row.Audience)
	}
	if !itemPattern.MatchString(row.Item) {
		return errors.New("item is not an identifier")
	}
	if Form(row.Form) == FormHidden {
		if row.Value != "" || (row.Reason != ReasonProtect && row.Reason != ReasonSmall) {
			return errors.New("a hidden line has a reason and no value")
		}
		return nil
	}
	if row.Reason != "" {
		return errors.New("a shown line has no reason")
	}
	return checkValue(row)
}

func checkUnit(row Row) error {
	name, group, marked := strings.Cut(row.Unit, groupMark)
	if row.Owner == "" {
		return errors.New("owner is empty")
	}
	if marked && (group != GroupGirls && group != GroupBoys || Form(row.Form) != FormSignal) {
		return fmt.Errorf("group %q is unknown or not about a signal", group)
	}
	level := Level(row.Level)
	switch level {
	case LevelClass, LevelGrade:
		if row.School == "" || name == "" {
			return errors.New("a class or grade has a school and a name")
		}
		if level == LevelClass && marked {
			return errors.New("a class is never parted into groups")
		}
	case LevelSchool:
		if row.School == "" || name != "" {
			return errors.New("a school has no name beside its number")
		}
	case LevelOwner:
		if row.School != "" || row.Unit != "" {
			return errors.New("an owner has neither school nor unit")
		}
	default:
		return fmt.Errorf("level %q is unknown", row.Level)
	}
	return nil
}

func checkValue(row Row) error {
	var known []string
	switch Form(row.Form) {
	case FormBand:
		_, _, _, err := parseBand(row.Value)
		return err
	case FormSignal:
		return checkSignal(row)
	case FormWords:
		known = Words
	case FormParticipation:
		if row.Item != ItemParticipation {
			return errors.New("participation stands under its own item")
		}
		known = []string{UnderHalf, HalfToFourFifths, MoreThanFourFifths}
	case FormSignals:
		if row.Item != ItemSignals {
			return errors.New("the number of signals stands under its own item")
		}
		known = []string{signalsNone, signalsFew, signalsMany}
	default:
		return fmt.Errorf("form %q is unknown", row.Form)
	}
	if !slices.Contains(known, row.Value) {
		return fmt.Errorf("value %q is unknown", row.Value)
	}
	return nil
}

// checkSignal checks a signal against its kind: who is told, of what, and how
// often it comes where nothing has changed.
func checkSignal(row Row) error {
	kind := Kind(row.Item)
	if !slices.Contains(kinds, kind) {
		return errors.New("the item of a signal is its kind")
	}
	s, err := parseSignal(row.Value)
	if err != nil {
		return err
	}
	audience := Staff
	if kind == KindAdult {
		audience = Owner
	}
	_, _, grouped := strings.Cut(row.Unit, groupMark)
	switch {
	case Audience(row.Audience) != audience:
		return fmt.Errorf("a signal of kind %s is never told to %s", kind, row.Audience)
	case kind == KindAdult && Level(row.Level) != LevelSchool:
		return errors.New("what pupils say of adults is told of a school")
	case grouped != (kind == KindGroup):
		return fmt.Errorf("a signal of kind %s about unit %q", kind, row.Unit)
	case kind.HasTheme() != slices.Contains(Themes, s.Theme):
		return fmt.Errorf("a signal of kind %s with theme %q", kind, s.Theme)
	case (kind == KindSevere) != (s.OneIn == 0):
		return fmt.Errorf("a signal of kind %s that comes once in %d years", kind, s.OneIn)
	}
	return nil
}

// The numbers of signals as an owner sees them.
const (
	signalsNone = "0"
	signalsFew  = "1-4"
	signalsMany = "5+"
)

// A signal is written as eight words: id, theme, tier, since, raised, until,
// one in, and whether it stands or has ended. "-" is an empty theme.
func formatSignal(s Signal) string {
	state := "stands"
	if s.Ended {
		state = "ended"
	}
	return strings.Join([]string{
		s.ID, cmp.Or(s.Theme, "-"), string(s.Tier), s.Since,
		strconv.FormatUint(uint64(s.Raised), 10), strconv.FormatUint(uint64(s.Until), 10),
		strconv.Itoa(s.OneIn), state,
	}, " ")
}

func parseSignal(value string) (Signal, error) {
	w := strings.Split(value, " ")
	if len(w) != 8 {
		return Signal{}, fmt.Errorf("signal has %d words, not 8", len(w))
	}
	raised, errRaised := strconv.ParseUint(w[4], 10, 32)
	until, errUntil := strconv.ParseUint(w[5], 10, 32)
	oneIn, errOneIn := strconv.Atoi(w[6])
	if err := errors.Join(errRaised, errUntil, errOneIn); err != nil {
		return Signal{}, fmt.Errorf("read signal: %w", err)
	}
	s := Signal{
		ID: w[0], Theme: w[1], Tier: Tier(w[2]), Since: w[3],
		Raised: uint32(raised), Until: uint32(until), OneIn: oneIn, Ended: w[7] == "ended",
	}
	if s.Theme == "-" {
		s.Theme = ""
	}
	switch {
	case !isHash(s.ID):
		return Signal{}, errors.New("signal id is not 32 hexadecimal digits")
	case s.Theme != "" && !slices.Contains(Themes, s.Theme):
		return Signal{}, fmt.Errorf("theme %q is unknown", s.Theme)
	case s.Tier != Notice && s.Tier != Act:
		return Signal{}, fmt.Errorf("tier %q is unknown", w[2])
	case !monthPattern.MatchString(s.Since):
		return Signal{}, fmt.Errorf("month %q is not written 2026-10", s.Since)
	case s.OneIn < 0 || s.Until < s.Raised:
		return Signal{}, errors.New("signal ends before it is raised, or comes less than never")
	case formatSignal(s) != value:
		return Signal{}, errors.New("signal is not written as the gate writes it")
	}
	return s, nil
}

// ReleaseID is the identity of the release of a wave. All owners of an
// installation are released together, so a wave has one.
func ReleaseID(wave uint32) string {
	return hash("folgmed release v1", strconv.FormatUint(uint64(wave), 10))
}

// signalID is the identity of a signal: of its unit, kind and the wave it was
// raised in, so that a repeated run finds the same.
func signalID(u Unit, k Kind, raised uint32) string {
	return hash("folgmed signal v1", u.Owner, u.School, string(u.Level), u.Name, u.Group,
		string(k), strconv.FormatUint(uint64(raised), 10))
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:16])
}

// isHash tells whether s could have come from hash.
func isHash(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}
