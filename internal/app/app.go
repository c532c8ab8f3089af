// Package app wires everything: New, Start, and Stop in reverse order. Only
// this package knows all the others, and only here does a wave's way from the
// first code to the last prompt stand in one place (seal.go).
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/classroom"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/logbook"
	"github.com/folgmed/folgmed/internal/notify"
	"github.com/folgmed/folgmed/internal/owner"
	"github.com/folgmed/folgmed/internal/people"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/internal/staff"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/tally"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// Options are what a server is given besides its configuration.
type Options struct {
	Log     *slog.Logger
	Version string
	// Now is the real time; a rehearsal's clock is set against it.
	Now func() time.Time
	// KeepOpen opens a wave whenever none is open, in a rehearsal: the demo.
	KeepOpen bool
	// Hold keeps the job from opening, closing and sealing waves by the clock
	// until Release is called: the demo moves its waves itself while it fills.
	Hold bool
}

// App is one running server. It implements control.Operator.
type App struct {
	cfg config.Server
	opt Options
	log *slog.Logger

	engine *engine.Engine // nil for a ClickHouse of the operator's own
	parts  map[config.Role]*store.Store
	// store is the job's connection; without a job that of the only part.
	store    *store.Store
	schedule *schedule
	issuer   *ballot.Issuer
	collect  *collect.Collector
	keys     *ballot.Ring
	access   *access.Service
	mail     *notify.Notifier // nil if no mail server is set
	letters  *prometheus.CounterVec
	surveys  surveys.Set
	shell    *echo.Echo // what the public listener serves
	public   *web.Server
	tally    *tally.Tally

	rehearsal bool
	publicURL string

	sealing    sync.Mutex // one seal, one change of waves at a time in this process
	turns      *turn.Keeper
	turn       *turn.Turn // the one under way; under sealing
	forgotten  string     // the day on which what is old was last forgotten; the job's own
	turnLength time.Duration
	hold       chan struct{}
	// beforeStep is called before each step of a seal, once it is this server's
	// turn, and afterStep when it is done; tests let them wait, as a paused server
	// would, or fail, as a crash would.
	beforeStep, afterStep func(step string) error
	cleanups              []cleanup
	failed                chan error
}

var _ control.Operator = (*App)(nil)

// cleanup ends one part; parts end in the reverse order of their start.
type cleanup struct {
	what string
	do   func(context.Context) error
}

// New returns a server that Start starts.
func New(cfg config.Server, opt Options) *App {
	a := &App{cfg: cfg, opt: opt, log: opt.Log, hold: make(chan struct{}), failed: make(chan error, 1), turnLength: turnLength}
	if !opt.Hold {
		close(a.hold)
	}
	return a
}

// Release lets the job follow the clock after Options.Hold.
func (a *App) Release() { close(a.hold) }

// PublicURL is where pupils and staff reach the server.
func (a *App) PublicURL() string { return a.publicURL }

// AdminURL is where the operator's listener answers.
func (a *App) AdminURL() string { return "http://" + a.cfg.Admin }

// Failed delivers the fault that ended a listener while the server ran.
func (a *App) Failed() <-chan error { return a.failed }

// onStop remembers how to end a part that has just started.
func (a *App) onStop(what string, do func(context.Context) error) {
	a.cleanups = append(a.cleanups, cleanup{what, do})
}

// Stop ends every part in the reverse order of their start: listeners first,
// so that what was accepted is stored before the engine ends.
func (a *App) Stop(ctx context.Context) error {
	var faults []error
	for i := len(a.cleanups) - 1; i >= 0; i-- {
		if err := a.cleanups[i].do(ctx); err != nil {
			faults = append(faults, fmt.Errorf("stop %s: %w", a.cleanups[i].what, err))
		}
	}
	a.cleanups = nil
	return errors.Join(faults...)
}

// every part there is; a server of any role does what is theirs.
var every = []config.Role{config.Issuer, config.Collector, config.Job, config.Staff}

// startStep starts something that some parts need.
type startStep struct {
	what string
	do   func(*App, context.Context) error
	of   []config.Role
}

