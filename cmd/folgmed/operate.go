package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// waveOf reads a wave from a number of weeks, from a day, or, when empty, from
// the server's clock.
func waveOf(ctx context.Context, op control.Operator, text string) (wave.Number, error) {
	if text == "" {
		status, err := op.Status(ctx)
		if err != nil {
			return 0, err
		}
		return wave.NumberOf(status.Now), nil
	}
	if n, err := strconv.ParseUint(text, 10, 16); err == nil {
		return wave.Number(n), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%q is no wave: write its number, or a day of its week such as 2026-11-23", text)
	}
	return wave.NumberOf(day), nil
}

type waveCmd struct {
	List  waveListCmd  `cmd:"" default:"withargs" help:"List the waves and their states."`
	Open  waveOpenCmd  `cmd:"" help:"Open a wave for every class (rehearsal only)."`
	Close waveCloseCmd `cmd:"" help:"Close a wave: no more ballots are issued (rehearsal only)."`
	Seal  waveSealCmd  `cmd:"" help:"Seal a wave: fold, detect and release it (rehearsal only)."`
	Void  waveVoidCmd  `cmd:"" help:"Set aside what one class has answered in this week's wave, once, so that it answers anew. The school does this itself on its page."`
	Clock clockCmd     `cmd:"" help:"Set the clock (rehearsal only)."`
}

type waveListCmd struct{ remote }

// Run lists the waves.
func (w waveListCmd) Run(ctx context.Context, c console) error {
	waves, err := w.client().Waves(ctx)
	if err != nil {
		return err
	}
	if len(waves) == 0 {
		_, err := fmt.Fprintln(c.err, "folgmed: no wave has been opened yet")
		return err
	}
	t := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "WAVE\tMONDAY\tSTATE")
	for _, one := range waves {
		_, _ = fmt.Fprintf(t, "%d\t%s\t%s\n", one.Number, one.Monday.Format(time.DateOnly), one.State)
	}
	return t.Flush()
}

// oneWave is a command to one wave.
type oneWave struct {
	remote
	Wave string `arg:"" optional:"" help:"Number of the wave, or a day of its week. Default: this week by the server's clock."`
}

func (w oneWave) move(ctx context.Context, c console, step wave.Step) error {
	op := w.client()
	n, err := waveOf(ctx, op, w.Wave)
	if err != nil {
		return err
	}
	if err := op.MoveWave(ctx, control.Move{Wave: n, Step: step}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "wave %d %s\n", n, step)
	return err
}

type waveOpenCmd struct{ oneWave }

// Run opens the wave.
func (w waveOpenCmd) Run(ctx context.Context, c console) error { return w.move(ctx, c, wave.Opened) }

type waveCloseCmd struct{ oneWave }

// Run closes the wave.
func (w waveCloseCmd) Run(ctx context.Context, c console) error { return w.move(ctx, c, wave.Closed) }

type waveSealCmd struct{ oneWave }

// Run seals the wave and waits for its release.
func (w waveSealCmd) Run(ctx context.Context, c console) error { return w.move(ctx, c, wave.Sealed) }

type waveVoidCmd struct {
	oneWave
	School string          `required:"" help:"Organisation number of the school."`
	Class  string          `required:"" help:"Name of the class."`
	Reason wave.VoidReason `required:"" enum:"prank,wrong_class,disturbed" help:"prank: answered as a joke; wrong_class: others answered with these codes; disturbed: something went wrong in the room."`
}

