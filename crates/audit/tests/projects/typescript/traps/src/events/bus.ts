type Handler = (payload: unknown) => void;

/**
 * In-process bus.
 *
 * @example
 * bus.publish(WebhookEvent.DISPUTE_WON, {});
 */
export class EventBus {
  private readonly handlers = new Map<string, Handler[]>();
  private readonly log: unknown[] = [];

  publish(eventType: string, data: unknown): void {
    this.log.push([eventType, data]);
  }

  on(eventType: string, handler: Handler): this {
    this.handlers.set(eventType, [...(this.handlers.get(eventType) ?? []), handler]);
    return this;
  }

  once(eventType: string, handler: Handler): this {
    return this.on(eventType, handler);
  }
}

export const bus = new EventBus();
