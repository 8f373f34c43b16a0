import { bus, WebhookEvent } from '../events/index.js';

export function emitNamed(name, account) {
  bus.publish(name, { id: account.id });
}

export function emitQuietly(name, account) {
  bus.publish(name, { id: account.id });
}

export function legacySuspend(account) {
  emitQuietly(WebhookEvent.ACCOUNT_SUSPENDED, account);
}

export function emitClosed(account) {
  closedOnce(account);
}

function closedOnce(account) {
  bus.publish(WebhookEvent.ACCOUNT_CLOSED, { id: account.id });
}

export function notifyOwner(account) {
  bus.publish(WebhookEvent.DISPUTE_OPENED, { id: account.id });
}
