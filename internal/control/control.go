// Package control is how the commands reach the running server: a socket in the
// data folder that only its owner can open. Whoever may read the folder may
// already read the keys in it, so the socket's mode is the whole of the access
// control.
//
// It carries codes to the printer and nothing that a pupil answered: there is
// no call that reads answers, counts or releases.
package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/prove"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/socket"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// Operator is what a command can ask of the server. The server implements it;
// Client does too, by asking the server.
type Operator interface {
	// Status says what is running.
	Status(ctx context.Context) (Status, error)
	// SaveRoster puts a checked roster in force, one version per owner.
	SaveRoster(ctx context.Context, r roster.Roster) error
	// Roster returns the roster in force.
	Roster(ctx context.Context) (roster.Roster, error)
	// Surveys returns the questionnaires that classes are asked.
	Surveys(ctx context.Context) (surveys.Set, error)
	// Waves lists the waves that were ever opened, oldest first.
	Waves(ctx context.Context) ([]Wave, error)
	// MoveWave opens, closes or seals a wave, in a rehearsal only. Sealing
	// returns when the wave is released.
	MoveWave(ctx context.Context, m Move) error
	// SetClock sets the clock of a rehearsal, or lets it run with the real one.
	SetClock(ctx context.Context, c Clock) error
	// Codes makes new codes for an open wave.
	Codes(ctx context.Context, r CodesRequest) ([]ClassCodes, error)
	// VoidAttempt sets aside what a class has answered in an open wave, once, so
	// that it answers anew.
	VoidAttempt(ctx context.Context, r VoidRequest) error
	// AddPerson lets a member of staff sign in, or changes what they may see.
	AddPerson(ctx context.Context, p access.Person) error
	// RemovePerson ends a person's access at once.
	RemovePerson(ctx context.Context, email string) error
	// People lists who may sign in.
	People(ctx context.Context) ([]access.Person, error)
	// SignInLink makes a link that signs a person in once.
	SignInLink(ctx context.Context, email string) (string, error)
	// OwnerToken makes the bearer token of an owner's metrics; the one before
	// stops working.
	OwnerToken(ctx context.Context, org string) (string, error)
	// Detect carries every sealed wave on to its release now, instead of at the
	// job's next round, and returns those it released.
	Detect(ctx context.Context) ([]wave.Number, error)
	// Prove holds every promise about the pupils' answers against the running
	// server and says in a language what came of it.
	Prove(ctx context.Context, lang string) (prove.Report, error)
	// Backup writes to a new folder all that is kept for long: no answers, no
	// codes, no keys.
	Backup(ctx context.Context, f Folder) error
	// Restore fills a server that is new and empty from a backup.
	Restore(ctx context.Context, f Folder) error
}

// Folder is a folder on the server's machine, by its whole path.
type Folder struct {
	Path string `json:"path"`
}

// Status is what is running.
type Status struct {
	Version     string    `json:"version"`
	PublicURL   string    `json:"public_url"`
	Fingerprint string    `json:"fingerprint"`
	Rehearsal   bool      `json:"rehearsal"`
	Now         time.Time `json:"now"`
}

// Wave is a wave and how far it has come.
type Wave struct {
	Number wave.Number `json:"number"`
	State  wave.State  `json:"state"`
	Monday time.Time   `json:"monday"`
}

// Move is a command to a wave: Step is wave.Opened, wave.Closed or wave.Sealed.
type Move struct {
	Wave wave.Number `json:"wave"`
	Step wave.Step   `json:"step"`
}

// Clock sets a rehearsal's clock to Set, or, when Real, back to the real time.
type Clock struct {
	Set  time.Time `json:"set"`
	Real bool      `json:"real"`
}