// startSteps is what a server starts, in order, and for which parts. One with
// the role all is every part at once.
var startSteps = []startStep{
	{"prepare the data folder", (*App).startFolder, every},
	{"load the questionnaires", (*App).startSurveys, every},
	{"start the database", (*App).startEngine, every},
	{"bring the database up to date", (*App).migrate, []config.Role{config.Job}},
	{"connect to the database", (*App).startStore, every},
	{"read the installation", (*App).startInstallation, every},
	{"read roster and waves", (*App).startSchedule, every},
	{"load the ballot keys", (*App).startKeys, []config.Role{config.Issuer, config.Collector}},
	{"start the issuer", (*App).startIssuer, []config.Role{config.Issuer}},
	{"start the collector", (*App).startCollector, []config.Role{config.Collector}},
	{"open staff access", (*App).startAccess, []config.Role{config.Staff}},
	{"prepare e-mail", (*App).startMail, []config.Role{config.Staff}},
	{"open the public listener", (*App).startPublic, []config.Role{config.Issuer, config.Collector, config.Staff}},
	{"open the operator's listener", (*App).startAdmin, every},
	{"follow roster and waves", (*App).startFollowing, []config.Role{config.Issuer, config.Collector, config.Staff}},
	{"take turns", (*App).startTurns, []config.Role{config.Job}},
	{"start the job", (*App).startJob, []config.Role{config.Job}},
	{"send e-mail", (*App).startTelling, []config.Role{config.Staff}},
	{"open the issuer's socket", (*App).startIssuerSocket, []config.Role{config.Issuer}},
	{"open the control socket", (*App).startControl, every},
}

// Start starts the parts of the server's role in order; if one fails, those
// before it are stopped and the error says which.
func (a *App) Start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
			defer cancel()
			err = errors.Join(err, a.Stop(stopping))
		}
	}()
	for _, step := range startSteps {
		if !a.cfg.Role.Is(step.of...) {
			continue
		}
		if err := step.do(a, ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	// Compressing the pages at start took more memory than serving them will.
	debug.FreeOSMemory()
	return nil
}

func (a *App) startFolder(context.Context) error {
	if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("%w: choose a folder that you may write to with --data", err)
	}
	return nil
}

// startSurveys puts the operator's questionnaires before the built-in ones.
func (a *App) startSurveys(context.Context) error {
	set, err := surveys.Embedded()
	if err != nil {
		return err
	}
	if a.cfg.Surveys != "" {
		own, err := surveys.Load(os.DirFS(a.cfg.Surveys))
		if err != nil {
			return err
		}
		set = set.Merge(own)
	}
	a.surveys = set
	return nil
}

// restarts is the operator's metric of an embedded engine that fell; 0 for a
// ClickHouse of the operator's own.
func (a *App) restarts() prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "folgmed_engine_restarts_total", Help: "How often the embedded engine had to be started again.",
	}, func() float64 {
		if a.engine == nil {
			return 0
		}
		return float64(a.engine.Restarts())
	})
}

// Keys of the installation's own settings.
const (
	keyMade      = "made"      // when the installation first started
	keyRehearsal = "rehearsal" // "yes" or "no", written once
	keyClock     = "clock"     // where a rehearsal's clock stands; empty: it runs
)

// startInstallation marks a new installation as a rehearsal or not. The mark
// can not change: answers of children and trial answers never stand together.
func (a *App) startInstallation(ctx context.Context) error {
	settings, err := a.store.Installation(ctx)
	if err != nil {
		return err
	}
	switch mark := settings[keyRehearsal]; {
	case mark == "" && !a.cfg.Role.Is(config.Job):
		return errors.New("this installation has not been started yet: start the server with --role job first, which says whether it is a rehearsal")
	case mark == "":
		mark = "no"
		if a.cfg.Rehearsal {
			mark = "yes"
		}
		for _, setting := range [][2]string{{keyMade, a.opt.Now().UTC().Format(time.RFC3339)}, {keyRehearsal, mark}} {
			if err := a.store.SetInstallation(ctx, setting[0], setting[1], a.opt.Now()); err != nil {
				return err
			}
		}
		a.rehearsal = a.cfg.Rehearsal
	case mark == "no" && a.cfg.Rehearsal:
		return errors.New("this installation was not made as a rehearsal, and can not become one: use another --data folder or --database")
	default:
		a.rehearsal = mark == "yes"
	}
	return nil
}

