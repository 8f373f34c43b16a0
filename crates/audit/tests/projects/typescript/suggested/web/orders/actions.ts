import { useState } from "react";

export async function cancelOrder(order: Order) {
  await store.orders.update(order);
}

export async function deleteOrder(order: Order) {
  await store.orders.delete(order);
}
