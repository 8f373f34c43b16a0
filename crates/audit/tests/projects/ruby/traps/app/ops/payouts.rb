# frozen_string_literal: true

class PayoutEmitter
  def emit_paid(payout)
    EventBus.instance.publish(WebhookEvent::PAYOUT_PAID, id: payout.id)
  end

  def emit_failed(payout)
    EventBus.instance.publish(WebhookEvent::PAYOUT_FAILED, id: payout.id)
  end

  def emit_created(payout)
    push(WebhookEvent::PAYOUT_CREATED, payout)
  end

  def reverse(payout)
    push(WebhookEvent::PAYOUT_REVERSED, payout)
  end

  private

  def push(name, payout)
    EventBus.instance.publish(name, id: payout.id)
  end

  def send_again(tries)
    send_again(tries - 1) if tries.positive?
    EventBus.instance.publish(WebhookEvent::COUPON_REDEEMED, tries: tries)
  end
end

class PayoutService
  def initialize(metrics)
    @emitter = PayoutEmitter.new
    @metrics = metrics
  end

  def pay(payout)
    @metrics.increment("payout.failed")
    @metrics.increment(WebhookEvent::STOCK_LOW)
    @emitter.emit_paid(payout)
  end
end

class ReviewHandler
  def handle(review)
    event = WebhookEvent::REVIEW_POSTED
    event = WebhookEvent::REVIEW_FLAGGED if review.score < 2
    EventBus.instance.publish(event, id: review.id)
    EventBus.instance.publish("moderation.queued", id: review.id)
  end

  def drop(review, params)
    EventBus.instance.publish(params[:event], id: review.id)
  end

  def deprecated_expire(coupon)
    EventBus.instance.publish(WebhookEvent::COUPON_EXPIRED, id: coupon.id)
  end

  def issue(coupon)
    EventBus.instance.publish(WebhookEvent::COUPON_ISSUED, id: coupon.id)
    'EventBus.instance.publish("dispute.expired", {})'
  end
end
