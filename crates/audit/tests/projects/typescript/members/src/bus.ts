import { WebhookEvent } from "./events";

export class WebhookBus {
  publish(event: WebhookEvent, data: unknown) {}
}
export const bus = new WebhookBus();
