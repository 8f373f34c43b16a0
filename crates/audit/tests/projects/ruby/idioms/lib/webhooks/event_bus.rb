# frozen_string_literal: true

module Webhooks
  Event = Struct.new(:type, :data, :tenant_id, keyword_init: true)

  class EventBus
    def self.instance
      @instance ||= new
    end

    def initialize
      @pending = []
    end

    def publish(event_type, data: {}, tenant_id: nil)
      @pending << [event_type, data, tenant_id]
    end

    def dispatch(event)
      @pending << event
    end
  end
end
