class WebhookBus
  def self.publish(event, payload)
    Webhook.where(event: event).each { |hook| hook.deliver(payload) }
  end
end