func (a *App) startSchedule(ctx context.Context) error {
	settings, err := a.store.Installation(ctx)
	if err != nil {
		return err
	}
	a.schedule = newSchedule(a.store, a.surveys, wave.NewClock(a.opt.Now), a.cfg.Role.Is(config.Job))
	if err := a.setClock(settings); err != nil {
		return err
	}
	return a.schedule.Refresh(ctx)
}

// setClock sets a rehearsal's clock to where the settings say that it stands.
func (a *App) setClock(settings map[string]string) error {
	text := settings[keyClock]
	if !a.rehearsal || text == "" {
		a.schedule.clock.Resume()
		return nil
	}
	set, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("read what the clock was set to: %w", err)
	}
	a.schedule.clock.Set(set)
	return nil
}

func (a *App) startIssuer(context.Context) error {
	a.issuer = ballot.NewIssuer(ballot.Options{
		Keys: a.keys, Store: a.parts[config.Issuer], Plan: a.schedule, Random: rand.Reader, Now: a.opt.Now,
	})
	a.onStop("the issuer", a.issuer.Stop)
	return nil
}

func (a *App) startCollector(ctx context.Context) error {
	a.collect = collect.New(collect.Options{
		Keys: a.keys, Store: a.parts[config.Collector], Plan: a.schedule, Items: a.schedule.Items, Log: a.log,
	})
	a.onStop("the collector", a.collect.Stop)
	return a.collect.LoadNullifiers(ctx, a.schedule.Plan().Open())
}

func (a *App) startAccess(context.Context) error {
	journal := a.parts[config.Staff]
	opt := access.Options{
		Store: journal, Audit: audit.New(journal, a.opt.Now), Keys: filepath.Join(a.cfg.Data, "keys"),
		Now: a.opt.Now, Secure: a.secure(),
	}
	if a.cfg.OIDCIssuer != "" {
		opt.OIDC = &access.OIDCOptions{
			Name: a.cfg.OIDCName, Issuer: a.cfg.OIDCIssuer, ClientID: a.cfg.OIDCClientID, ClientSecret: a.cfg.OIDCClientSecret,
			RedirectURL: a.cfg.PublicURL + "/staff/oidc/callback", TrustEmail: a.cfg.OIDCTrustEmail,
		}
	}
	service, err := access.New(opt)
	if err != nil {
		return err
	}
	a.access = service
	return nil
}

// secure says whether pupils and staff reach us by https.
func (a *App) secure() bool { return a.cfg.TLSCert != "" || a.cfg.TLSProxy }

// startPublic binds the public listener and serves the pages of the parts.
func (a *App) startPublic(context.Context) error {
	a.tally = tally.New(a.opt.Now, map[string][]string{
		pupil.StepIssue: outcomes(ballot.Outcomes),
		pupil.StepCast:  outcomes(collect.Outcomes),
	})
	shell := web.New(web.Options{Log: a.log, TLS: a.secure(), Rehearsal: a.rehearsal})
	shell.Pre(a.ours)
	if a.cfg.Role.Is(config.Issuer, config.Collector) {
		if err := a.pupilRoutes(shell); err != nil {
			return err
		}
	}
	if a.cfg.Role.Is(config.Staff) {
		if err := a.staffRoutes(shell); err != nil {
			return err
		}
	}
	if err := a.privacyRoutes(shell); err != nil {
		return err
	}
	public, err := web.Listen(web.ListenOptions{
		Addr: a.cfg.Listen, CertFile: a.cfg.TLSCert, KeyFile: a.cfg.TLSKey, Proxy: a.cfg.TLSProxy,
	}, shell)
	if err != nil {
		return err
	}
	a.serve("the public listener", public)
	a.shell, a.public = shell, public
	a.publicURL = a.cfg.PublicURL
	if a.publicURL == "" {
		a.publicURL = public.URL()
	}
	return nil
}

