export enum WebhookEvent { A = 'x.a', B = 'x.b' }
export interface EventBus { publish(e: WebhookEvent, d?: unknown): Promise<void>; }
