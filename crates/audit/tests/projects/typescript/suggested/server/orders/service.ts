import { bus } from "../bus";
import { WebhookEvents } from "../events";

export async function createOrder(data: OrderData) {
  const order = await prisma.order.create({ data });
  bus.emit(WebhookEvents.OrderCreated, { id: order.id });
  return order;
}

export async function cancelOrder(id: string) {
  const order = await prisma.order.update({ where: { id }, data: { status: "cancelled" } });
  await refundPayments(order);
  return order;
}
