export class WebhookBus {
  emit(event: string, payload: unknown) {
    queue.push({ event, payload });
  }
}

export const bus = new WebhookBus();
