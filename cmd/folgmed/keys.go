package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/wave"
)

type keysCmd struct {
	remote
	Year int `help:"Calendar year in which the school year begins. Default: the present one."`
}

// Run makes the keys of a school year where there are none, signed by those
// before, and lists all there are. A server with the role all does so itself;
// here is how parts that run apart come to theirs.
func (k keysCmd) Run(ctx context.Context, c console) error {
	if _, err := k.client().Status(ctx); err == nil {
		return errors.New("a server runs on this folder and makes its keys itself: 'folgmed version' lists them")
	}
	year := k.Year
	if year == 0 {
		year = wave.NumberOf(time.Now()).SchoolYear()
	}
	dir := filepath.Join(k.Data, "keys")
	ring, err := ballot.OpenRing(dir, ballot.Holds{Issuer: true, Collector: true}, year)
	if err != nil {
		return err
	}
	if err := ring.Rotate(year); err != nil {
		return err
	}
	if err := listKeys(c.out, ring.Chain()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, `
Under %s, and each file only for its owner to read:
  every issuer     keys.json  code.key  and of each year poprf.key
  every collector  keys.json  and of each year poprf.key  hpke.key  receipt.key
`, filepath.Join(dir, "ballot"))
	return err
}

// listKeys writes the fingerprint of each school year's keys as slips show it.
func listKeys(w io.Writer, chain ballot.Chain) error {
	for _, k := range chain.Keys {
		f := k.Fingerprint
		if _, err := fmt.Fprintf(w, "keys from %d-%02d on: %s %s %s %s\n", k.From, (k.From+1)%100, f[:4], f[4:8], f[8:12], f[12:]); err != nil {
			return err
		}
	}
	return nil
}
