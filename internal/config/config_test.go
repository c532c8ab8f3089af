package config

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func valid() Server {
	return Server{Data: "/tmp/f", Listen: "127.0.0.1:8080", Admin: "127.0.0.1:8081", Database: "folgmed"}
}

func TestResolveListsEveryFaultAtOnce(t *testing.T) {
	s := Server{
		Data: "/tmp/f", Listen: "0.0.0.0:8080", Admin: "0.0.0.0:8081", Database: "1;drop", IssuerSocket: "/" + strings.Repeat("i", 107),
		TLSKey: "key.pem", PublicURL: "folgmed", ClickHouseURL: "tcp://x", Surveys: "/no/such/folder", OIDCIssuer: "https://idp",
	}
	err := s.Resolve()
	if err == nil {
		t.Fatal("a configuration full of faults was accepted")
	}
	for _, want := range []string{"--admin", "--tls-cert and --tls-key", "--listen", "--public-url", "--clickhouse-url", "--database", "--surveys", "--oidc-client-id", "--issuer-socket is 1 characters too long"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
}

// TestSignInElsewhereLeadsBack: the provider has to know where to.
func TestSignInElsewhereLeadsBack(t *testing.T) {
	s := valid()
	s.OIDCIssuer, s.OIDCName, s.OIDCClientID, s.OIDCClientSecret = "https://idp.example", "Feide", "folgmed", "a secret"
	if err := s.Resolve(); err == nil || !strings.Contains(err.Error(), "--oidc-issuer needs --public-url") {
		t.Errorf("without a public address: %v", err)
	}
	s.OIDCName, s.PublicURL = "", "https://folgmed.example"
	if err := s.Resolve(); err == nil || !strings.Contains(err.Error(), "--oidc-name") {
		t.Errorf("without a name for the button: %v", err)
	}
	s.OIDCName = "Feide"
	if err := s.Resolve(); err != nil {
		t.Error(err)
	}
}

func TestResolveAccepts(t *testing.T) {
	for name, change := range map[string]func(*Server){
		"the defaults":          func(*Server) {},
		"a proxy that ends TLS": func(s *Server) { s.Listen, s.TLSProxy = ":8080", true },
		"own TLS":               func(s *Server) { s.Listen, s.TLSCert, s.TLSKey = ":8443", "c", "k" },
		"a ClickHouse":          func(s *Server) { s.ClickHouseURL = "clickhouse://db:9000" },
		"a ClickHouse by TLS":   func(s *Server) { s.ClickHouseURL = "clickhouses://db:9440" },
		"IPv6 loopback":         func(s *Server) { s.Listen = "[::1]:8080" },
	} {
		s := valid()
		change(&s)
		if err := s.Resolve(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMail(t *testing.T) {
	mail := func(change func(*Server)) error {
		s := valid()
		s.SMTP, s.SMTPTLS, s.MailFrom, s.PublicURL = "smtp.example.org:587", "starttls", "folgmed@example.org", "https://folgmed.example.org"
		change(&s)
		return s.Resolve()
	}
	for want, change := range map[string]func(*Server){
		"":                               func(*Server) {},
		"--smtp \"mail\" is no address":  func(s *Server) { s.SMTP = "mail" },
		"in the clear":                   func(s *Server) { s.SMTPTLS = "none" },
		"--smtp-user and":                func(s *Server) { s.SMTPUser = "folgmed" },
		"--mail-from \"\" is no address": func(s *Server) { s.MailFrom = "" },
		"needs --public-url":             func(s *Server) { s.PublicURL = "" },
		"no mail server":                 func(s *Server) { s.SMTP = "" },
	} {
		err := mail(change)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got: %v", want, err)
		}
	}
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := valid()
	s.SMTP, s.SMTPTLS, s.MailFrom, s.PublicURL = "127.0.0.1:25", "none", "folgmed@example.org", "https://folgmed.example.org"
	s.SMTPUser, s.SMTPPasswordFile = "folgmed", file
	if err := s.Resolve(); err != nil || s.SMTPPassword != "hush" {
		t.Errorf("password %q from the file: %v", s.SMTPPassword, err)
	}
}

func TestRoles(t *testing.T) {
	folder := t.TempDir()
	for _, part := range []string{"schema", "issuer", "job"} {
		if err := os.WriteFile(filepath.Join(folder, part), []byte("hemmelig "+part+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := func(role Role) Server {
		s := valid()
		s.Role, s.ClickHouseURL, s.ClickHousePasswords = role, "http://db", folder
		return s
	}
	for role, want := range map[Role]map[string]string{
		Issuer: {"issuer": "hemmelig issuer"},
		Job:    {"schema": "hemmelig schema", "job": "hemmelig job"},
	} {
		s := server(role)
		if err := s.Resolve(); err != nil || !maps.Equal(s.Passwords, want) {
			t.Errorf("role %s: passwords %v, err %v", role, s.Passwords, err)
		}
	}
	for what, change := range map[string]func(*Server){
		filepath.Join(folder, "staff"):         func(s *Server) { s.Role = All },
		"a single password too":                func(s *Server) { s.ClickHousePassword = "x" },
		"--role issuer needs --clickhouse-url": func(s *Server) { s.ClickHouseURL, s.ClickHousePasswords = "", "" },
		"draws its own":                        func(s *Server) { s.Role, s.ClickHouseURL = All, "" },
	} {
		s := server(Issuer)
		change(&s)
		err := s.Resolve()
		if err == nil || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), "hemmelig") {
			t.Errorf("err = %v, want %q and no password in it", err, what)
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hemmelig\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := valid()
	s.ClickHousePasswordFile = file
	if err := s.Resolve(); err != nil || s.ClickHousePassword != "hemmelig" {
		t.Errorf("password = %q, err = %v", s.ClickHousePassword, err)
	}
	s = valid()
	s.ClickHousePassword, s.ClickHousePasswordFile = "a", file
	if err := s.Resolve(); err == nil || strings.Contains(err.Error(), "hemmelig") {
		t.Errorf("password given twice: err = %v", err)
	}
	s = valid()
	s.ClickHouseURL = "http://u:hemmelig@db:8123"
	if err := s.Resolve(); err == nil || strings.Contains(err.Error(), "hemmelig") {
		t.Errorf("password in the address: err = %v", err)
	}
}

// It can be kept for longer, for a reason, and never for less.
func TestKeep(t *testing.T) {
	for _, tt := range []struct {
		counts, cases int
		reason, fault string
	}{
		{0, 0, "", ""},
		{3, 5, "", ""},
		{4, 5, "", "--keep-counts 4"},
		{3, 9, " ", "--keep-cases 9"},
		{4, 9, "The archive moves in 2030.", ""},
		{2, 5, "Less is better.", "--keep-counts 2 is too short"},
		{3, 1, "", "--keep-cases 1 is too short"},
	} {
		s := Server{KeepCounts: tt.counts, KeepCases: tt.cases, KeepReason: tt.reason}
		err := errors.Join(s.keepFaults()...)
		if (err == nil) != (tt.fault == "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
			t.Errorf("%+v: %v, want %q", tt, err, tt.fault)
		}
		if s.KeepCountsYears() < 3 || s.KeepCasesYears() < 5 {
			t.Errorf("%+v: kept for %d and %d years", tt, s.KeepCountsYears(), s.KeepCasesYears())
		}
	}
}
