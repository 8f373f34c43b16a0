package tickets

import (
	"context"

	"example.com/desk/core"
	"example.com/desk/webhooks"
)

// Service keeps the tickets.
type Service struct{}

func init() {
	core.Domain.On(string(Created), func(any) {})
	core.Domain.On("plan.changed", func(any) {})
}

// Create opens a ticket.
func (s *Service) Create(id string) {
	core.Domain.Emit(string(Created), id)
}

// Assign gives it to an agent.
func (s *Service) Assign(id, agent string) {
	core.Domain.Emit(string(Assigned), map[string]string{"id": id, "agent": agent})
}

// Close ends it.
func (s *Service) Close(ctx context.Context, id, tenantID string) error {
	core.Domain.Emit(string(Closed), id)
	return webhooks.GetBus().Publish(ctx, webhooks.Envelope{EventType: webhooks.TicketClosed, TenantID: tenantID})
}

// Escalate raises the alarm.
func (s *Service) Escalate(id string) {
	s.tell(Escalated, id)
}

func (s *Service) tell(name TicketEvent, id string) {
	core.Domain.Emit(string(name), id)
}
