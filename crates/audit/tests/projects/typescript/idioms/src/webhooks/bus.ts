import type { DomainEvent } from './events';

export class EventBus {
  private readonly pending: DomainEvent[] = [];

  publish<T>(eventType: string, data: T, tenantId: string): void {
    this.pending.push({ type: eventType, data, tenantId });
  }

  async dispatch<T>(event: DomainEvent<T>): Promise<void> {
    this.pending.push(event);
  }
}

export const eventBus = new EventBus();

export function getEventBus(): EventBus {
  return eventBus;
}
