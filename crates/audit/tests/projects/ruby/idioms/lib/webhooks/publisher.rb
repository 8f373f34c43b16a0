# frozen_string_literal: true

module Webhooks
  # The wrappers that most of the code uses instead of the bus.
  module Publisher
    def self.publish_event(event_type, data, tenant_id)
      EventBus.instance.publish(event_type, data: data, tenant_id: tenant_id)
    end

    def self.publish_resource(resource, name:, tenant_id:)
      publish_event(name, { id: resource.id }, tenant_id)
    end
  end
end
