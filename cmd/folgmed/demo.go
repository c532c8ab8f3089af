package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/app"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/demo"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

type demoCmd struct {
	Data   string `default:"data/demo" env:"FOLGMED_DATA" type:"path" help:"Folder of the demo. Delete it to forget the demo."`
	Listen string `default:"127.0.0.1:8080" env:"FOLGMED_LISTEN" help:"Address for pupils, principal and owner."`
	Admin  string `default:"127.0.0.1:8081" env:"FOLGMED_ADMIN" help:"Address of the operator's metrics."`
	CHDB   string `env:"FOLGMED_CHDB" type:"path" help:"The embedded engine's library, libchdb.so. Default: beside the program."`
}

// ready is what the demo remembers once it is filled.
type ready struct {
	OwnerToken string      `json:"owner_token"`
	Wave       wave.Number `json:"wave"`  // that Links are for
	Links      []string    `json:"links"` // of pupils that have not been given out
}

func (d demoCmd) remembered() string { return filepath.Join(d.Data, "demo.json") }

// unfinished is a file that marks a folder as a demo while it is being filled:
// one that still has it was interrupted, and may be made anew.
func (d demoCmd) unfinished() string { return filepath.Join(d.Data, "demo-unfinished") }

// Run starts the demo, fills it if it is new, prints three links and serves
// until it is interrupted.
func (d demoCmd) Run(ctx context.Context, c console) error {
	var kept ready
	raw, err := os.ReadFile(d.remembered())
	filled := err == nil && json.Unmarshal(raw, &kept) == nil
	if !filled {
		if err := d.clear(ctx); err != nil {
			return err
		}
	}
	cfg := config.Server{
		Data: d.Data, Listen: d.Listen, Admin: d.Admin, CHDB: d.CHDB, Database: "folgmed", Rehearsal: true, LogFormat: "text",
	}
	if err := cfg.Resolve(); err != nil {
		return err
	}
	a := app.New(cfg, app.Options{
		Log: logger(c.err, cfg.LogFormat, slog.LevelWarn), Version: version, Now: time.Now, KeepOpen: true, Hold: true,
	})
	if err := a.Start(ctx); err != nil {
		return err
	}
	if err := d.run(ctx, c, a, filled, &kept); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		return errors.Join(err, a.Stop(stopping))
	}
	return wait(ctx, a)
}

func (d demoCmd) run(ctx context.Context, c console, a *app.App, filled bool, kept *ready) error {
	if !filled {
		if err := d.fill(ctx, c.err, a, kept); err != nil {
			return fmt.Errorf("fill the demo: %w", err)
		}
	}
	// This week's wave is opened before the job takes over, so that the link
	// works at once.
	if err := a.KeepOpen(ctx); err != nil {
		return err
	}
	a.Release()
	link, err := d.pupilLink(ctx, a, kept)
	if err != nil {
		return err
	}
	principal, err := a.SignInLink(ctx, demo.PrincipalEmail)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, `
Følgmed runs with a simulated owner. Nothing in it is about a real child.

  pupil      %s
  principal  %s
  owner      curl -H 'Authorization: Bearer %s' %s/owner/metrics

The first two links work once; 'make demo' prints new ones. Stop with Ctrl-C.
`, link, principal, kept.OwnerToken, a.PublicURL())
	return err
}

// clear makes an empty folder for the demo. It removes a demo that was
// interrupted while it was filled, and nothing else: a folder without that mark
// may be somebody's installation, which looks the same from outside.
func (d demoCmd) clear(ctx context.Context) error {
	if _, err := control.Dial(config.ControlSocket(d.Data)).Status(ctx); err == nil {
		return fmt.Errorf("a server already runs in %s: stop it first, or name another folder with --data", d.Data)
	}
	entries, err := os.ReadDir(d.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		if _, err := os.Stat(d.unfinished()); err != nil {
			return fmt.Errorf("%s is not empty and holds no demo: name another folder with --data, or empty it yourself if nobody needs what is in it", d.Data)
		}
		if err := os.RemoveAll(d.Data); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(d.Data, 0o700); err != nil {
		return err
	}
	return os.WriteFile(d.unfinished(), nil, 0o600)
}

// fill casts the waves of half a year as ballots over the public interface, on
// a clock that it moves itself.
func (d demoCmd) fill(ctx context.Context, w io.Writer, a *app.App, kept *ready) error {
	owner := demo.Owner()
	if err := a.SaveRoster(ctx, roster.Roster{Owners: []roster.Owner{owner}}); err != nil {
		return err
	}
	school, name := demo.PrincipalSchool()
	if err := a.AddPerson(ctx, access.Person{
		Email: demo.PrincipalEmail, Name: name, Role: access.Principal, Owner: owner.Org, Schools: []string{school},
	}); err != nil {
		return err
	}
	set, err := surveys.Embedded()
	if err != nil {
		return err
	}
	pupils := 0
	for _, size := range owner.Sizes() {
		pupils += size
	}
	_, _ = fmt.Fprintf(w, "%s: %d schools, %d classes, %d pupils, %d waves\n", owner.Name, len(owner.Schools), len(owner.Sizes()), pupils, demo.Waves)
	world := demo.NewWorld(owner, set)
	bar := &progress{w: w, total: demo.Waves * pupils}
	var drawing sync.Mutex
	played := 0
	player := &rehearsal.Rehearsal{
		Operator: a, URL: a.PublicURL(), Seed: demo.Seed,
		Done: func(cast int) {
			drawing.Lock()
			defer drawing.Unlock()
			bar.set(played*pupils + cast)
		},
	}
	for _, n := range demo.Weeks(wave.NumberOf(time.Now())) {
		if err := player.Play(ctx, n, world.Next()); err != nil {
			return err
		}
		played++
	}
	bar.set(bar.total)
	if err := a.SetClock(ctx, control.Clock{Real: true}); err != nil {
		return err
	}
	kept.OwnerToken, err = a.OwnerToken(ctx, owner.Org)
	if err != nil {
		return err
	}
	if err := d.remember(kept); err != nil {
		return err
	}
	return os.Remove(d.unfinished())
}

// pupilLink is a link that no one has been given, for the wave that is open.
func (d demoCmd) pupilLink(ctx context.Context, a *app.App, kept *ready) (string, error) {
	status, err := a.Status(ctx)
	if err != nil {
		return "", err
	}
	if this := wave.NumberOf(status.Now); kept.Wave != this || len(kept.Links) == 0 {
		school, _ := demo.PrincipalSchool()
		kept.Wave, kept.Links = this, nil
		for _, class := range []string{"8A", "8B", "9A"} {
			made, err := a.Codes(ctx, control.CodesRequest{Wave: this, School: school, Class: class, Count: 10})
			if err != nil {
				continue // that class's codes are all given out
			}
			for _, code := range made[0].Codes {
				kept.Links = append(kept.Links, fmt.Sprintf("%s/k#%s.%s", status.PublicURL, code, made[0].Fingerprint))
			}
			break
		}
		if len(kept.Links) == 0 {
			return "", errors.New("all codes of this week are given out: run 'make clean-demo' and begin anew")
		}
	}
	link := kept.Links[0]
	kept.Links = kept.Links[1:]
	return link, d.remember(kept)
}

func (d demoCmd) remember(kept *ready) error {
	raw, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(d.remembered(), raw, 0o600)
}