// Run sets the class's answers aside.
func (v waveVoidCmd) Run(ctx context.Context, c console) error {
	op := v.client()
	n, err := waveOf(ctx, op, v.Wave)
	if err != nil {
		return err
	}
	if err := op.VoidAttempt(ctx, control.VoidRequest{Wave: n, School: v.School, Class: v.Class, Reason: v.Reason}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s answers anew in wave %d: its slips no longer work, print others with 'folgmed codes --school %s --class %s'\n", v.Class, n, v.School, v.Class)
	return err
}

type clockCmd struct {
	remote
	Set  string `xor:"clock" required:"" help:"What the clock shall show, such as 2026-09-14T08:00:00+02:00."`
	Real bool   `xor:"clock" required:"" help:"Go on with the real time."`
}

// Run sets the clock.
func (k clockCmd) Run(ctx context.Context, c console) error {
	clock := control.Clock{Real: k.Real}
	if !k.Real {
		set, err := time.Parse(time.RFC3339, k.Set)
		if err != nil {
			return fmt.Errorf("--set %q is no time: write it as 2026-09-14T08:00:00+02:00", k.Set)
		}
		clock.Set = set
	}
	op := k.client()
	if err := op.SetClock(ctx, clock); err != nil {
		return err
	}
	status, err := op.Status(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, "the clock shows", status.Now.Format(time.RFC3339))
	return err
}

type detectCmd struct{ remote }

// Run carries sealed waves on to their release.
func (d detectCmd) Run(ctx context.Context, c console) error {
	released, err := d.client().Detect(ctx)
	if err != nil {
		return err
	}
	if len(released) == 0 {
		_, err = fmt.Fprintln(c.out, "no sealed wave waits: nothing to detect")
		return err
	}
	for _, n := range released {
		_, _ = fmt.Fprintf(c.out, "wave %d released\n", n)
	}
	return nil
}

type codesCmd struct {
	remote
	School string `required:"" help:"Organisation number of the school."`
	Class  string `help:"Name of the class, such as 5A. Default: every class of the school."`
	Wave   string `help:"Number of the wave, or a day of its week. Default: this week by the server's clock."`
	Count  int    `help:"How many. Default: one for each pupil on the roster."`
	Out    string `short:"o" required:"" type:"path" help:"File to write the page with slips to; print it once, then delete it."`
	Lang   string `enum:"nb,nn,en," default:"" help:"Language of the slips. Default: the school's written standard."`
}

// Run makes the codes and writes the slips to a file that only the caller can
// read: whoever has a slip can answer.
func (k codesCmd) Run(ctx context.Context, c console) (err error) {
	op := k.client()
	status, err := op.Status(ctx)
	if err != nil {
		return err
	}
	n, err := waveOf(ctx, op, k.Wave)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(k.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: print it and delete it, or name another file with --out", k.Out)
	}
	if err != nil {
		return fmt.Errorf("write the slips: %w", err)
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
		if err != nil {
			_ = os.Remove(k.Out)
		}
	}()
	made, err := op.Codes(ctx, control.CodesRequest{Wave: n, School: k.School, Class: k.Class, Count: k.Count})
	if err != nil {
		return err
	}
	sheets := make([]ballot.SlipSheet, len(made))
	for i, class := range made {
		if sheets[i], err = slipSheet(status, class, k.Lang); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(c.out, "%d slips for %s, week of %s, in %s\n",
			len(class.Codes), class.Class, class.Wave.Opens().Format(time.DateOnly), k.Out)
	}
	return ballot.WriteSlips(out, sheets...)
}

// slipSheet is what one class's slips say.
func slipSheet(status control.Status, class control.ClassCodes, lang string) (ballot.SlipSheet, error) {
	sheet := ballot.SlipSheet{
		Lang: lang, School: class.SchoolName, Class: class.Class,
		Monday: class.Wave.Opens(), Closes: class.Wave.Closes(),
		URL: status.PublicURL, Fingerprint: class.Fingerprint,
	}
	if lang == "" {
		sheet.Lang = class.Written
	}
	for _, text := range class.Codes {
		code, err := ballot.ParseCode(text)
		if err != nil {
			return sheet, fmt.Errorf("the server sent a code that is none: %w", err)
		}
		sheet.Codes = append(sheet.Codes, code)
	}
	return sheet, nil
}

type staffCmd struct {
	List   staffListCmd   `cmd:"" default:"withargs" help:"List who may sign in."`
	Add    staffAddCmd    `cmd:"" help:"Let a person sign in, or change what they may see."`
	Remove staffRemoveCmd `cmd:"" help:"End a person's access at once."`
	Link   staffLinkCmd   `cmd:"" help:"Make a link that signs a person in once."`
	Token  staffTokenCmd  `cmd:"" help:"Make the bearer token of an owner's metrics; the one before stops working."`
}

type staffListCmd struct{ remote }

// Run lists the people.
func (s staffListCmd) Run(ctx context.Context, c console) error {
	people, err := s.client().People(ctx)
	if err != nil {
		return err
	}
	if len(people) == 0 {
		_, err := fmt.Fprintln(c.err, "folgmed: nobody may sign in yet: add people with 'folgmed staff add'")
		return err
	}
	t := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "E-MAIL\tNAME\tROLE\tOWNER\tSCHOOLS\tCLASSES")
	for _, p := range people {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Email, p.Name, roleOf(p), p.Owner, strings.Join(p.Schools, " "), strings.Join(p.Classes, " "))
	}
	return t.Flush()
}

