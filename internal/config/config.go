// Package config is the whole configuration of a server. Every flag is also an
// environment variable, every secret can come from a file, and every fault is
// listed at once with what to do about it.
//
// It must not know what the settings are used for.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Server is what `folgmed serve` can be told. The tags are read by kong: the
// flag --tls-cert is the variable FOLGMED_TLS_CERT.
type Server struct {
	Role Role   `default:"all" env:"FOLGMED_ROLE" enum:"all,issuer,collector,job,staff" help:"What this server does: all of it, or one part, for parts on machines of their own. issuer: codes, and the pupils' page. collector: counts ballots. job: opens, closes, seals and releases waves; start it first. staff: pages of staff and owner."`
	Data string `default:"data" env:"FOLGMED_DATA" type:"path" help:"Folder for keys, the control socket and the embedded engine."`

	IssuerSocket string `env:"FOLGMED_ISSUER_SOCKET" type:"path" help:"Where parts run apart, the socket by which staff open class sessions and print slips. The issuer makes it, by default issuer.sock in its --data folder; the staff part asks there."`

	Listen    string `default:"127.0.0.1:8080" env:"FOLGMED_LISTEN" help:"Address of the public listener: pupils, staff, owners."`
	Admin     string `default:"127.0.0.1:8081" env:"FOLGMED_ADMIN" help:"Address of the operator's listener: metrics, health, profiles. Loopback only."`
	PublicURL string `env:"FOLGMED_PUBLIC_URL" help:"What links on slips and in mails begin with, such as https://folgmed.example.org. Default: the public listener."`
	TLSCert   string `env:"FOLGMED_TLS_CERT" type:"path" help:"Certificate file of the public listener."`
	TLSKey    string `env:"FOLGMED_TLS_KEY" type:"path" help:"Key file of the public listener."`
	TLSProxy  bool   `env:"FOLGMED_TLS_PROXY" help:"A proxy in front ends TLS: listen without it."`

	ClickHouseURL          string `env:"FOLGMED_CLICKHOUSE_URL" name:"clickhouse-url" help:"ClickHouse to use, as http(s)://host:8123 or clickhouse(s)://host:9000. Default: the embedded engine."`
	ClickHousePasswords    string `env:"FOLGMED_CLICKHOUSE_PASSWORDS" name:"clickhouse-passwords" type:"path" help:"Folder with a file for each part, schema, issuer, collector, job and staff, that holds the password of its user at --clickhouse-url, such as folgmed_issuer in the database folgmed (deploy/clickhouse/users.xml)."`
	ClickHouseUser         string `env:"FOLGMED_CLICKHOUSE_USER" name:"clickhouse-user" default:"default" help:"One user at --clickhouse-url for all that this server does. With --role all nothing keeps the parts apart then: better, --clickhouse-passwords."`
	ClickHousePassword     string `env:"FOLGMED_CLICKHOUSE_PASSWORD" name:"clickhouse-password" help:"Password at --clickhouse-url. Better: --clickhouse-password-file."`
	ClickHousePasswordFile string `env:"FOLGMED_CLICKHOUSE_PASSWORD_FILE" name:"clickhouse-password-file" type:"path" help:"File that holds the password."`
	Database               string `env:"FOLGMED_DATABASE" default:"folgmed" help:"Database in ClickHouse."`
	CHDB                   string `env:"FOLGMED_CHDB" type:"path" help:"The embedded engine's library, libchdb.so. Default: beside the program."`

	Surveys   string `env:"FOLGMED_SURVEYS" type:"path" help:"Folder of questionnaire files that come before the built-in ones."`
	Rehearsal bool   `env:"FOLGMED_REHEARSAL" help:"Mark this installation as a rehearsal at its first start: its clock can be set and its waves moved by command. Can not be undone."`

	OIDCIssuer           string `env:"FOLGMED_OIDC_ISSUER" name:"oidc-issuer" help:"OpenID Connect provider for staff, such as https://auth.dataporten.no."`
	OIDCName             string `env:"FOLGMED_OIDC_NAME" name:"oidc-name" default:"Feide" help:"What staff call the provider: the button says it."`
	OIDCClientID         string `env:"FOLGMED_OIDC_CLIENT_ID" name:"oidc-client-id" help:"Client id at the provider."`
	OIDCClientSecret     string `env:"FOLGMED_OIDC_CLIENT_SECRET" name:"oidc-client-secret" help:"Client secret. Better: --oidc-client-secret-file."`
	OIDCClientSecretFile string `env:"FOLGMED_OIDC_CLIENT_SECRET_FILE" name:"oidc-client-secret-file" type:"path" help:"File that holds the client secret."`
	OIDCTrustEmail       bool   `env:"FOLGMED_OIDC_TRUST_EMAIL" name:"oidc-trust-email" help:"Take the provider's e-mail addresses without its word that they are confirmed: for one where the employer sets them, and no user."`

	SMTP             string `env:"FOLGMED_SMTP" name:"smtp" help:"Mail server as host:port, such as smtp.example.org:587. Without it no e-mail is sent."`
	SMTPTLS          string `env:"FOLGMED_SMTP_TLS" name:"smtp-tls" enum:"starttls,tls,none" default:"starttls" help:"How the mail server is spoken to: starttls, tls (from the first byte, as on port 465), or none, which only a server on this machine may have."`
	SMTPCA           string `env:"FOLGMED_SMTP_CA" name:"smtp-ca" type:"path" help:"File of certificates that the mail server may have, if none of the system's fits."`
	SMTPUser         string `env:"FOLGMED_SMTP_USER" name:"smtp-user" help:"User at the mail server. Default: it asks for none."`
	SMTPUserFile     string `env:"FOLGMED_SMTP_USER_FILE" name:"smtp-user-file" type:"path" help:"File that holds the user at the mail server."`
	SMTPPassword     string `env:"FOLGMED_SMTP_PASSWORD" name:"smtp-password" help:"Password at the mail server. Better: --smtp-password-file."`
	SMTPPasswordFile string `env:"FOLGMED_SMTP_PASSWORD_FILE" name:"smtp-password-file" type:"path" help:"File that holds the password at the mail server."`
	MailFrom         string `env:"FOLGMED_MAIL_FROM" help:"Whom e-mail to staff comes from, such as folgmed@example.org."`

	KeepCounts int    `env:"FOLGMED_KEEP_COUNTS" default:"3" help:"For how many school years figures are kept class by class; after that they are added up by grade and school. More than 3 needs --keep-reason."`
	KeepCases  int    `env:"FOLGMED_KEEP_CASES" default:"5" help:"For how many years a closed case is kept that was handed to the archive, and what was concluded without a case. More than 5 needs --keep-reason."`
	KeepReason string `env:"FOLGMED_KEEP_REASON" help:"Why more is kept, and for longer, than by default; written to the log at each start."`

	// Passwords are read from ClickHousePasswords, by part; nil without it.
	Passwords map[string]string `kong:"-"`

	LogFormat string `env:"FOLGMED_LOG_FORMAT" enum:"text,json" default:"text" help:"How log lines are written: text or json."`
}

