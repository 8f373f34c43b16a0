# frozen_string_literal: true

module Billing
  class Subscription < ApplicationRecord
    E = Webhooks::WebhookEvent
    RESOURCE = "subscription"

    TRANSITIONS = {
      start: E::SUBSCRIPTION_CREATED,
      renew: E::SUBSCRIPTION_RENEWED
    }.freeze

    after_commit :publish_paused, on: :update

    def transition(step, tenant_id)
      Webhooks::EventBus.instance.publish(TRANSITIONS[step], data: { id: id }, tenant_id: tenant_id)
    end

    def restart(tenant_id)
      Webhooks::EventBus.instance.publish(TRANSITIONS[:start], data: { id: id }, tenant_id: tenant_id)
    end

    def cancel(tenant_id)
      Webhooks::Publisher.publish_event("#{RESOURCE}.cancelled", { id: id }, tenant_id)
    end

    private

    def publish_paused
      Webhooks::Publisher.publish_event(RESOURCE + ".paused", { id: id }, tenant_id)
    end
  end
end
