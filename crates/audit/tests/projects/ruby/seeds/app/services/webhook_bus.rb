class WebhookBus
  def self.publish(event, payload)
    Outbox.create!(event: event, payload: payload)
  end
end