// Role is what a server does.
type Role string

// The roles.
const (
	All       Role = "all"
	Issuer    Role = "issuer"
	Collector Role = "collector"
	Job       Role = "job"
	Staff     Role = "staff"
)

// Is says whether a server of this role does what one of the given roles does.
// Not to say a role is to say all.
func (r Role) Is(any ...Role) bool { return r == All || r == "" || slices.Contains(any, r) }

// Parts are the users of ClickHouse that a server of this role connects as. The
// job makes the tables too.
func (r Role) Parts() []string {
	const schema = "schema"
	switch r {
	case All, "":
		return []string{schema, string(Issuer), string(Collector), string(Job), string(Staff)}
	case Job:
		return []string{schema, string(Job)}
	default:
		return []string{string(r)}
	}
}

// maxSocketPath is what the kernel allows for a Unix socket's path, less its
// end mark (unix(7)).
const maxSocketPath = 107

// ControlSocket is where the commands reach the running server.
func ControlSocket(data string) string { return filepath.Join(data, "control.sock") }

// IssuerSocket is where an issuer that runs apart answers the staff's part, if
// it is told no other place. The path is shorter than that of the commands.
func IssuerSocket(data string) string { return filepath.Join(data, "issuer.sock") }

// Resolve reads the secrets from their files and checks everything. The error
// joins every fault found; nothing is used before it is nil.
func (s *Server) Resolve() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	secret := func(flag, file string) string {
		raw, err := os.ReadFile(file)
		if err != nil {
			fault("--%s can not be read: %w", flag, err)
			return ""
		}
		value := strings.TrimRight(string(raw), "\r\n")
		if value == "" {
			fault("--%s: %s is empty", flag, file)
		}
		return value
	}
	fromFile := func(flag string, value *string, file string) {
		switch {
		case file == "":
		case *value != "":
			fault("--%s and --%s-file are both given: keep the file", flag, flag)
		default:
			*value = secret(flag+"-file", file)
		}
	}
	fromFile("clickhouse-password", &s.ClickHousePassword, s.ClickHousePasswordFile)
	fromFile("oidc-client-secret", &s.OIDCClientSecret, s.OIDCClientSecretFile)
	fromFile("smtp-user", &s.SMTPUser, s.SMTPUserFile)
	fromFile("smtp-password", &s.SMTPPassword, s.SMTPPasswordFile)

	if s.ClickHousePasswords != "" {
		if s.ClickHousePassword != "" {
			fault("--clickhouse-passwords is given, and a single password too: keep the folder")
		}
		s.Passwords = make(map[string]string)
		for _, part := range s.Role.Parts() {
			s.Passwords[part] = secret("clickhouse-passwords", filepath.Join(s.ClickHousePasswords, part))
		}
	}
	if s.ClickHouseURL == "" {
		if !s.Role.Is() {
			fault("--role %s needs --clickhouse-url: the embedded engine is inside a server that does all", s.Role)
		}
		if s.ClickHousePasswords != "" {
			fault("--clickhouse-passwords needs --clickhouse-url: the embedded engine draws its own")
		}
	}

	if s.Data == "" {
		fault("--data is empty: name a folder for keys and the embedded engine")
	} else if n := len(ControlSocket(s.Data)); n > maxSocketPath {
		fault("--data is %d characters too long for the control socket: choose a shorter path", n-maxSocketPath)
	}
	if n := len(s.IssuerSocket); n > maxSocketPath {
		fault("--issuer-socket is %d characters too long for a socket: choose a shorter path", n-maxSocketPath)
	}
	for _, l := range []struct{ flag, address string }{{"listen", s.Listen}, {"admin", s.Admin}} {
		if _, _, err := net.SplitHostPort(l.address); err != nil {
			fault("--%s %q is no address: write host:port, such as 127.0.0.1:8080", l.flag, l.address)
		}
	}
	if !Loopback(s.Admin) {
		fault("--admin %s is not on loopback: it has profiles and metrics that no one else may read; use 127.0.0.1", s.Admin)
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		fault("--tls-cert and --tls-key go together: give both or none")
	}
	if s.TLSCert != "" && s.TLSProxy {
		fault("--tls-proxy says that a proxy ends TLS, --tls-cert that this server does: keep one")
	}
	if !Loopback(s.Listen) && s.TLSCert == "" && !s.TLSProxy {
		fault("--listen %s can be reached from outside without TLS: give --tls-cert and --tls-key, or --tls-proxy if a proxy in front ends TLS", s.Listen)
	}
	if s.PublicURL != "" {
		u, err := url.Parse(s.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			fault("--public-url %q is no web address: write it as https://folgmed.example.org, without a path", s.PublicURL)
		}
		s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	}
	if s.ClickHouseURL != "" {
		u, err := url.Parse(s.ClickHouseURL)
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "clickhouse", "clickhouses"}, u.Scheme) {
			fault("--clickhouse-url must begin with http://, https://, clickhouse:// or clickhouses:// and name a host")
		} else if u.User != nil {
			fault("--clickhouse-url holds a user or password: give --clickhouse-user and --clickhouse-password-file")
		}
	}
	if !identifier(s.Database) {
		fault("--database %q may hold letters, digits and _ only, and begin with a letter", s.Database)
	}
	if s.Surveys != "" {
		if info, err := os.Stat(s.Surveys); err != nil || !info.IsDir() {
			fault("--surveys %s is not a folder of questionnaire files", s.Surveys)
		}
	}
	if s.OIDCIssuer != "" && (s.OIDCClientID == "" || s.OIDCClientSecret == "") {
		fault("--oidc-issuer needs --oidc-client-id and --oidc-client-secret-file")
	}
	if s.OIDCIssuer != "" && s.PublicURL == "" {
		fault("--oidc-issuer needs --public-url: the provider sends people back there")
	}
	if s.OIDCIssuer != "" && s.OIDCName == "" {
		fault("--oidc-issuer needs --oidc-name: what staff call the provider")
	}
	if s.OIDCIssuer == "" && s.OIDCClientID != "" {
		fault("--oidc-client-id needs --oidc-issuer")
	}
	faults = append(faults, s.mailFaults()...)
	faults = append(faults, s.keepFaults()...)
	return errors.Join(faults...)
}

