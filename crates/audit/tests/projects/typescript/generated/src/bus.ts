import { WebhookEvent } from "./generated/graphql";

export class WebhookBus {
  publish(event: WebhookEvent, data: unknown) {}
}
export const bus = new WebhookBus();
