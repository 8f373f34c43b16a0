export * from './catalog';
export * from '.';

export const ORDER_TOPIC = 'order.created';
