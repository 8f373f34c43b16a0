class SendWebhookJob < ApplicationJob
  def perform(event, object)
    Webhook.create!(event: event, object: object)
  end
end
