export enum WebhookEvent { A = 'x.a', B = 'x.b', C = 'x.c' }
class Bus { publish(e: WebhookEvent, d?: any) {} }
export const bus = new Bus();
export function run() { bus.publish(WebhookEvent.A); }
export function defaults(plan: string) {
  const enabled: WebhookEvent[] = [];
  if (plan === 'pro') enabled.push(WebhookEvent.B);
  return enabled;
}
