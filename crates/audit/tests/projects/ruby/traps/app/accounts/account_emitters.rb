# frozen_string_literal: true

module AccountEmitters
  def self.emit_named(name, account)
    EventBus.instance.publish(name, id: account.id)
  end

  def self.emit_quietly(name, account)
    EventBus.instance.publish(name, id: account.id)
  end

  def self.legacy_suspend(account)
    emit_quietly(WebhookEvent::ACCOUNT_SUSPENDED, account)
  end

  def self.emit_closed(account)
    emit_closed_once(account)
  end

  def self.emit_closed_once(account)
    EventBus.instance.publish(WebhookEvent::ACCOUNT_CLOSED, id: account.id)
  end

  def self.notify_owner(account)
    EventBus.instance.publish(WebhookEvent::DISPUTE_OPENED, id: account.id)
  end
end
