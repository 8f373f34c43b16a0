class Orders
  def create(order)
    WebhookBus.publish("order.created", order)
  end

  def pay(order)
    WebhookBus.publish("order.paid", order)
  end
end
