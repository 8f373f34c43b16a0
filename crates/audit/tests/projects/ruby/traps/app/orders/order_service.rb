# frozen_string_literal: true

require "logger"
require_relative "../../lib/events/event_bus"
require_relative "../../lib/events/webhook_event"
require_relative "order_notifications"

=begin
On return:
EventBus.instance.publish(WebhookEvent::ORDER_RETURNED, {})
=end
class OrderService
  USAGE = <<~TEXT
    EventBus.instance.publish(WebhookEvent::ORDER_RETURNED, {})
    EventBus.instance.publish("order.returned", {})
  TEXT

  def initialize(db)
    @db = db
    @bus = EventBus.instance
    @logger = Logger.new($stdout)
  end

  def create(order)
    @bus.publish(ORDER_TOPIC, id: order.id)
  end

  def confirm(order)
    # @bus.publish(WebhookEvent::ORDER_ARCHIVED, {})
    @logger.info("order.archived")
    @logger.info "publishing #{WebhookEvent::ORDER_ARCHIVED}"
    @bus.publish(WebhookEvent::ORDER_CONFIRMED, previous: "order.archived")
  end

  def ship(order)
    emit_order_shipped order
  end

  def deliver(order)
    return if order.last_event == WebhookEvent::ORDER_ARCHIVED

    OrderNotifications.notify_owner(order)
  end

  def cancel(order)
    @bus.publish("order.cancel", id: order.id)
  end

  def sync(order, row)
    @bus.publish("order.#{row[:status]}", id: order.id)
  end

  def replay
    @db.execute("select event_type from outgoing").each do |row|
      @bus.publish(row[0], {})
    end
  end

  private

  def emit_order_shipped(order)
    @bus.publish(WebhookEvent::ORDER_SHIPPED, id: order.id)
  end

  def archive(order)
    @bus.publish(WebhookEvent::ORDER_ARCHIVED, id: order.id)
  end
end

class SplitService
  ORDER_TOPIC = "shipment.split_off"

  def split(order)
    EventBus.instance.publish(ORDER_TOPIC, id: order.id)
  end
end

__END__
EventBus.instance.publish(WebhookEvent::ORDER_RETURNED, {})
EventBus.instance.publish("dispute.won", {})
