package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/folgmed/folgmed/internal/app"
	"github.com/folgmed/folgmed/internal/config"
)

type serveCmd struct {
	config.Server
}

// Run serves until it is interrupted.
func (s serveCmd) Run(ctx context.Context, c console) error {
	if err := s.Resolve(); err != nil {
		return err
	}
	log := logger(c.err, s.LogFormat, slog.LevelInfo)
	a := app.New(s.Server, app.Options{Log: log, Version: version, Now: time.Now})
	if err := a.Start(ctx); err != nil {
		return err
	}
	log.Info("serving", slog.String("public", a.PublicURL()), slog.String("admin", a.AdminURL()), slog.String("version", version))
	return wait(ctx, a)
}

// stopTime is how long a stop may take: ballots under way are stored first.
const stopTime = 45 * time.Second

// wait returns when ctx ends or a listener fails, with everything stopped.
func wait(ctx context.Context, a *app.App) error {
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-a.Failed():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := a.Stop(stopping); err != nil {
		return err
	}
	return failed
}

// logger writes lines for people or for machines. No line is ever about a
// pupil: the packages that pupils reach have no logger for requests.
func logger(w io.Writer, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// progress draws a bar of what is done of total, on one line of a terminal or
// log.
type progress struct {
	w     io.Writer
	total int
	shown int
}

const barWidth = 40

// set draws the bar when it has grown.
func (p *progress) set(done int) {
	filled := barWidth * done / max(p.total, 1)
	if filled <= p.shown {
		return
	}
	p.shown = filled
	bar := make([]byte, barWidth)
	for i := range bar {
		bar[i] = '.'
		if i < filled {
			bar[i] = '#'
		}
	}
	_, _ = fmt.Fprintf(p.w, "\r[%s] %3d %%", bar, 100*done/max(p.total, 1))
	if filled == barWidth {
		_, _ = fmt.Fprintln(p.w)
	}
}
