import { bus, EventBus, WebhookEvent, type WebhookEventName } from '../events';
import { emitNamed } from './emitters';

type Account = { id: string };
type Names = { ACCOUNT_SUSPENDED: string };

export const SUPPORTED: WebhookEventName[] = [WebhookEvent.ACCOUNT_MERGED, 'account.locked'];
export const DESCRIPTIONS: Partial<Record<WebhookEventName, string>> = {
  [WebhookEvent.ACCOUNT_MERGED]: 'Two accounts were merged',
  'dispute.won': 'We won',
};

export function createAccount(account: Account): void {
  emitNamed(WebhookEvent.ACCOUNT_CREATED, account);
}

export function closeAccount(account: Account): void {
  emitNamed('account.close', account);
}

/** The caller gives its own set of names: the parameter hides the import. */
export function remap(WebhookEvent: Names, account: Account): void {
  bus.publish(WebhookEvent.ACCOUNT_SUSPENDED, { id: account.id });
}

export function updateAccount(account: Account): void {
  const announce = (): void => {
    bus.publish(WebhookEvent.ACCOUNT_UPDATED, { id: account.id });
  };
  announce();
}

export function wire(target: EventBus): void {
  target.on('account.merged', () => undefined);
  target.on(WebhookEvent.DISPUTE_LOST, () => undefined).once('dispute.won', () => undefined);
}

bus.on(WebhookEvent.ACCOUNT_MERGED, () => undefined);
