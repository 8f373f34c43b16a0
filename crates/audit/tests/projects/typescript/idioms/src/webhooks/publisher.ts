import { getEventBus } from './bus';

export default function publishEvent(eventType: string, data: unknown, tenantId: string): void {
  getEventBus().publish(eventType, data, tenantId);
}

export const publishResource = (resource: { id: string }, name: string, tenantId: string): void =>
  publishEvent(name, { id: resource.id }, tenantId);
