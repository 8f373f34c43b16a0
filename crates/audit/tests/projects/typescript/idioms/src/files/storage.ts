import { eventBus, publishResource, WebhookEvent } from '../webhooks';

interface StoredFile {
  id: string;
}

export const Topics = {
  file: { uploaded: 'file.uploaded', deleted: 'file.deleted' },
  mail: { bounced: 'email.bounced', opened: 'email.opened' },
} as const;

function relay(file: StoredFile, action: string, tenantId: string): void {
  publishResource(file, `file.${action}`, tenantId);
}

export function upload(file: StoredFile, tenantId: string): void {
  publishResource(file, Topics.file.uploaded, tenantId);
}

export function remove(file: StoredFile, tenantId: string): void {
  relay(file, 'deleted', tenantId);
}

export function scan(file: StoredFile, tenantId: string): void {
  eventBus.publish(WebhookEvent.FileScanned as string, { id: file.id }, tenantId);
}

export function bounce(opened: boolean, tenantId: string): void {
  eventBus.publish(opened ? Topics.mail.opened : Topics.mail.bounced, {}, tenantId);
}
