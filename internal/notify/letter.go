package notify

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/web"
)

// Letter is an e-mail in plain text.
type Letter struct {
	To, Subject, Text string
	// ID is the same for a letter that is sent again after a fall, so that a
	// mail program shows it once.
	ID string
}

//go:embed locale templates
var files embed.FS

// words are what letters, calendar and page say, in every language.
type words struct{ cat *web.Catalog }

func newWords() (*words, error) {
	cat, err := web.NewCatalog(files, "locale")
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	return &words{cat}, nil
}

// letter says how many things wait, and where. It must say nothing else: who
// reads it on a locked screen is not asked to sign in.
func (w *words) letter(d telling, start string) Letter {
	n := w.cat.Plural(d.lang, "waiting", len(d.items))
	return Letter{
		To: d.person.Email, Subject: n, ID: d.id(),
		Text: strings.Join([]string{
			w.cat.Text(d.lang, "letter.hello"),
			n + ". " + w.cat.Text(d.lang, "letter.where"),
			start,
			w.cat.Text(d.lang, "letter.why_so_little"),
			w.cat.Text(d.lang, "letter.stop"),
		}, "\n\n") + "\n",
	}
}

// SendLink sends a sign-in link to its owner, at once. Like every letter it says
// nothing else.
func (n *Notifier) SendLink(ctx context.Context, p access.Person, lang, link string) error {
	sum := sha256.Sum256([]byte("folgmed sign-in letter v1\n" + link))
	err := n.Mail.Send(ctx, Letter{
		To: p.Email, Subject: n.words.cat.Text(lang, "signin.subject"), ID: hex.EncodeToString(sum[:16]),
		Text: strings.Join([]string{
			n.words.cat.Text(lang, "letter.hello"), n.words.cat.Text(lang, "signin.text"), link,
			n.words.cat.Text(lang, "signin.not_asked"), n.words.cat.Text(lang, "letter.stop"),
		}, "\n\n") + "\n",
	})
	if err != nil {
		return fmt.Errorf("send a sign-in link: %w", err)
	}
	return nil
}

// id follows from whom is told what.
func (d telling) id() string {
	keys := slices.Sorted(slices.Values(d.keys()))
	h := sha256.Sum256([]byte("folgmed letter v1\n" + d.person.ID + "\n" + strings.Join(keys, "\n")))
	return hex.EncodeToString(h[:16])
}
