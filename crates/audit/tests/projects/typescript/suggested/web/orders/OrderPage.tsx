export function deleteOrder(order: Order) {
  return store.orders.delete(order);
}
