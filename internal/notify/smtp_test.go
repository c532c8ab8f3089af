package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// postOffice is a mail server on loopback. It asks for a password, and says no
// to some.
type postOffice struct {
	mu      sync.Mutex
	got     []*mail.Message
	addr    string
	tls     *tls.Config
	srv     *smtp.Server
	conn    net.Conn // the latest, to hang up on
	hangsUp bool
}

// letters are those that came.
func (p *postOffice) letters() []*mail.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got
}

const password = "hemmelig"

func newPostOffice(t *testing.T, security string) (*postOffice, *x509.CertPool) {
	t.Helper()
	https := httptest.NewTLSServer(nil)
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	p := &postOffice{tls: &tls.Config{Certificates: https.TLS.Certificates, MinVersion: tls.VersionTLS12}}
	https.Close()
	p.srv = smtp.NewServer(p)
	p.srv.Domain, p.srv.ErrorLog = "mail.example.org", log.New(io.Discard, "", 0)
	if security == StartTLS {
		p.srv.TLSConfig = p.tls
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	if security == TLS {
		l = tls.NewListener(l, p.tls)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = p.srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = p.srv.Close()
		_ = l.Close() // a server that had no time to begin knows nothing of it
		<-done
	})
	return p, roots
}

// NewSession implements smtp.Backend.
func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn = c.Conn()
	return &session{office: p}, nil
}

type session struct {
	office *postOffice
	in     bool
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, word string) error {
		if s.in = user == "folgmed" && word == password; !s.in {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "gone@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user here"}
	case strings.HasPrefix(to, "later@"):
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "greylisted, come again"}
	case strings.HasPrefix(to, "closing@"):
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "going down"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	m.Body = strings.NewReader(string(body))
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.office.got = append(s.office.got, m)
	if s.office.hangsUp {
		return s.office.conn.Close()
	}
	return nil
}

func mailer(t *testing.T, p *postOffice, roots *x509.CertPool, security string, change func(*SMTPOptions)) *SMTP {
	t.Helper()
	o := SMTPOptions{
		Addr: p.addr, Security: security, User: "folgmed", Password: password, Roots: roots,
		From: "folgmed@example.org", Now: func() time.Time { return at("2026-11-17 10:00") },
	}
	change(&o)
	m, err := NewSMTP(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func asIs(*SMTPOptions) {}

// TestMailServer sends a letter to a real server, with a password under both
// kinds of TLS, and reads what came.
func TestMailServer(t *testing.T) {
	for _, security := range []string{StartTLS, TLS} {
		t.Run(security, func(t *testing.T) {
			p, roots := newPostOffice(t, security)
			w := &world{clock: at("2026-11-17 10:00")}
			w.opened("", disclosure.KindLevel, disclosure.Act)
			n, _ := w.serve(t, never)
			n.Mail = mailer(t, p, roots, security, asIs)
			if err := n.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := p.letters()
			if len(got) != 2 {
				t.Fatalf("%d letters", len(got))
			}
			h := got[0].Header
			subject := h.Get("Subject")
			body, _ := io.ReadAll(got[0].Body)
			if subject != "=?UTF-8?q?1_p=C3=A5minnelse_venter_p=C3=A5_deg?=" || h.Get("To") != "<rektor@example.no>" ||
				!strings.HasSuffix(h.Get("From"), "<folgmed@example.org>") || h.Get("Auto-Submitted") != "auto-generated" ||
				!strings.HasSuffix(h.Get("Message-ID"), "@example.org>") || !strings.Contains(string(body), start) {
				t.Errorf("%v\n%s", h, body)
			}
			for _, name := range []string{"X-Mailer", "User-Agent"} {
				if h.Get(name) != "" {
					t.Errorf("%s: %s", name, h.Get(name))
				}
			}
		})
	}
}

// TestMailServerFails names each way in which a real server does not take a
// letter.
func TestMailServerFails(t *testing.T) {
	for _, test := range []struct {
		name, to string
		has      string // how the server is spoken to
		change   func(*SMTPOptions)
		want     Outcome
		said     string
	}{
		{"an address that is no more", "gone@example.no", StartTLS, asIs, Refused, "no such user here"},
		{"no address at all", "rektor", StartTLS, asIs, Refused, "address"},
		{"asked to come again", "later@example.no", StartTLS, asIs, Delayed, "greylisted"},
		{"a server that goes down", "closing@example.no", StartTLS, asIs, Unreachable, "going down"},
		{"a wrong password", "rektor@example.no", StartTLS, func(o *SMTPOptions) { o.Password = "feil" }, Unreachable, "535"},
		{"no password", "rektor@example.no", StartTLS, func(o *SMTPOptions) { o.User, o.Password = "", "" }, Unreachable, "authenticate"},
		{"a certificate that nobody vouches for", "rektor@example.no", StartTLS, func(o *SMTPOptions) { o.Roots = x509.NewCertPool() }, Unreachable, "certificate"},
		{"nobody there", "rektor@example.no", StartTLS, func(o *SMTPOptions) { o.Addr = "127.0.0.1:1" }, Unreachable, "refused"},
		{"a server without TLS", "rektor@example.no", NoTLS, asIs, Unreachable, "STARTTLS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, roots := newPostOffice(t, test.has)
			err := mailer(t, p, roots, StartTLS, test.change).Send(t.Context(), Letter{To: test.to, Subject: "s", Text: "t", ID: "i"})
			var no *NotTaken
			if !errors.As(err, &no) || no.Outcome != test.want || !strings.Contains(no.Said, test.said) {
				t.Errorf("want %s (%s), got: %v", test.want, test.said, err)
			}
			if strings.Contains(err.Error(), password) {
				t.Errorf("the password is in the error: %v", err)
			}
			if len(p.letters()) != 0 {
				t.Error("a letter came all the same")
			}
		})
	}
}

// TestAnswerGetsLost: a server that hangs up once it has the letter is told
// again, once, and that is enough.
func TestAnswerGetsLost(t *testing.T) {
	p, roots := newPostOffice(t, StartTLS)
	p.hangsUp = true
	w := &world{clock: at("2026-11-17 10:00")}
	w.opened("5A", disclosure.KindChange, disclosure.Act)
	n, _ := w.serve(t, never)
	n.Mail = mailer(t, p, roots, StartTLS, asIs)
	if err := n.Round(t.Context()); err == nil {
		t.Error("a lost answer is no fault")
	}
	for range 5 {
		w.clock = w.clock.Add(smtpTimeout * 4)
		if err := n.Round(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := w.steps(); len(got) != 1 || got[0] != ToldAgain || len(p.letters()) != 2 {
		t.Errorf("%v, %d letters", got, len(p.letters()))
	}
}
