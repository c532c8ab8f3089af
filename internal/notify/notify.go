// Package notify tells staff by e-mail that something waits for them, and
// nothing else: no class, school, kind or name leaves in a letter. It decides
// whom to tell and when (waiting.go, due.go), remembers what was told (told.go),
// and writes the deadlines of a person as a calendar (deadlines.go).
//
// It reads what the duty and the releases say. It must not know answers,
// counts, the store or how a signal was found.
package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

// Store is what there is to tell of, and the log of what was told. AppendTold
// returns when the line is durable; a line twice is one line.
type Store interface {
	Roster(ctx context.Context) (roster.Roster, error)
	DutyEventsOfOwner(ctx context.Context, owner string) ([]duty.Event, error)
	// AdultsReleased are the signals about adults that the owner's latest
	// release tells the owner of.
	AdultsReleased(ctx context.Context, owner string) ([]disclosure.Released, error)
	ToldOf(ctx context.Context, owner string) ([]Line, error)
	AppendTold(ctx context.Context, l Line) error
	// TellMarks are by owner what changes whenever one of these has more, or
	// less, to say.
	TellMarks(ctx context.Context) (map[string]string, error)
}

// People knows who works where.
type People interface {
	People(ctx context.Context) ([]access.Person, error)
}

// Turns lets one server at a time send. *turn.Keeper is one.
type Turns interface {
	Take(ctx context.Context) (*turn.Turn, error)
}

// Mailer hands a letter to the mail server. Its error is *NotTaken if the
// server said so; any other leaves open what became of the letter.
type Mailer interface {
	Send(ctx context.Context, l Letter) error
}

// Options are what a Notifier needs; all are required.
type Options struct {
	Store  Store
	People People
	Turns  Turns
	Mail   Mailer
	Start  string           // address of the page that letters lead to
	Now    func() time.Time // the clock of the installation
	Log    *slog.Logger
	// Count is called with the outcome of each letter.
	Count func(Outcome)
}

// Notifier sends what is due.
type Notifier struct {
	Options
	words *words
	known map[string]known // by owner, as of the latest round
	// Not before quiet: the mail server failed us, tries times in a row.
	quiet time.Time
	tries int
}

// known is what there is to tell of at one owner, and what was told, under the
// mark that stood before it was read.
type known struct {
	mark    string
	matters Matters
	told    map[string]*told
}

// New returns a notifier, or what is wrong with its catalog.
func New(o Options) (*Notifier, error) {
	w, err := newWords()
	if err != nil {
		return nil, err
	}
	return &Notifier{Options: o, words: w, known: map[string]known{}}, nil
}

// Every is how often is looked for what is due: at once means within it.
const Every = time.Minute