// mailFaults are those of the settings for e-mail.
func (s *Server) mailFaults() (faults []error) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if s.SMTP == "" {
		fault(s.SMTPUser != "" || s.SMTPPassword != "" || s.MailFrom != "" || s.SMTPCA != "",
			"settings for e-mail are given, but no mail server: give --smtp")
		return faults
	}
	_, _, err := net.SplitHostPort(s.SMTP)
	fault(err != nil, "--smtp %q is no address: write host:port, such as smtp.example.org:587", s.SMTP)
	fault(s.SMTPTLS == "none" && !Loopback(s.SMTP), "--smtp-tls none would send letters and password in the clear: use starttls or tls")
	fault((s.SMTPUser == "") != (s.SMTPPassword == ""), "--smtp-user and --smtp-password-file go together: give both or none")
	from, err := mail.ParseAddress(s.MailFrom)
	fault(err != nil || from.Name != "", "--mail-from %q is no address: write one such as folgmed@example.org", s.MailFrom)
	fault(s.PublicURL == "", "--smtp needs --public-url: letters lead to the start page")
	return faults
}

// Loopback says whether an address host:port can only be reached from the same
// machine.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// identifier says whether s can stand unquoted as a database name.
func identifier(s string) bool {
	for i, r := range s {
		letter := r == '_' || ('a' <= r && r <= 'z') || ('A' <= r && r <= 'Z')
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
