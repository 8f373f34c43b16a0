# frozen_string_literal: true

RSpec.describe OrderNotifications do
  it "returns" do
    OrderNotifications.emit_order_returned(order)
    EventBus.instance.publish(WebhookEvent::STOCK_LOW, {})
  end
end
