package staff

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// documentationPage is /staff/cases/ID/documentation: the case on paper.
type documentationPage struct {
	web.Frame
	caseHead
	School  string
	Printed string
	Facts   []saidField
	From    []link
	History []happened

	FollowUps []followUp
}

func (s *Staff) showDocumentation(c echo.Context) error {
	v, m, one, err := s.findCase(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_documentation", one.ID); err != nil {
		return err
	}
	followed, err := s.followUps(c.Request().Context(), v, m, one, nil)
	if err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "documentation", v.lang, documentationPage{
		Frame: v.frameAt(desk.Cases), caseHead: s.head(c, v, one, nil), School: v.school.Name, Printed: web.DateTime(v.lang, s.Now()),
		Facts: s.caseFacts(v, m, one), From: v.cameOf(m, one), History: v.all(one.Whole(m.events)), FollowUps: followed.Done,
	})
}

// exported is a case as the archive gets it.
type exported struct {
	ID        string          `json:"id"`
	School    string          `json:"school"` // organisation number
	Scope     string          `json:"scope"`
	Archive   string          `json:"archive,omitempty"`
	Title     string          `json:"title,omitempty"`
	State     string          `json:"state"`
	Classes   []string        `json:"classes,omitempty"`
	From      []string        `json:"from,omitempty"`
	Known     string          `json:"known"`
	ToInquiry *int            `json:"days_to_inquiry,omitempty"` // no legal deadlines
	ToPlan    *int            `json:"days_to_plan,omitempty"`
	Raised    string          `json:"raised_with_principal,omitempty"`
	Governor  string          `json:"county_governor_from,omitempty"`
	History   []exportedEvent `json:"history"`
}

type exportedEvent struct {
	Of     string      `json:"of"`             // the case, or what it came of
	Unit   string      `json:"unit,omitempty"` // class or grade of a follow-up that the survey led to
	Step   string      `json:"step"`
	At     time.Time   `json:"at"`
	By     string      `json:"by"` // name
	Role   string      `json:"role,omitempty"`
	Fields duty.Fields `json:"fields,omitempty"`

	// What happened and what was said, as the paper has it: an archive outlives
	// the program that knows what the fields are called.
	What string         `json:"what"`
	Said []exportedSaid `json:"said,omitempty"`
}

type exportedSaid struct {
	Label string   `json:"label"`
	Words []string `json:"words"`
}

func (s *Staff) exportCase(c echo.Context) error {
	v, m, one, err := s.findCase(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "exported_case", one.ID); err != nil {
		return err
	}
	if err := s.handOver(c.Request().Context(), v, one); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="case-`+one.ID+`.json"`)
	return c.JSONPretty(http.StatusOK, v.exported(m, one), "  ")
}

// exported is a case as the archive gets it.
func (v *visit) exported(m matters, one duty.Case) exported {
	out := exported{
		ID: one.ID, School: one.School, Scope: one.Scope, Archive: one.Archive, Title: one.Title, State: string(one.State),
		Classes: one.Classes, From: one.From, Raised: one.Raised,
	}
	pace := one.Pace(m.events)
	out.Known = duty.DayOf(pace.Known)
	if pace.Inquired >= 0 {
		out.ToInquiry = &pace.Inquired
	}
	if pace.Planned >= 0 {
		out.ToPlan = &pace.Planned
	}
	if day, ok := one.GovernorDay(v.calendar()); ok {
		out.Governor = duty.DayOf(day)
	}
	for _, e := range one.Whole(m.events) {
		told := exportedEvent{
			Of: string(subjectOf(e.Event)), Unit: e.Body.Unit, Step: string(e.Step), At: e.At, By: v.nameOf(e.By), Role: e.Role, Fields: v.named(e.Body.Fields),
			What: v.what(e.Event),
		}
		for _, f := range v.said(e.Event) {
			told.Said = append(told.Said, exportedSaid{f.Label, f.Words})
		}
		out.History = append(out.History, told)
	}
	return out
}

// named puts the names of staff in the place of their ids, which mean nothing
// to an archive.
func (v *visit) named(f duty.Fields) duty.Fields {
	out := duty.Fields{}
	for field, values := range f {
		switch field {
		case duty.FieldBy, duty.FieldHeardStaff, duty.FieldAskedBy:
			for _, id := range values {
				out[field] = append(out[field], v.nameOf(id))
			}
		default:
			out[field] = values
		}
	}
	return out
}
