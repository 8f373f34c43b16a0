import axios from 'axios';
import { WebhookEvent } from './events';

const BASE = process.env.POSTRIDER_URL;
const EVENTS = `${BASE}/api/v1/events`;
const api = axios.create({ baseURL: 'https://hooks.example.com/api/v1' });

export async function literal(invoice: object) {
  await fetch('http://localhost:8090/api/v1/events', { // site invoice.created
    method: 'POST',
    body: JSON.stringify({ type: 'invoice.created', data: invoice }),
  });
}

export async function template(invoice: object) {
  const body = JSON.stringify({ type: WebhookEvent.InvoicePaid, data: invoice });
  await fetch(`${BASE}/api/v1/events`, { method: 'POST', headers: { type: 'page.viewed' }, body }); // site invoice.paid
}

export async function joined(invoice: object) {
  await fetch(new URL('/api/v1/events', BASE), { method: 'POST', body: JSON.stringify({ type: 'invoice.voided', data: invoice }) }); // site invoice.voided
}

export async function short(order: object) {
  await axios.post(EVENTS, { type: WebhookEvent.OrderPlaced, data: order }); // site order.placed
}

export async function long(order: object) {
  await axios({ method: 'post', url: EVENTS, data: { type: 'order.packed', data: order } }); // site order.packed
}

export async function instance(order: object) {
  await api.post('/events', { type: 'order.shipped', data: order }); // site order.shipped
}

export class Webhooks {
  constructor(private readonly url: string) {}

  async publish(type: string, data: object) {
    await axios.post(this.url + '/api/v1/events', { type, data });
  }
}

export async function relayed(webhooks: Webhooks, user: object) {
  await webhooks.publish('user.created', user); // site user.created
}

export async function batch(teams: object[]) {
  await axios.post(`${EVENTS}/batch`, { events: teams.map((team) => ({ type: 'team.created', data: team })) }); // site team.created
}

export async function tenant(user: object) {
  await axios.post(`${BASE}/api/v1/tenant/webhooks/deliveries`, { event: 'user.deleted', payload: user }); // site user.deleted
}

export async function elsewhere(page: object) {
  await axios.post('https://stats.example.com/collect', { type: 'page.viewed', data: page });
  await fetch('/api/calendar/events', { method: 'POST', body: JSON.stringify({ type: 'page.viewed' }) });
  await axios({ method: 'get', url: EVENTS, params: { type: 'page.viewed' } });
}
