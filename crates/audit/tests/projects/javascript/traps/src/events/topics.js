export * from './catalog.js';

export const ORDER_TOPIC = 'order.created';
