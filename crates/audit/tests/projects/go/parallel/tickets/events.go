package tickets

// TicketEvent names a domain event.
type TicketEvent string

const (
	Created   TicketEvent = "ticket.created"
	Assigned  TicketEvent = "ticket.assigned"
	Closed    TicketEvent = "ticket.closed"
	Escalated TicketEvent = "ticket.escalated"
)
