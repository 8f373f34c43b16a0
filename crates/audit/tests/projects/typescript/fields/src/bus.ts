export class WebhookBus {
  publish(event: string, data: unknown) {}
}
export const bus = new WebhookBus();
