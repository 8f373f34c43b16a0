import { bus, WebhookEvent } from '../events';

/** One name, several variables: each block has its own. */
export function early(quiet: boolean, id: string): void {
  if (quiet) {
    const ev = WebhookEvent.STOCK_LOW;
    console.log(ev);
    return;
  }
  const ev = WebhookEvent.ORDER_CREATED;
  bus.publish(ev, { id });
}

export function inner(id: string): void {
  const ev = WebhookEvent.ORDER_SHIPPED;
  for (const ev of [WebhookEvent.STOCK_LOW, WebhookEvent.STOCK_DEPLETED]) {
    console.log(ev);
  }
  try {
    console.log(id);
  } catch (ev) {
    console.log(ev);
  }
  setTimeout(() => bus.publish(ev, { id }), 10);
}

export function closures(id: string): void {
  {
    let ev: string = WebhookEvent.STOCK_DEPLETED;
    console.log(ev);
  }
  {
    let ev: string = WebhookEvent.ACCOUNT_CREATED;
    if (id) {
      ev = WebhookEvent.ACCOUNT_UPDATED;
    }
    const send = (): void => {
      bus.publish(ev, { id });
    };
    send();
  }
}
