# frozen_string_literal: true

# In-process bus.
#
#   EventBus.instance.publish(WebhookEvent::DISPUTE_WON)
class EventBus
  def self.instance
    @instance ||= new
  end

  def initialize
    @handlers = Hash.new { |hash, key| hash[key] = [] }
    @log = []
  end

  def publish(event_type, data = {})
    @log << [event_type, data]
  end

  def on(event_type, &handler)
    @handlers[event_type] << handler
  end

  def subscribe(event_type, handler)
    @handlers[event_type] << handler
  end
end
