class Orders
  def create(order)
    WebhookBus.publish("order.created", order)
  end
end
