package app

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/notify"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/turn"
)

// startMail prepares letters to staff, if there is a mail server.
func (a *App) startMail(ctx context.Context) error {
	if a.cfg.SMTP == "" {
		return nil
	}
	roots, err := a.mailRoots()
	if err != nil {
		return err
	}
	smtp, err := notify.NewSMTP(notify.SMTPOptions{
		Addr: a.cfg.SMTP, Security: a.cfg.SMTPTLS, User: a.cfg.SMTPUser, Password: a.cfg.SMTPPassword,
		Roots: roots, From: a.cfg.MailFrom, Now: a.opt.Now,
	})
	if err != nil {
		return err
	}
	turns, err := a.tellTurns(ctx)
	if err != nil {
		return err
	}
	a.letters = letters()
	a.mail, err = notify.New(notify.Options{
		Store: a.parts[config.Staff], People: a.access, Turns: turns, Mail: smtp, Start: a.cfg.PublicURL + "/staff",
		Now: a.schedule.Now, Log: a.log,
		Count: func(o notify.Outcome) { a.letters.WithLabelValues(string(o)).Inc() },
	})
	return err
}

// sendLink sends a person a sign-in link; nil if there is no mail server.
func (a *App) sendLink() func(ctx context.Context, p access.Person, lang, link string) error {
	if a.mail == nil {
		return nil
	}
	return a.mail.SendLink
}

// mailRoots are the certificates that the mail server may have; nil: the
// system's.
func (a *App) mailRoots() (*x509.CertPool, error) {
	if a.cfg.SMTPCA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(a.cfg.SMTPCA)
	if err != nil {
		return nil, fmt.Errorf("--smtp-ca can not be read: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--smtp-ca %s holds no certificate: give a PEM file", a.cfg.SMTPCA)
	}
	return roots, nil
}

// tellTurns lets one server at a time send. On the embedded engine there is no
// other: whoever holds a turn there died with it.
func (a *App) tellTurns(ctx context.Context) (*turn.Keeper, error) {
	turns := turn.NewKeeper(store.TellTurns{Store: a.parts[config.Staff]}, a.turnLength)
	if a.engine == nil {
		return turns, nil
	}
	t, err := turns.Seize(ctx)
	if err != nil {
		return nil, err
	}
	return turns, t.GiveBack(ctx)
}

// letters counts what became of letters to staff, with a line for each from
// the start.
func letters() *prometheus.CounterVec {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "folgmed_letters_total", Help: "Letters to staff, by what became of them.",
	}, []string{"outcome"})
	for _, o := range notify.Outcomes {
		vec.WithLabelValues(string(o))
	}
	return vec
}

// startTelling sends what is due until Stop.
func (a *App) startTelling(ctx context.Context) error {
	if a.mail != nil {
		a.background(ctx, "telling staff", a.mail.Run)
	}
	return nil
}
