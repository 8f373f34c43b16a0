import { domainBus } from '../core/domainBus';
import { getEventBus } from '../webhooks/eventBus';
import { WebhookEvent } from '../webhooks/events';
import { TicketEvents } from './events';

interface Ticket {
  id: string;
  agent?: string;
}

export class TicketService {
  create(ticket: Ticket): Ticket {
    domainBus.emit(TicketEvents.CREATED, { id: ticket.id });
    return ticket;
  }

  assign(ticket: Ticket, agent: string): void {
    ticket.agent = agent;
    domainBus.emit(TicketEvents.ASSIGNED, { id: ticket.id });
  }

  async close(ticket: Ticket, tenantId: string): Promise<void> {
    domainBus.emit(TicketEvents.CLOSED, { id: ticket.id });
    await getEventBus().publish({ eventType: WebhookEvent.TicketClosed, data: { id: ticket.id }, tenantId });
  }

  escalate(ticket: Ticket): void {
    this.tell(TicketEvents.ESCALATED, ticket);
  }

  private tell(name: string, ticket: Ticket): void {
    domainBus.emit(name, { id: ticket.id });
  }
}

domainBus.on(TicketEvents.CREATED, () => undefined);
domainBus.on('plan.changed', () => undefined);
