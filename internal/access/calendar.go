package access

import (
	"context"
	"crypto/subtle"
)

// NewCalendar returns a secret that reads the person's deadlines as a calendar.
// It takes the place of an earlier one.
func (s *Service) NewCalendar(ctx context.Context, person string) (string, error) {
	st, err := s.fresh(ctx)
	if err != nil {
		return "", err
	}
	token := newSecret()
	err = s.append(ctx, st, Event{ID: newID(), By: person, Step: calendarMade, Person: person, Body: body(secret{Hash: hash(token)})})
	if err != nil {
		return "", err
	}
	return token, nil
}

// EndCalendar makes the person's calendar secret worth nothing.
func (s *Service) EndCalendar(ctx context.Context, person string) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	return s.append(ctx, st, Event{ID: newID(), By: person, Step: calendarEnded, Person: person})
}

// HasCalendar says whether a secret reads the person's calendar.
func (s *Service) HasCalendar(ctx context.Context, person string) (bool, error) {
	st, err := s.recent(ctx)
	if err != nil {
		return false, err
	}
	return st.calendars[person] != "", nil
}

// CalendarOf returns whose calendar a secret reads. Every hash is compared, each
// in constant time.
func (s *Service) CalendarOf(ctx context.Context, token string) (p Person, ok bool, err error) {
	st, err := s.recent(ctx)
	if err != nil {
		return Person{}, false, err
	}
	given := []byte(hash(token))
	for id, kept := range st.calendars {
		if subtle.ConstantTimeCompare(given, []byte(kept)) == 1 {
			p, ok = st.people[id]
		}
	}
	return p.on(s.now()), ok, nil
}
