# frozen_string_literal: true

module Files
  class Storage
    TOPICS = { opened: "email.opened", bounced: "email.bounced" }.freeze

    def upload(file, tenant_id)
      Webhooks::Publisher.publish_resource(file, name: Webhooks::WebhookEvent::FILE_UPLOADED, tenant_id: tenant_id)
    end

    def remove(file, tenant_id)
      relay(file, "deleted", tenant_id)
    end

    def scan(file, tenant_id)
      Webhooks::EventBus.instance.dispatch(Webhooks::Event.new(type: "file.scanned", data: { id: file.id }, tenant_id: tenant_id))
    end

    def track(kind, tenant_id)
      Webhooks::EventBus.instance.publish(TOPICS.fetch(kind), tenant_id: tenant_id)
    end

    private

    def relay(file, action, tenant_id)
      Webhooks::Publisher.publish_resource(file, name: "file.#{action}", tenant_id: tenant_id)
    end
  end
end
