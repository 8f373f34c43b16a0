import { Svix } from 'svix';
import { Convoy } from 'convoy.js';
import { Outpost } from '@hookdeck/outpost-sdk';
import { Hook0Client, Event } from 'hook0-client';
import { Pool } from 'pg';

const svix = new Svix('token');
const convoy = new Convoy({ api_key: 'k' });
const outpost = new Outpost({ apiKey: 'k' });
const hook0 = new Hook0Client('https://app.hook0.com', 'app', 'token');
const pool = new Pool();

export async function withSvix(invoice: object) {
  await svix.message.create('app_1', { eventType: 'invoice.created', payload: invoice }); // site invoice.created
}

export async function withConvoy(invoice: object) {
  await convoy.events.create({ endpoint_id: 'e', event_type: 'invoice.paid', data: invoice }); // site invoice.paid
}

export async function withOutpost(order: object) {
  await outpost.publish({ topic: 'order.placed', data: order }); // site order.placed
}

export async function withHook0(user: object) {
  await hook0.sendEvent(new Event('user.created', '{}', 'application/json', {})); // site user.created
}

export async function sql(order: object) {
  await pool.query('SELECT postrider.publish($1, $2, $3)', ['order.packed', order, 'acme']); // site order.packed
}

export async function elsewhere(prisma: any) {
  await prisma.message.create({ data: { eventType: 'page.viewed' } });
}
