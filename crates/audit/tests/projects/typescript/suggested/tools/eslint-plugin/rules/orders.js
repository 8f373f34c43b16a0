function deleteOrder(context, order) {
  context.store.orders.delete(order);
}

module.exports = { deleteOrder };
