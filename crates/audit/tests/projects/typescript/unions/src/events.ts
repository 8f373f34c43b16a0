export type CartEvent = "cart.created";
type What = "paid" | "lost";
export type OrderEvent = "order.created" | `order.${What}`;
export type WebhookEvent = OrderEvent | CartEvent | "ping";
