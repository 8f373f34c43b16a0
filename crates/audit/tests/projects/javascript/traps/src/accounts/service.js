import { bus, WebhookEvent } from '../events/index.js';
import { emitNamed } from './emitters.js';

export const SUPPORTED = [WebhookEvent.ACCOUNT_MERGED, 'account.locked'];
export const DESCRIPTIONS = {
  [WebhookEvent.ACCOUNT_MERGED]: 'Two accounts were merged',
  'dispute.won': 'We won',
};

export function createAccount(account) {
  emitNamed(WebhookEvent.ACCOUNT_CREATED, account);
}

export function closeAccount(account) {
  emitNamed('account.close', account);
}

/** The caller gives its own set of names: the parameter hides the import. */
export function remap(WebhookEvent, account) {
  bus.publish(WebhookEvent.ACCOUNT_LOCKED, { id: account.id });
}

export function updateAccount(account) {
  const announce = () => {
    bus.publish(WebhookEvent.ACCOUNT_UPDATED, { id: account.id });
  };
  announce();
}

export function escalate(account, settings) {
  const topic = settings.read('topic');
  bus.publish(topic, { id: account.id });
}

export function wire(target) {
  target.on('account.merged', () => undefined);
  target.on(WebhookEvent.DISPUTE_LOST, () => undefined).on('dispute.won', () => undefined);
}

bus.on(WebhookEvent.ACCOUNT_MERGED, () => undefined);
