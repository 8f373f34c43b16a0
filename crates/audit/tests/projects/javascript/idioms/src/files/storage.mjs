import webhooks from '../webhooks/index.js';
import { eventBus, publishResource } from '../webhooks/index.js';
import SCANNED, { Topics } from './topics.mjs';

function relay(file, action, tenantId) {
  publishResource(file, `file.${action}`, tenantId);
}

export function upload(file, tenantId) {
  publishResource(file, Topics.file.uploaded, tenantId);
}

export function remove(file, tenantId) {
  relay(file, 'deleted', tenantId);
}

export const scan = async (file, tenantId) => {
  await eventBus
    .dispatch({ type: SCANNED, data: { id: file.id }, tenantId })
    .catch(() => undefined);
};

export function bounce(opened, tenantId) {
  eventBus.publish(opened ? Topics.mail.opened : Topics.mail.bounced, {}, tenantId);
}

export function reopen(id, tenantId) {
  webhooks.eventBus.publish(webhooks.WebhookEvent.TICKET_CREATED, { id }, tenantId);
}
