package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/web"
)

// pinDigits is how long a PIN is. Wrong ones come at most one every two seconds,
// 15,000 in a working day: with a hundred PINs in use on one day a guess hits in
// one of 700 such days, and then opens one class session and nothing else.
const pinDigits = 9

// How many wrong PINs there may be, for the whole installation: all of a school
// share an address.
const (
	pinRate  = 0.5 // a second
	pinBurst = 30
)

// SessionPath is where class sessions are run, and where a substitute is at home.
const SessionPath = "/staff/session"

// SessionOf is the page of one class there.
func SessionOf(school, class string) string {
	return SessionPath + "/" + url.PathEscape(school) + "/" + url.PathEscape(class)
}

const pinPath = "/staff/substitute"

// pin is the body of pinMade.
type pin struct {
	ID      string    `json:"-"` // the person that whoever enters it is for the day
	MAC     string    `json:"mac"`
	Owner   string    `json:"owner"`
	School  string    `json:"school"`
	Class   string    `json:"class"`
	Expires time.Time `json:"expires"`
}

func (p pin) person() Person {
	return Person{ID: p.ID, Role: Substitute, Owner: p.Owner, Schools: []string{p.School}, Classes: []string{p.School + "/" + p.Class}}
}

// substitute returns who entered a PIN that still holds.
func (st *state) substitute(id string, now time.Time) (Person, bool) {
	for _, p := range st.pins {
		if p.ID == id && now.Before(p.Expires) {
			return p.person(), true
		}
	}
	return Person{}, false
}

// PIN makes one for a class, which lets a substitute run its session for the
// rest of the day. An earlier one of the class ends, and whoever entered it is
// out. by is the member of staff who makes it.
func (s *Service) PIN(ctx context.Context, by Person, school, class string) (string, error) {
	if !by.May(MakePIN) || !by.AtSchool(school) {
		return "", web.Fail("forbidden", errors.New("the person may make no PIN for the class"))
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return "", err
	}
	digits, err := rand.Int(rand.Reader, big.NewInt(1e9))
	if err != nil {
		return "", fmt.Errorf("draw a PIN: %w", err)
	}
	text := fmt.Sprintf("%0*d", pinDigits, digits)
	if err := s.audit.Record(ctx, audit.Entry{Person: by.ID, School: school, Action: "pin_made", About: class}); err != nil {
		return "", err
	}
	err = s.append(ctx, st, Event{ID: newID(), By: by.ID, Step: pinMade, Person: "substitute:" + newID(), Body: body(pin{
		MAC: s.pinMAC(text), Owner: by.Owner, School: school, Class: class, Expires: web.Midnight(s.now()),
	})})
	if err != nil {
		return "", err
	}
	return text[:3] + " " + text[3:6] + " " + text[6:], nil
}

// pinMAC is how a PIN is stored: it is too short for a plain hash.
func (s *Service) pinMAC(digits string) string { return s.jar.mac("folgmed pin v1", digits) }

// byPIN returns who may come in with what was typed. Every PIN is compared,
// each in constant time.
func (s *Service) byPIN(ctx context.Context, typed string) (p Person, ok bool, err error) {
	st, err := s.fresh(ctx)
	if err != nil {
		return p, false, err
	}
	given := []byte(s.pinMAC(strings.NewReplacer(" ", "", "\u00a0", "", "-", "").Replace(typed)))
	for _, one := range st.pins {
		if subtle.ConstantTimeCompare(given, []byte(one.MAC)) == 1 && s.now().Before(one.Expires) {
			p, ok = one.person(), true
		}
	}
	return p, ok, nil
}

func (s *Service) showPIN(c echo.Context) error { return s.pinPage(c, http.StatusOK, "") }

func (s *Service) pinPage(c echo.Context, status int, notice string) error {
	lang := web.Lang(c)
	return s.pages.Render(c, status, "pin", lang, signinPage{Frame: web.Frame{Narrow: true}, Lang: lang, Notice: notice})
}

func (s *Service) enterPIN(c echo.Context) error {
	// When too many were wrong not even a right one is looked at.
	if s.pins.TokensAt(s.now()) < 1 {
		return s.pinPage(c, http.StatusTooManyRequests, "pin.many")
	}
	ctx := c.Request().Context()
	p, ok, err := s.byPIN(ctx, c.FormValue("pin"))
	if err != nil {
		return err
	}
	if !ok {
		s.pins.ReserveN(s.now(), 1) // of many at once each is paid for, later if need be
		return s.pinPage(c, http.StatusForbidden, "pin.refused")
	}
	if err := s.audit.Record(ctx, audit.Entry{Person: p.ID, School: p.Schools[0], Action: "signed_in", About: "pin " + p.Classes[0]}); err != nil {
		return err
	}
	return s.enter(c, p)
}
