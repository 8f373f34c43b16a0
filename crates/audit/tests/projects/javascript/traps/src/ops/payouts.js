import * as events from '../events/index.js';
import { metrics } from './metrics.js';

const { bus, WebhookEvent } = events;

export class PayoutEmitter {
  emitPaid(payout) {
    bus.publish(WebhookEvent.PAYOUT_PAID, { id: payout.id });
  }

  emitFailed(payout) {
    bus.publish(WebhookEvent.PAYOUT_FAILED, { id: payout.id });
  }

  emitCreated(payout) {
    this.push(WebhookEvent.PAYOUT_CREATED, payout);
  }

  reverse(payout) {
    this.push(WebhookEvent.PAYOUT_REVERSED, payout);
  }

  push(name, payout) {
    bus.publish(name, { id: payout.id });
  }
}

export class PayoutService {
  emitter = new PayoutEmitter();

  pay(payout) {
    metrics.increment('payout.failed');
    metrics.increment(WebhookEvent.STOCK_LOW);
    this.emitter.emitPaid(payout);
  }
}

function expireDisputes() {
  bus.publish(WebhookEvent.DISPUTE_EXPIRED, {});
}

setInterval(expireDisputes, 60_000);

export function handleReview(review) {
  let event = WebhookEvent.REVIEW_POSTED;
  if (review.score < 2) {
    event = WebhookEvent.REVIEW_FLAGGED;
  }
  bus.publish(event, { id: review.id });
  bus.publish('moderation.queued', { id: review.id });
}

export function dropReview(req) {
  bus.publish(req.body.event, {});
}

function sendAgain(tries) {
  if (tries > 0) sendAgain(tries - 1);
  bus.publish(WebhookEvent.COUPON_REDEEMED, { tries });
}

/** @deprecated */
function deprecatedExpire(id) {
  bus.publish(WebhookEvent.COUPON_EXPIRED, { id });
}

export function issueCoupon(id) {
  events.bus.publish(events.WebhookEvent.COUPON_ISSUED, { id });
}
