export const TicketEvents = {
  CREATED: 'ticket.created',
  ASSIGNED: 'ticket.assigned',
  CLOSED: 'ticket.closed',
  ESCALATED: 'ticket.escalated',
} as const;
