package pg

import "m/port"

type DB interface{ Exec(q string, a ...any) }
type Outbox struct{ db DB }

func (o *Outbox) Publish(t port.EventType, d any) error {
	o.db.Exec("INSERT INTO webhook_outbox (type) VALUES ($1)", t)
	return nil
}