// roleOf is what a person is, and of a deputy to which day.
func roleOf(p access.Person) string {
	if p.Role != access.Deputy {
		return string(p.Role)
	}
	return "deputy to " + p.DeputyUntil.Add(-time.Minute).In(wave.Oslo).Format(time.DateOnly)
}

type staffAddCmd struct {
	remote
	Email   string   `arg:"" help:"E-mail address."`
	Name    string   `required:"" help:"Name, as colleagues know it."`
	Role    string   `required:"" enum:"reporter,teacher,principal,owner" help:"reporter, teacher, principal or owner."`
	Owner   string   `required:"" help:"Organisation number of the owner."`
	Schools []string `name:"school" help:"Organisation number of a school; repeat for several. All but an owner need one."`
	Classes []string `name:"class" help:"A teacher's class as SCHOOL/CLASS, such as 987654321/5A; repeat for several."`
	Lang    string   `enum:"nb,nn,en," default:"" help:"Language of the pages. Default: the school's written standard."`
	Deputy  string   `name:"deputy-until" help:"Last day, such as 2027-06-18, on which this teacher or reporter stands in for the principal. A day that has been ends it."`
}

// Run adds the person.
func (s staffAddCmd) Run(ctx context.Context, c console) error {
	p := access.Person{
		Email: s.Email, Name: s.Name, Role: access.Role(s.Role),
		Owner: s.Owner, Schools: s.Schools, Classes: s.Classes, Lang: s.Lang,
	}
	if last := roster.Date(s.Deputy); last != "" {
		if last.Day().IsZero() {
			return fmt.Errorf("--deputy-until %q is not a day: write it as 2027-06-18", s.Deputy)
		}
		p.DeputyUntil = access.DeputyTo(last)
	}
	err := s.client().AddPerson(ctx, p)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s may sign in: make a link with 'folgmed staff link %s'\n", s.Email, s.Email)
	return err
}

type staffRemoveCmd struct {
	remote
	Email string `arg:"" help:"E-mail address."`
}

// Run removes the person.
func (s staffRemoveCmd) Run(ctx context.Context, c console) error {
	if err := s.client().RemovePerson(ctx, s.Email); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.out, s.Email, "can no longer sign in")
	return err
}

type staffLinkCmd struct {
	remote
	Email string `arg:"" help:"E-mail address."`
}

// Run prints the link.
func (s staffLinkCmd) Run(ctx context.Context, c console) error {
	link, err := s.client().SignInLink(ctx, s.Email)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, link)
	return err
}

type staffTokenCmd struct {
	remote
	Owner string `arg:"" help:"Organisation number of the owner."`
}

// Run prints the token.
func (s staffTokenCmd) Run(ctx context.Context, c console) error {
	if s.Owner == "" {
		return errors.New("name the owner by its organisation number")
	}
	token, err := s.client().OwnerToken(ctx, s.Owner)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, token)
	return err
}
