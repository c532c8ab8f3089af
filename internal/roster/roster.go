// Package roster knows owners, their schools and classes with grades and
// sizes, and the adults a school names to its pupils. Imports forget names: a
// class list becomes a number.
//
// It must not know any pupil.
package roster

import "time"

// Roster is the whole of an installation at one moment.
type Roster struct {
	Owners []Owner `yaml:"owners" json:"owners"`
}

// Owner is a municipality, county or board that runs schools.
type Owner struct {
	Org       string     `yaml:"org" json:"org"` // organisation number, nine digits
	Name      string     `yaml:"name" json:"name"`
	Rhythm    int        `yaml:"rhythm,omitempty" json:"rhythm"`         // weeks between waves that it began with, one of Rhythms; RhythmIn has the one in force
	Rate      float64    `yaml:"alarm_rate,omitempty" json:"alarm_rate"` // false alarms per class and school year that it began with, one of Rates; RateOn has the one in force
	Holidays  []Holiday  `yaml:"holidays,omitempty" json:"holidays"`     // no school days
	Terms     []Term     `yaml:"terms,omitempty" json:"terms"`           // first and last school day of each school year
	HelpLines []HelpLine `yaml:"help_lines,omitempty" json:"help_lines"`
	Schools   []School   `yaml:"schools" json:"schools"`

	RhythmChoices []RhythmChoice `yaml:"-" json:"-"` // of this owner, in any order
}

// Term is the first and the last school day of a school year.
type Term struct {
	From Date `yaml:"from" json:"from"`
	To   Date `yaml:"to" json:"to"`
}

// Holiday is a span of days without school, both ends included.
type Holiday struct {
	From Date   `yaml:"from" json:"from"`
	To   Date   `yaml:"to" json:"to"`
	Name string `yaml:"name" json:"name"`
}

// Date is a calendar day, written 2026-08-17.
type Date string

// HelpLine is a place outside school a pupil can turn to.
type HelpLine struct {
	Name   string `yaml:"name" json:"name"`
	Number string `yaml:"number" json:"number"`
	URL    string `yaml:"url,omitempty" json:"url,omitempty"`
}

// School is one school. Its key is the organisation number.
type School struct {
	Org     string  `yaml:"org" json:"org"`
	Name    string  `yaml:"name" json:"name"`
	Written string  `yaml:"written" json:"written"` // hovedmål: nb or nn
	Adults  []Adult `yaml:"adults,omitempty" json:"adults"`
	Classes []Class `yaml:"classes" json:"classes"`
}

// Adult is a grown-up at school that pupils are told they can talk to.
type Adult struct {
	Name string `yaml:"name" json:"name"`
	Role string `yaml:"role" json:"role"`
}

// Class is a class (basis group) with the grades of its pupils and their
// number. Merged classes have several grades.
type Class struct {
	Name   string `yaml:"name" json:"name"`
	Grades []int  `yaml:"grades" json:"grades"`
	Size   int    `yaml:"size" json:"size"`
}

// Version is one owner's roster as of one import. Versions are appended; the
// latest one of an owner is in force.
type Version struct {
	ID    string
	Owner Owner
	At    time.Time
	By    string
}