// CodesRequest asks for codes: for one class, for every class of a school that
// is asked in the wave when Class is empty, and for every school when School is
// empty too. Count 0 means one for each pupil on the
// roster.
type CodesRequest struct {
	Wave   wave.Number `json:"wave"`
	School string      `json:"school"`
	Class  string      `json:"class"`
	Count  int         `json:"count"`
}

// VoidRequest names a class whose answers shall not be counted, and why.
type VoidRequest struct {
	Wave   wave.Number     `json:"wave"`
	School string          `json:"school"`
	Class  string          `json:"class"`
	Reason wave.VoidReason `json:"reason"`
}

// ClassCodes are new codes of one class, in random order.
type ClassCodes struct {
	School     string      `json:"school"`
	SchoolName string      `json:"school_name"`
	Written    string      `json:"written"`
	Class      string      `json:"class"`
	Wave       wave.Number `json:"wave"`
	Codes      []string    `json:"codes"`
	// Fingerprint is that of the wave's keys, for the slips.
	Fingerprint string `json:"fingerprint"`
}

// maxBody bounds a request: a national roster is about 10 MB.
const maxBody = 64 << 20

// empty stands for "no arguments" and "no result".
type empty struct{}

// calls are all calls by name: what the server answers and the client asks.
func calls(op Operator) map[string]socket.Call {
	return map[string]socket.Call{
		"status":        socket.Answer(func(ctx context.Context, _ empty) (Status, error) { return op.Status(ctx) }),
		"save-roster":   socket.Answer(func(ctx context.Context, r roster.Roster) (empty, error) { return empty{}, op.SaveRoster(ctx, r) }),
		"roster":        socket.Answer(func(ctx context.Context, _ empty) (roster.Roster, error) { return op.Roster(ctx) }),
		"surveys":       socket.Answer(func(ctx context.Context, _ empty) (surveys.Set, error) { return op.Surveys(ctx) }),
		"waves":         socket.Answer(func(ctx context.Context, _ empty) ([]Wave, error) { return op.Waves(ctx) }),
		"move-wave":     socket.Answer(func(ctx context.Context, m Move) (empty, error) { return empty{}, op.MoveWave(ctx, m) }),
		"set-clock":     socket.Answer(func(ctx context.Context, c Clock) (empty, error) { return empty{}, op.SetClock(ctx, c) }),
		"codes":         socket.Answer(op.Codes),
		"void-attempt":  socket.Answer(func(ctx context.Context, r VoidRequest) (empty, error) { return empty{}, op.VoidAttempt(ctx, r) }),
		"add-person":    socket.Answer(func(ctx context.Context, p access.Person) (empty, error) { return empty{}, op.AddPerson(ctx, p) }),
		"remove-person": socket.Answer(func(ctx context.Context, email string) (empty, error) { return empty{}, op.RemovePerson(ctx, email) }),
		"people":        socket.Answer(func(ctx context.Context, _ empty) ([]access.Person, error) { return op.People(ctx) }),
		"sign-in-link":  socket.Answer(op.SignInLink),
		"owner-token":   socket.Answer(op.OwnerToken),
		"prove":         socket.Answer(op.Prove),
		"backup":        socket.Answer(func(ctx context.Context, f Folder) (empty, error) { return empty{}, op.Backup(ctx, f) }),
		"restore":       socket.Answer(func(ctx context.Context, f Folder) (empty, error) { return empty{}, op.Restore(ctx, f) }),
		"detect":        socket.Answer(func(ctx context.Context, _ empty) ([]wave.Number, error) { return op.Detect(ctx) }),
	}
}

// Listen serves op on the socket at path.
func Listen(path string, op Operator, log *slog.Logger) (*socket.Server, error) {
	return socket.Listen(socket.Options{Path: path, Mode: 0o600, MaxBody: maxBody, Calls: calls(op), Log: log})
}

// Client asks the server that runs on a data folder.
type Client struct {
	path   string
	socket *socket.Client
}

var _ Operator = (*Client)(nil)

