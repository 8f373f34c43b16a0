const got = require('got');

const WEBHOOK_EVENTS = Object.freeze({
  INVOICE_CREATED: 'invoice.created',
  INVOICE_PAID: 'invoice.paid',
  ORDER_PLACED: 'order.placed',
  PAGE_VIEWED: 'page.viewed',
});

function url(path) {
  return process.env.POSTRIDER_URL + path;
}

async function send(type, data) {
  return fetch(url('/api/v1/events'), { method: 'POST', body: JSON.stringify({ type, data }) });
}

async function created(invoice) {
  await send(WEBHOOK_EVENTS.INVOICE_CREATED, invoice); // site invoice.created
}

async function paid(invoice) {
  await got.post(url('/api/v1/events'), { json: { type: WEBHOOK_EVENTS.INVOICE_PAID, data: invoice } }); // site invoice.paid
}

async function placed(order) {
  const options = { method: 'POST', body: '{"type": "order.placed", "data": {}}' };
  await fetch('http://postrider:8090/api/v1/events', options); // site order.placed
}

async function elsewhere(page) {
  await got.post('https://stats.example.com/api/v1/track', { json: { type: 'page.viewed', data: page } });
}

module.exports = { created, paid, placed, elsewhere };
