import * as hooks from '../webhooks';
import { SUBSCRIPTION } from './constants';

const TRANSITIONS: Record<string, hooks.WebhookEvent> = {
  start: hooks.WebhookEvent.SubscriptionCreated,
  renew: hooks.WebhookEvent.SubscriptionRenewed,
};

export const transition = (id: string, step: string, tenantId: string): void => {
  hooks.eventBus.publish(TRANSITIONS[step], { id }, tenantId);
};

export const restart = (id: string, tenantId: string): void => hooks.eventBus.publish(TRANSITIONS.start, { id }, tenantId);

export async function cancel(id: string, tenantId: string): Promise<void> {
  hooks.publishEvent(SUBSCRIPTION + '.cancelled', { id }, tenantId);
}

export async function pause(id: string, tenantId: string): Promise<void> {
  const announce = (): void => {
    hooks.publishEvent(`${SUBSCRIPTION}.paused`, { id }, tenantId);
  };
  announce();
}
