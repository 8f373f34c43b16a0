export interface Envelope {
  eventType: string;
  data: Record<string, unknown>;
  tenantId?: string;
  metadata?: Record<string, unknown>;
}

class WebhookBus {
  private readonly outbox: Envelope[] = [];

  async publish(envelope: Envelope): Promise<void> {
    this.outbox.push(envelope);
  }
}

const instance = new WebhookBus();

export function getEventBus(): WebhookBus {
  return instance;
}
