package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// How a mail server is spoken to.
const (
	StartTLS = "starttls"
	TLS      = "tls" // from the first byte
	NoTLS    = "none"
)

// SMTPOptions say where the mail server is. User and Roots may be left out.
type SMTPOptions struct {
	Addr           string // host:port
	Security       string // StartTLS, TLS or NoTLS
	User, Password string
	Roots          *x509.CertPool // nil: the system's
	From           string         // address
	Now            func() time.Time
}

// SMTP is a Mailer.
type SMTP struct {
	client *mail.Client
	from   string
	domain string
	now    func() time.Time
}

// smtpTimeout is how long one letter may take.
const smtpTimeout = 30 * time.Second

// NewSMTP returns a mailer; it does not connect yet.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	host, port, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("address of the mail server: %w", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("port of the mail server: %w", err)
	}
	_, domain, _ := strings.Cut(o.From, "@")
	options := []mail.Option{
		mail.WithPort(number), mail.WithTimeout(smtpTimeout), mail.WithHELO(domain),
		mail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: o.Roots, MinVersion: tls.VersionTLS12}),
		// What the server says after it took a letter must not count against it.
		mail.WithoutRset(), mail.WithoutNoop(),
	}
	switch o.Security {
	case TLS:
		options = append(options, mail.WithSSL())
	case NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if o.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(o.User), mail.WithPassword(o.Password))
	}
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare for the mail server: %w", err)
	}
	return &SMTP{client, o.From, domain, o.Now}, nil
}

// Send implements Mailer.
func (s *SMTP) Send(ctx context.Context, l Letter) error {
	m, err := s.message(l)
	if err != nil {
		return &NotTaken{Refused, err.Error()}
	}
	conn, err := s.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &NotTaken{Unreachable, err.Error()}
	}
	defer func() { _ = s.client.CloseWithSMTPClient(conn) }() // the letter's end is known by then
	return classify(s.client.SendWithSMTPClient(conn, m))
}

func (s *SMTP) message(l Letter) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.FromFormat("Følgmed", s.from); err != nil {
		return nil, err
	}
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(l.ID + "@" + s.domain)
	m.SetDateWithValue(s.now())
	m.SetGenHeader("Auto-Submitted", "auto-generated") // no answer from who is on holiday
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	return m, nil
}

// unavailable is what a mail server says that goes down (RFC 5321, 3.8).
const unavailable = 421

// classify says what became of a letter by where in the conversation it ended.
func classify(err error) error {
	var sent *mail.SendError
	if !errors.As(err, &sent) {
		return err
	}
	said := &NotTaken{Said: err.Error()}
	code := sent.ErrorCode()
	switch {
	case sent.Reason == mail.ErrSMTPDataClose && code == 0:
		return err // the whole letter was handed over, and the answer got lost
	case sent.Reason == mail.ErrSMTPMailFrom || code == 0 || code == unavailable:
		said.Outcome = Unreachable // it is not about this letter
	case sent.IsTemp():
		said.Outcome = Delayed
	default:
		said.Outcome = Refused
	}
	return said
}
