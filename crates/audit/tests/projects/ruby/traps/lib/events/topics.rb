# frozen_string_literal: true

require_relative "webhook_event"

ORDER_TOPIC = "order.created"
