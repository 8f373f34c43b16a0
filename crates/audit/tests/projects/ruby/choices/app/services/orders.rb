class Orders
  def create(order)
    WebhookBus.publish(:order_created, order)
  end

  def pay(order)
    WebhookBus.publish("order_paid", order)
  end
end