// Run sends what is due until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	ticker := time.NewTicker(Every)
	defer ticker.Stop()
	for {
		if err := n.Round(ctx); err != nil && ctx.Err() == nil {
			n.Log.Error("not all was told, will try again", slog.Any("err", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// errQuiet ends a round early: the mail server is not to be reached.
var errQuiet = errors.New("the mail server can not be reached")

// Round sends what is due now, unless another server is at it.
func (n *Notifier) Round(ctx context.Context) error {
	if n.Now().Before(n.quiet) {
		return nil
	}
	all, err := n.Store.Roster(ctx)
	if err != nil {
		return fmt.Errorf("read the roster: %w", err)
	}
	people, err := n.People.People(ctx)
	if err != nil {
		return fmt.Errorf("read staff: %w", err)
	}
	marks, err := n.Store.TellMarks(ctx)
	if err != nil {
		return fmt.Errorf("read whether there is something to tell: %w", err)
	}
	var faults []error
	for _, owner := range all.Owners {
		err := n.owner(ctx, owner, people, marks[owner.Org])
		if errors.Is(err, errQuiet) {
			return errors.Join(append(faults, err)...)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// owner sends what is due at one owner. What is there is read only if its mark
// has changed: at most times a round reads nothing. A turn is taken only for
// what is due, and then all is read anew: another server may just have sent it.
func (n *Notifier) owner(ctx context.Context, owner roster.Owner, people []access.Person, mark string) error {
	if of, ok := n.known[owner.Org]; !ok || of.mark != mark {
		of, err := n.read(ctx, owner)
		if err != nil {
			return err
		}
		of.mark = mark
		n.known[owner.Org] = of
	}
	if len(n.known[owner.Org].due(owner, people, n.Now())) == 0 {
		return nil
	}
	t, err := n.Turns.Take(ctx)
	if errors.Is(err, turn.ErrTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	err = n.inTurn(ctx, t, owner, people)
	return errors.Join(err, t.GiveBack(context.WithoutCancel(ctx)))
}

func (n *Notifier) inTurn(ctx context.Context, t *turn.Turn, owner roster.Owner, people []access.Person) error {
	of, err := n.read(ctx, owner)
	if err != nil {
		return err
	}
	for _, d := range of.due(owner, people, n.Now()) {
		if err := t.Renew(ctx); err != nil {
			return err
		}
		if err := n.tell(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// read reads what there is to tell of at one owner, and what was told.
func (n *Notifier) read(ctx context.Context, owner roster.Owner) (known, error) {
	events, err := n.Store.DutyEventsOfOwner(ctx, owner.Org)
	if err != nil {
		return known{}, fmt.Errorf("read duty events of owner %s: %w", owner.Org, err)
	}
	released, err := n.Store.AdultsReleased(ctx, owner.Org)
	if err != nil {
		return known{}, fmt.Errorf("read signals about adults of owner %s: %w", owner.Org, err)
	}
	lines, err := n.Store.ToldOf(ctx, owner.Org)
	if err != nil {
		return known{}, fmt.Errorf("read what was told at owner %s: %w", owner.Org, err)
	}
	return known{matters: Survey(owner, events, released, nil), told: fold(lines)}, nil
}

// due is what is to be told now, and to whom of the people there are now.
func (k known) due(owner roster.Owner, people []access.Person, now time.Time) []telling {
	return k.matters.at(owner, people).due(wave.NewCalendar(owner), k.told, now)
}

// tell sends one letter. A line before it and one after it let whoever comes
// after a crash know that the letter may have gone out.
func (n *Notifier) tell(ctx context.Context, d telling) error {
	line := Line{
		Mail: rand.Text(), Owner: d.person.Owner, Person: d.person.ID, Step: Sending,
		Items: d.keys(), Digest: d.digest,
	}
	if err := n.append(ctx, line); err != nil {
		return err
	}
	sent := n.Mail.Send(ctx, n.words.letter(d, n.Start))
	line.Step = d.outcome(sent)
	if line.Step == "" {
		n.hush()
		return fmt.Errorf("send a letter: %w", sent) // nobody knows: the next one says again
	}
	var no *NotTaken
	if errors.As(sent, &no) {
		line.Said = no.Said
	}
	// What was sent is written down also when we are told to stop.
	if err := n.append(context.WithoutCancel(ctx), line); err != nil {
		return err
	}
	n.Count(line.Step)
	switch line.Step {
	case Unreachable:
		n.hush()
		return fmt.Errorf("%w: %s", errQuiet, line.Said)
	case Refused:
		n.Log.Warn("the mail server refuses an address for good: correct it, or ask who has it",
			slog.String("outcome", string(line.Step)), slog.String("address", d.person.Email), slog.String("said", line.Said))
	default:
		n.Log.Info("mail", slog.String("outcome", string(line.Step)))
	}
	n.tries = 0
	return nil
}

// hush leaves the mail server in peace for a while.
func (n *Notifier) hush() {
	n.quiet = n.Now().Add(pause(n.tries))
	n.tries++
}

func (n *Notifier) append(ctx context.Context, l Line) error {
	l.At = n.Now().UTC()
	l.ID = l.Mail + " " + string(l.Step)
	if err := n.Store.AppendTold(ctx, l); err != nil {
		return fmt.Errorf("write down that a letter is %s: %w", l.Step, err)
	}
	return nil
}

// pause is how long to wait after a number of tries in vain: a minute, and
// twice as long each time, up to an hour.
func pause(tries int) time.Duration { return min(time.Minute<<min(tries, 6), time.Hour) }
