# frozen_string_literal: true

module Customers
  module Events
    CREATED = "customer.created"
    UPDATED = "customer.updated"
    DELETED = "customer.deleted"
  end

  class CustomerService
    include Webhooks

    def initialize(repo)
      @repo = repo
      @bus = Webhooks::EventBus.instance
    end

    def create(data, tenant_id)
      customer = @repo.add(data)
      announce(customer, tenant_id)
      customer
    end

    def update(customer, tenant_id)
      announce(customer, tenant_id, event_type: Events::UPDATED)
    end

    def delete(customer, tenant_id)
      @repo.remove(customer)
      announce customer, tenant_id, event_type: Events::DELETED
    end

    def merge(into, from, tenant_id)
      Webhooks::Publisher.publish_event(WebhookEvent::CUSTOMER_MERGED, { into: into.id, from: from.id }, tenant_id)
    end

    def enter(user, tenant_id)
      @bus.publish(user.known? ? "user.login" : "user.registered", data: { id: user.id }, tenant_id: tenant_id)
    end

    private

    def announce(customer, tenant_id, event_type: Events::CREATED)
      @bus.publish(event_type, data: { id: customer.id }, tenant_id: tenant_id)
    end
  end
end
