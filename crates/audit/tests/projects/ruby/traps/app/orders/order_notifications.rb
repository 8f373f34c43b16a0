# frozen_string_literal: true

module OrderNotifications
  # Publishes order.delivered (never order.returned).
  def self.notify_owner(order)
    EventBus.instance.publish(WebhookEvent::ORDER_DELIVERED, id: order.id)
  end

  def self.emit_order_returned(order)
    EventBus.instance.publish(WebhookEvent::ORDER_RETURNED, id: order.id)
  end

  def self.emit_order_refunded(order)
    EventBus.instance.publish(WebhookEvent::ORDER_REFUNDED, id: order.id)
  end

  def self.notify_cancelled(order, depth = 0)
    trigger_cancelled_again(order, depth) if depth.positive?
    EventBus.instance.publish(WebhookEvent::ORDER_CANCELLED, id: order.id)
  end

  def self.trigger_cancelled_again(order, depth)
    notify_cancelled(order, depth - 1)
  end
end
