import { GiftCardWorkflowEvents, OrderWorkflowEvents } from "./events";
import { emitEvent } from "./bus";

export async function placeOrder(order: Order) {
  await save(order);
  await emitEvent({ eventName: OrderWorkflowEvents.PLACED, data: { id: order.id } });
}

export async function issueGiftCard(card: GiftCard) {
  await emitEvent({ eventName: GiftCardWorkflowEvents.ISSUED, data: { id: card.id } });
}
