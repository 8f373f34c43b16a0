# frozen_string_literal: true

require_relative "../../lib/webhooks/event_bus"

module Jobs
  class Runner
    FINISHED = {
      "import" => Webhooks::WebhookEvent::IMPORT_COMPLETED,
      "export" => Webhooks::WebhookEvent::EXPORT_COMPLETED
    }.freeze

    def self.finish(kind, tenant_id)
      event = FINISHED[kind] || Webhooks::WebhookEvent::REPORT_GENERATED
      Webhooks::EventBus.instance.publish(event, tenant_id: tenant_id)
    end

    def abort(kind, tenant_id)
      if kind == "import"
        event = Webhooks::WebhookEvent::IMPORT_FAILED
      else
        event = Webhooks::WebhookEvent::EXPORT_FAILED
      end
      bus.publish(event, data: { kind: kind }, tenant_id: tenant_id)
    end

    def drain(ids, tenant_id)
      ids.each do |id|
        [Webhooks::WebhookEvent::TICKET_CREATED, Webhooks::WebhookEvent::TICKET_CLOSED].each do |event|
          bus.publish(event, data: { id: id }, tenant_id: tenant_id)
        end
      end
    end

    def reopen(id, tenant_id)
      bus.publish(:"ticket.created", data: { id: id }, tenant_id: tenant_id) unless id.nil?
    end

    private

    def bus
      Webhooks::EventBus.instance
    end
  end
end
