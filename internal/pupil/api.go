package pupil

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// maxBody is the largest request in bytes; a full answer sheet takes under
// two thousand.
const maxBody = 16 << 10

type codeRequest struct {
	Code string `json:"code"`
}

// codeReply is all that a tablet shows. It is the same for every code of a
// class in a wave, and the ticket for all tablets that join one session.
type codeReply struct {
	Ticket     string            `json:"ticket,omitempty"`
	WholeClass bool              `json:"wholeClass,omitempty"` // the questions are shown and read on the board
	Info       ballot.Info       `json:"info"`
	Ordinal    int               `json:"ordinal"`
	SchoolName string            `json:"schoolName"`
	Written    string            `json:"written"` // the school's hovedmål: nb or nn
	Adults     []roster.Adult    `json:"adults"`
	HelpLines  []roster.HelpLine `json:"helpLines"`
	Keys       ballot.PublicKeys `json:"keys"`
	Survey     survey            `json:"survey"`
}

type survey struct {
	ID        string       `json:"id"`
	Version   int          `json:"version"`
	ReadAloud bool         `json:"readAloud,omitempty"` // the buttons for it stand there from the start
	Title     surveys.Text `json:"title"`
	Period    surveys.Text `json:"period"`
	Items     []item       `json:"items"`

	Sounds surveys.Sounds `json:"sounds,omitempty"` // names under /sounds/, by language and text
}

// item leaves out what the pupil need not know: which answers count as what.
type item struct {
	ID         string           `json:"id"`
	Background bool             `json:"background,omitempty"` // not about the period
	Text       surveys.Text     `json:"text"`
	Options    []surveys.Option `json:"options"`
}

// code tells what the class of a code is asked this wave.
func (a *App) code(c echo.Context) error {
	var req codeRequest
	if err := web.ReadJSON(c, maxBody, &req); err != nil {
		return err
	}
	found, err := a.opts.Issuer.Lookup(c.Request().Context(), req.Code)
	if err != nil {
		return err
	}
	ask := found.Ask
	owner, school, ok := a.opts.Roster().School(ask.School)
	if !ok {
		return fmt.Errorf("school %s is asked in wave %d but stands in no roster", ask.School, ask.Wave)
	}
	q, ok := a.opts.Surveys.Find(ask.Questionnaire, ask.Version)
	if !ok {
		return fmt.Errorf("questionnaire %s version %d is asked but not loaded", ask.Questionnaire, ask.Version)
	}
	reply := codeReply{
		Ticket:     found.Ticket,
		WholeClass: found.WholeClass,
		Info:       ballot.InfoOf(ask),
		Ordinal:    ask.Ordinal,
		SchoolName: school.Name,
		Written:    school.Written,
		Adults:     orEmpty(school.Adults),
		HelpLines:  orEmpty(owner.HelpLines),
		Keys:       a.opts.Keys.Chain().For(uint32(ask.Wave)),
		Survey:     surveyOf(q, ask.Ordinal, ask.Grades),
	}
	return c.JSON(http.StatusOK, reply)
}

// surveyOf is what classes of these grades are asked at a place of the rotation.
func surveyOf(q *surveys.Questionnaire, ordinal int, grades []int) survey {
	langs, asked := q.Offered(), q.Asked(ordinal)
	s := survey{ID: q.ID, Version: q.Version, ReadAloud: learningToRead(grades), Title: q.Title.In(langs), Period: q.Period.In(langs), Sounds: q.Sounds.Of(langs, asked)}
	for _, i := range asked {
		options := slices.Clone(i.Options)
		for o := range options {
			options[o].Text = options[o].Text.In(langs)
		}
		s.Items = append(s.Items, item{i.ID, i.Kind == surveys.Background, i.Text.In(langs), options})
	}
	return s
}

// practiceReply is the same for everyone: not even the grade is told here.
type practiceReply struct {
	Rounds []practiceRound `json:"rounds"`
}

type practiceRound struct {
	FromGrade int    `json:"fromGrade"`
	ToGrade   int    `json:"toGrade"`
	Survey    survey `json:"survey"`
}

// practice tells what each grade is asked in the first survey of a school year, to
// practise on. The questions are public, and no answer comes back.
func (a *App) practice(c echo.Context) error {
	reply := practiceReply{Rounds: []practiceRound{}}
	for _, q := range a.opts.Surveys.Questionnaires {
		grades := []int{q.FromGrade}
		if newest, _ := a.opts.Surveys.For(grades); newest == q {
			reply.Rounds = append(reply.Rounds, practiceRound{q.FromGrade, q.ToGrade, surveyOf(q, 0, grades)})
		}
	}
	return c.JSON(http.StatusOK, reply)
}

// learningToRead reports whether a class with pupils of these grades is to be
// read to.
func learningToRead(grades []int) bool {
	return len(grades) > 0 && slices.Min(grades) <= 4
}

// orEmpty makes a missing list an empty one in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

type issueRequest struct {
	Code    string       `json:"code"`
	Blinded ballot.Bytes `json:"blinded"`
}

type issueReply struct {
	Outcome   ballot.Outcome `json:"outcome"`
	Evaluated ballot.Bytes   `json:"evaluated"`
	Proof     ballot.Bytes   `json:"proof"`
}

// keys shows every public key there ever was, so that anyone can follow from
// one slip's fingerprint to another's; a tablet does, when the school year is
// a new one.
func (a *App) keys(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.JSON(http.StatusOK, a.opts.Keys.Chain())
}

// issue spends a code on a ballot.
func (a *App) issue(c echo.Context) (any, string, error) {
	var req issueRequest
	if err := web.ReadJSON(c, maxBody, &req); err != nil {
		return nil, "", err
	}
	e, outcome, err := a.opts.Issuer.Issue(c.Request().Context(), req.Code, req.Blinded)
	return issueReply{outcome, e.Evaluated, e.Proof}, string(outcome), err
}

// castReply gives the nonce back: a tablet keeps a sealed ballot under a hash
// of it, and so knows which one was counted.
type castReply struct {
	Outcome collect.Outcome `json:"outcome"`
	Nonce   ballot.Bytes    `json:"nonce"`
	Receipt ballot.Receipt  `json:"receipt"`
}

// cast hands the ballot to the collector as it came: only there are ballot and
// answers held together.
func (a *App) cast(c echo.Context) (any, string, error) {
	counted, outcome, err := a.opts.Collector.Cast(c.Request().Context(), c.Request().Body)
	return castReply{outcome, counted.Nonce, counted.Receipt}, string(outcome), err
}

// counted sends what handle replies and counts how it ended.
func (a *App) counted(step string, handle func(echo.Context) (reply any, outcome string, err error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		reply, outcome, err := handle(c)
		if err != nil {
			outcome, _ = web.Outcome(err) // empty: one the tally calls internal
		}
		a.opts.Tally.Add(step, outcome)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, reply)
	}
}
