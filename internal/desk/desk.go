// Package desk is what every page for staff stands in: who is asking, at which
// school, in which language, and the ways to the other pages.
//
// It must not know what a page shows.
package desk

import (
	"embed"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// Visit is one person at the pages for staff.
type Visit struct {
	Person  access.Person
	Owner   roster.Owner
	School  roster.School   // the one that is meant; of an owner's people, none
	Schools []roster.School // all where the person works, by name
	Lang    string
}

// norwegian puts Æ, Ø and Å last, as bokmål does too: x/text has that order
// under nynorsk only.
var norwegian = language.MustParse("nn")

var (
	errNotSignedIn = errors.New("no person in the request")
	errNoRight     = errors.New("the person's role may not")
	errNotYours    = errors.New("not the person's school or owner")
)

// Person returns who is asking, if that person has the right.
func Person(c echo.Context, right access.Right) (access.Person, error) {
	p, ok := access.PersonOf(c)
	if !ok {
		return p, web.Fail("signed_out", errNotSignedIn)
	}
	if !p.May(right) {
		return p, web.Fail("forbidden", fmt.Errorf("%w %s", errNoRight, right))
	}
	return p, nil
}

// Open finds the school that is meant: the one of that number, or the person's
// first by name if org is empty. One that is not the person's looks like one
// that does not exist.
func Open(c echo.Context, all roster.Roster, p access.Person, org string) (*Visit, error) {
	v := find(all, p)
	if org != "" {
		i := slices.IndexFunc(v.Schools, func(s roster.School) bool { return s.Org == org })
		if i < 0 {
			return nil, web.Fail("not_found", errNotYours)
		}
		v.School = v.Schools[i]
	}
	if v.Owner.Org == "" || v.School.Org == "" && p.Role != access.OwnerRole {
		return nil, web.Fail("not_found", errNotYours)
	}
	return v.speak(c), nil
}

// Own is a visit to a page that is the person's own, at the first school by
// name. It is there for one whose school has left the roster, too.
func Own(c echo.Context, all roster.Roster, p access.Person) *Visit { return find(all, p).speak(c) }

func find(all roster.Roster, p access.Person) *Visit {
	v := &Visit{Person: p}
	v.Owner, _ = all.Owner(p.Owner)
	for _, number := range p.Schools {
		if school, ok := v.Owner.School(number); ok {
			v.Schools = append(v.Schools, school)
		}
	}
	order := collate.New(norwegian)
	slices.SortFunc(v.Schools, func(a, b roster.School) int { return order.CompareString(a.Name, b.Name) })
	if len(v.Schools) > 0 {
		v.School = v.Schools[0]
	}
	return v
}

// speak settles the language: the person's, or the school's.
func (v *Visit) speak(c echo.Context) *Visit {
	v.Lang = v.Person.Lang
	if v.Lang == "" {
		v.Lang = v.School.Written
	}
	if !slices.Contains(web.Languages, v.Lang) {
		v.Lang = web.Languages[0]
	}
	web.SetLang(c, v.Lang)
	return v
}

// Section is a page that the navigation leads to.
type Section string

// The sections, named as in the catalog.
const (
	Overview    Section = "overview"
	Classes     Section = "classes"
	Groups      Section = "groups"
	Report      Section = "report"
	Reports     Section = "reports"
	Cases       Section = "cases"
	Inspections Section = "inspections"
	Measures    Section = "measures"
	CarryOut    Section = "carry_out"
	Session     Section = "session"
	People      Section = "people"
	Owner       Section = "owner"
	Leaders     Section = "leaders"
)

// sections are in the order of the navigation, each with what opens it. unless
// is a right whose holders find the page on another: that of under.
var sections = []struct {
	section       Section
	path          string
	right, unless access.Right
	under         Section
}{
	{Overview, "/staff", access.SeeClass, "", ""},
	{Report, "/staff/report", access.Report, access.Lead, Reports},
	{Reports, "/staff/reports", access.Report, "", ""},
	{Cases, "/staff/cases", access.Lead, "", ""},
	{Measures, "/staff/measures", access.SeeClass, access.Lead, Cases},
	{Classes, "/staff/classes", access.SeeClass, "", ""},
	{Groups, "/staff/groups", access.SeeSchool, "", ""},
	{Inspections, "/staff/inspections", access.Report, "", ""},
	{CarryOut, "/staff/carry-out", access.CarryOut, "", ""},
	{Session, access.SessionPath, access.RunSession, access.CarryOut, CarryOut},
	{People, "/staff/people", access.ManageStaff, "", ""},
	{Owner, "/staff/owner", access.SeeOwner, "", ""},
	{Leaders, "/staff/leaders", access.ManageLeaders, "", ""},
}

//go:embed locale
var files embed.FS

// words are the catalog of the navigation.
var words = must(web.NewCatalog(files, "locale"))

// Frame is what stands around a page, with the ways to the others. here is the
// section that the page belongs to, or empty.
func (v *Visit) Frame(here Section) web.Frame {
	f := web.Frame{Who: v.Person.Name, Place: v.School.Name, Home: v.Href("/staff")}
	if f.Place == "" {
		f.Place = v.Owner.Name
	}
	if v.Person.Role == access.Substitute {
		f.Who, f.Home = words.Text(v.Lang, "substitute"), access.SessionPath
	}
	f.Today = !v.Person.May(access.BeReminded)
	for _, s := range sections {
		if s.section == here && v.Person.May(s.unless) {
			here = s.under
		}
	}
	for _, s := range sections {
		if v.Person.May(s.right) && !v.Person.May(s.unless) {
			f.Nav = append(f.Nav, web.NavItem{
				Label: words.Text(v.Lang, "nav."+string(s.section)), Href: v.Href(s.path), Current: s.section == here,
			})
		}
	}
	if len(v.Schools) < 2 {
		return f
	}
	for _, school := range v.Schools {
		f.Places = append(f.Places, web.NavItem{
			Label: school.Name, Href: "/staff?school=" + school.Org, Current: school.Org == v.School.Org,
		})
	}
	return f
}

// Href names the school in an address where the person has several.
func (v *Visit) Href(path string) string {
	if len(v.Schools) < 2 {
		return path
	}
	return path + "?" + url.Values{"school": {v.School.Org}}.Encode()
}

// must is for embedded files: a fault in one is a bug of ours.
func must[T any](v T, err error) T {
	if err != nil {
		panic("desk: " + err.Error())
	}
	return v
}