// Dial returns a client of the server that listens on the socket at path.
func Dial(path string) *Client { return &Client{path, socket.Dial(path)} }

// ask makes one call.
func ask[Out any](ctx context.Context, c *Client, name string, in any) (Out, error) {
	out, err := socket.Ask[Out](ctx, c.socket, name, in)
	if errors.Is(err, socket.ErrNobody) {
		return out, fmt.Errorf("no server runs here (nothing answers on %s): start one with 'folgmed serve', or name its folder with --data", c.path)
	}
	return out, err
}

// Status says what is running.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return ask[Status](ctx, c, "status", empty{})
}

// SaveRoster puts a roster in force.
func (c *Client) SaveRoster(ctx context.Context, r roster.Roster) error {
	_, err := ask[empty](ctx, c, "save-roster", r)
	return err
}

// Roster returns the roster in force.
func (c *Client) Roster(ctx context.Context) (roster.Roster, error) {
	return ask[roster.Roster](ctx, c, "roster", empty{})
}

// Surveys returns the questionnaires.
func (c *Client) Surveys(ctx context.Context) (surveys.Set, error) {
	return ask[surveys.Set](ctx, c, "surveys", empty{})
}

// Waves lists the waves.
func (c *Client) Waves(ctx context.Context) ([]Wave, error) {
	return ask[[]Wave](ctx, c, "waves", empty{})
}

// MoveWave opens, closes or seals a wave.
func (c *Client) MoveWave(ctx context.Context, m Move) error {
	_, err := ask[empty](ctx, c, "move-wave", m)
	return err
}

// SetClock sets the clock of a rehearsal.
func (c *Client) SetClock(ctx context.Context, clock Clock) error {
	_, err := ask[empty](ctx, c, "set-clock", clock)
	return err
}

// Codes makes new codes.
func (c *Client) Codes(ctx context.Context, r CodesRequest) ([]ClassCodes, error) {
	return ask[[]ClassCodes](ctx, c, "codes", r)
}

// AddPerson lets a member of staff sign in.
func (c *Client) AddPerson(ctx context.Context, p access.Person) error {
	_, err := ask[empty](ctx, c, "add-person", p)
	return err
}

// VoidAttempt sets aside what a class has answered.
func (c *Client) VoidAttempt(ctx context.Context, r VoidRequest) error {
	_, err := ask[empty](ctx, c, "void-attempt", r)
	return err
}

// RemovePerson ends a person's access.
func (c *Client) RemovePerson(ctx context.Context, email string) error {
	_, err := ask[empty](ctx, c, "remove-person", email)
	return err
}

// People lists who may sign in.
func (c *Client) People(ctx context.Context) ([]access.Person, error) {
	return ask[[]access.Person](ctx, c, "people", empty{})
}

// SignInLink makes a link that signs a person in once.
func (c *Client) SignInLink(ctx context.Context, email string) (string, error) {
	return ask[string](ctx, c, "sign-in-link", email)
}

// OwnerToken makes the bearer token of an owner's metrics.
func (c *Client) OwnerToken(ctx context.Context, org string) (string, error) {
	return ask[string](ctx, c, "owner-token", org)
}

// Detect carries sealed waves on to their release.
func (c *Client) Detect(ctx context.Context) ([]wave.Number, error) {
	return ask[[]wave.Number](ctx, c, "detect", empty{})
}

// Prove holds every promise against the server.
func (c *Client) Prove(ctx context.Context, lang string) (prove.Report, error) {
	return ask[prove.Report](ctx, c, "prove", lang)
}

// Backup writes all that is kept for long to a new folder.
func (c *Client) Backup(ctx context.Context, f Folder) error {
	_, err := ask[empty](ctx, c, "backup", f)
	return err
}

// Restore fills a new server from a backup.
func (c *Client) Restore(ctx context.Context, f Folder) error {
	_, err := ask[empty](ctx, c, "restore", f)
	return err
}
