package orders

import (
	"database/sql"

	"example.com/market/bus"
	"example.com/market/events"
	"example.com/market/internal/logs"
)

const usage = `
	bus.Publish(string(events.OrderReturned), nil)
	bus.Publish("order.returned", nil)
`

// Service keeps the orders. On return it will call bus.Publish("order.returned", nil).
type Service struct {
	db *sql.DB
}

// Create adds an order.
func (s *Service) Create(id string) {
	bus.Publish(string(events.OrderCreated), id)
}

// Confirm accepts an order.
func (s *Service) Confirm(id string) {
	// bus.Publish(string(events.OrderArchived), id)
	/* bus.Publish("order.archived", id) */
	logs.Info("order.archived")
	logs.Info(string(events.OrderArchived))
	bus.Publish(string(events.OrderConfirmed), map[string]any{"previous": "order.archived"})
}

// Ship hands the parcel over.
func (s *Service) Ship(id string) {
	EmitOrderShipped(id)
}

// Deliver closes the order.
func (s *Service) Deliver(id string, last events.WebhookEvent) {
	if last == events.OrderArchived {
		return
	}
	NotifyOwner(id)
}

// Cancel stops the order.
func (s *Service) Cancel(id string) {
	bus.Publish("order.cancel", id)
}

// Usage helps the reader.
func (s *Service) Usage() string { return usage }

// Split makes two of one.
func (s *Service) Split(id string) {
	const orderTopic = "shipment.split_off"
	bus.Publish(orderTopic, id)
}

// Repeat says it again.
func (s *Service) Repeat(id string) {
	bus.Publish(orderTopic, id)
}

// Replay publishes what the table holds.
func (s *Service) Replay() error {
	rows, err := s.db.Query("select event_type from outgoing")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		bus.Publish(name, nil)
	}
	return rows.Err()
}

func (s *Service) archive(id string) {
	bus.Publish(string(events.OrderArchived), id)
}
