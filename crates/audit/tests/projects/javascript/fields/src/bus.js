export class WebhookBus {
  publish(event, data) {}
}
export const bus = new WebhookBus();
