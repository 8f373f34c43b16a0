package customers

import (
	"context"

	"example.com/shop/bus"
	. "example.com/shop/events"
)

// Service keeps the customers.
type Service struct {
	publisher bus.Publisher
}

// NewService wires the service.
func NewService(publisher bus.Publisher) *Service {
	return &Service{publisher: publisher}
}

// Create adds a customer.
func (s *Service) Create(ctx context.Context, id, tenant string) error {
	return s.tell(ctx, CustomerCreated, id, tenant)
}

// Update changes a customer.
func (s *Service) Update(ctx context.Context, id, tenant string) error {
	return s.tell(ctx, CustomerUpdated, id, tenant)
}

// Delete removes a customer.
func (s *Service) Delete(ctx context.Context, id, tenant string) error {
	if err := s.tell(ctx, CustomerDeleted, id, tenant); err != nil {
		return err
	}
	return nil
}

// Merge joins two customers.
func (s *Service) Merge(ctx context.Context, id, other, tenant string) error {
	return bus.PublishResource(ctx, id, string(CustomerMerged), tenant)
}

func (s *Service) tell(ctx context.Context, eventType WebhookEvent, id, tenant string) error {
	return s.publisher.Publish(ctx, Event{Type: eventType, Data: map[string]any{"id": id}, Tenant: tenant})
}