// pupilRoutes adds what tablets ask. Of issuer and collector one may be nil:
// ours lets no request come to it.
func (a *App) pupilRoutes(shell *echo.Echo) error {
	pupils, err := pupil.New(pupil.Options{
		Issuer: a.issuer, Collector: a.collect, Roster: a.schedule.Roster, Surveys: a.surveys,
		Keys: a.keys, Tally: a.tally, Rehearsal: a.rehearsal,
	})
	if err != nil {
		return err
	}
	pupils.Routes(shell)
	return nil
}

// staffRoutes adds the pages of staff and owner.
func (a *App) staffRoutes(shell *echo.Echo) error {
	journal := a.parts[config.Staff]
	pages, err := staff.New(staff.Options{
		Store: journal, Waves: waves{a.schedule, journal}, People: a.access, Surveys: a.surveys,
		Public: a.PublicURL, Now: a.schedule.Now, Log: a.log,
	})
	if err != nil {
		return err
	}
	ownerPage, err := owner.NewPage(journal, a.schedule.Now, a.log)
	if err != nil {
		return err
	}
	rooms, err := classroom.New(classroom.Options{
		Store: journal, Issuing: a.whoIssues(), PINs: a.access, Now: a.opt.Now, Log: a.log,
	})
	if err != nil {
		return err
	}
	reminders, err := notify.NewPage(notify.PageOptions{
		Store: journal, Calendars: a.access, Public: a.PublicURL, Mail: a.mail != nil, Now: a.schedule.Now,
	})
	if err != nil {
		return err
	}
	staffPages, err := people.New(people.Options{
		Store: journal, Access: a.access, Public: a.PublicURL, Mail: a.sendLink(), Now: a.opt.Now, Log: a.log,
	})
	if err != nil {
		return err
	}
	log, err := logbook.New(journal, a.access)
	if err != nil {
		return err
	}
	a.access.Routes(shell)
	log.Routes(shell, a.access.Require)
	staffPages.Routes(shell, a.access.Require)
	reminders.Routes(shell, a.access.Require)
	rooms.Routes(shell, a.access.Require)
	pages.Routes(shell, a.access.Require)
	owner.New(a.access, journal, a.schedule.Now).Routes(shell)
	ownerPage.Routes(shell, a.access.Require)
	return nil
}

// startAdmin binds the operator's listener and serves it.
func (a *App) startAdmin(context.Context) error {
	registry := prometheus.NewRegistry()
	// Nothing that moves with each request, as the usual Go and process
	// collectors do: a stored series of them tells the minute of a cast.
	registry.MustRegister(collectors.NewBuildInfoCollector(), a.restarts())
	if a.tally != nil {
		registry.MustRegister(a.tally)
	}
	if a.letters != nil {
		registry.MustRegister(a.letters)
	}
	admin, err := web.Listen(web.ListenOptions{Addr: a.cfg.Admin}, web.Admin(registry, a.store.Ping))
	if err != nil {
		return err
	}
	a.cfg.Admin = admin.Addr()
	a.serve("the operator's listener", admin)
	return nil
}

// serve runs a bound listener until Stop.
func (a *App) serve(what string, s *web.Server) {
	a.onStop(what, s.Shutdown)
	go func() {
		if err := s.Serve(); err != nil {
			select {
			case a.failed <- fmt.Errorf("%s: %w", what, err):
			default:
			}
		}
	}()
}

func (a *App) startControl(context.Context) error {
	s, err := control.Listen(config.ControlSocket(a.cfg.Data), a, a.log)
	if err != nil {
		return err
	}
	a.onStop("the control socket", s.Close)
	return nil
}

// outcomes turns a package's closed list of outcomes into label values.
func outcomes[T ~string](list []T) []string {
	words := make([]string, len(list))
	for i, one := range list {
		words[i] = string(one)
	}
	return words
}
