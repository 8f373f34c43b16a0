import { bus, WebhookEvent } from '../events';

type Account = { id: string };

export function emitNamed(name: string, account: Account): void {
  bus.publish(name, { id: account.id });
}

export function emitQuietly(name: string, account: Account): void {
  bus.publish(name, { id: account.id });
}

export function legacySuspend(account: Account): void {
  emitQuietly(WebhookEvent.ACCOUNT_SUSPENDED, account);
}

export function emitClosed(account: Account): void {
  closedOnce(account);
}

function closedOnce(account: Account): void {
  bus.publish(WebhookEvent.ACCOUNT_CLOSED, { id: account.id });
}

export function notifyOwner(account: Account): void {
  bus.publish(WebhookEvent.DISPUTE_OPENED, { id: account.id });
}

function lockQuietly(account: Account): void {
  bus.publish(WebhookEvent.ACCOUNT_LOCKED, { id: account.id });
}
