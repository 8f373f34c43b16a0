# frozen_string_literal: true

require_relative "account_emitters"

class AccountService
  DESCRIPTIONS = {
    WebhookEvent::ACCOUNT_MERGED => "Two accounts were merged",
    "dispute.won" => "We won"
  }.freeze

  def create(account)
    AccountEmitters.emit_named(WebhookEvent::ACCOUNT_CREATED, account)
  end

  def close(account)
    AccountEmitters.emit_named("account.close", account)
  end

  def update(account)
    account.save && announce_update(account)
  end

  def escalate(account, settings)
    topic = settings.fetch_topic
    EventBus.instance.publish(topic, id: account.id)
  end

  private

  def announce_update(account)
    EventBus.instance.publish(WebhookEvent::ACCOUNT_UPDATED, id: account.id)
  end

  def announce_lock(account)
    EventBus.instance.publish(WebhookEvent::ACCOUNT_LOCKED, id: account.id)
  end
end

EventBus.instance.on("account.merged") { |payload| payload }
EventBus.instance.subscribe(WebhookEvent::DISPUTE_LOST, ->(payload) { payload })
