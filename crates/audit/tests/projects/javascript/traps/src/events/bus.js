/**
 * In-process bus.
 *
 * @example
 * bus.publish(WebhookEvent.DISPUTE_WON, {});
 */
export class EventBus {
  handlers = new Map();
  log = [];

  publish(eventType, data) {
    this.log.push([eventType, data]);
  }

  on(eventType, handler) {
    this.handlers.set(eventType, handler);
    return this;
  }
}

export const bus = new EventBus();
