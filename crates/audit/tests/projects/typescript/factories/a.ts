export enum WebhookEvent { A = 'x.a', B = 'x.b', C = 'x.c' }
export class OutgoingEvent { constructor(readonly type: WebhookEvent, readonly data: any) {} }
const makeEvent = (t: WebhookEvent, data: any) => ({ type: t, data });
const makeEvent2 = (t: WebhookEvent, data: any) => new OutgoingEvent(t, data);
class Bus { publish(e: any) {} }
const bus = new Bus();
export function run() {
  bus.publish(makeEvent(WebhookEvent.A, 1));
}
export function preview() { return makeEvent(WebhookEvent.B, 1); }
export function run2() {
  bus.publish(makeEvent2(WebhookEvent.A, 1));
}
export function preview2() { return makeEvent2(WebhookEvent.C, 1); }
