# frozen_string_literal: true

class StockTest < Minitest::Test
  def test_depleted
    EventBus.instance.publish(WebhookEvent::STOCK_DEPLETED, {})
  end
end
