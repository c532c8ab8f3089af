package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/notify"
	"github.com/folgmed/folgmed/internal/prompt"
)

// letterBox is a mail server on loopback that takes every letter.
type letterBox chan *mail.Message

func (b letterBox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b letterBox) Reset()                                      {}
func (b letterBox) Logout() error                               { return nil }
func (b letterBox) Mail(string, *smtp.MailOptions) error        { return nil }
func (b letterBox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (b letterBox) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	m.Body = strings.NewReader(string(body))
	b <- m
	return err
}

// TestLettersFromTheServer: a server with --smtp tells the principal of a prompt
// that waits, by a real mail server, once, and without a word on what it is
// about; another server that is started after it does not tell again.
func TestLettersFromTheServer(t *testing.T) {
	t.Parallel()
	box := make(letterBox, 8)
	srv := smtp.NewServer(box)
	srv.Domain = "mail.example.org"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })

	in := newInstallation(t)
	a, stop := in.start(t)
	must(t, a.SaveRoster(t.Context(), oneSchool()))
	must(t, a.AddPerson(t.Context(), access.Person{Email: principal, Name: "Ragnhild Rektor", Role: access.Principal, Owner: "000000001", Schools: []string{school}}))
	signal := disclosure.Signal{
		ID: disclosure.ReleaseID(1), Kind: disclosure.KindSevere, Tier: disclosure.Act, Since: "2026-11", Raised: uint32(firstWave), Until: uint32(firstWave) + 8,
		Unit: disclosure.Unit{Owner: "000000001", School: school, Level: disclosure.LevelClass, Name: "8A"},
	}
	must(t, a.store.AppendDuty(t.Context(), prompt.Events(prompt.Decide(uint32(firstWave), []disclosure.Signal{signal}, nil, now))))
	stop()

	cfg := in.config()
	cfg.SMTP, cfg.SMTPTLS, cfg.MailFrom, cfg.PublicURL = l.Addr().String(), "none", "folgmed@kommune.example", "https://folgmed.example.org"
	a = New(cfg, Options{Log: slog.New(slog.DiscardHandler), Version: "test", Now: func() time.Time { return now }, Hold: true})
	must(t, a.Start(t.Context()))
	first := <-box
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	must(t, a.Stop(ctx))
	body, err := io.ReadAll(first.Body)
	must(t, err)
	if !strings.Contains(first.Header.Get("To"), principal) || !strings.Contains(string(body), "https://folgmed.example.org/staff") {
		t.Errorf("to %s:\n%s", first.Header.Get("To"), body)
	}
	for _, secret := range []string{"8A", "Skole 1", "alvorlig"} {
		if strings.Contains(string(body), secret) || strings.Contains(first.Header.Get("Subject"), secret) {
			t.Errorf("the letter says %q:\n%s", secret, body)
		}
	}
	// It is written down though the server was told to stop meanwhile.
	a, _ = in.start(t)
	lines, err := a.parts["staff"].ToldOf(t.Context(), "000000001")
	must(t, err)
	if i := slices.IndexFunc(lines, func(l notify.Line) bool { return l.Step == notify.Told }); i < 0 || len(lines) != 2 || len(box) != 0 {
		t.Errorf("the log has %+v, and %d more letters came", lines, len(box))
	}
}
