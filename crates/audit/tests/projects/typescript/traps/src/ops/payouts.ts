import { bus, WebhookEvent } from '../events';
import * as events from '../events';

declare const metrics: { increment(name: string): void };

type Payout = { id: string };

export class PayoutEmitter {
  emitPaid(payout: Payout): void {
    bus.publish(WebhookEvent.PAYOUT_PAID, { id: payout.id });
  }

  emitFailed(payout: Payout): void {
    bus.publish(WebhookEvent.PAYOUT_FAILED, { id: payout.id });
  }

  emitCreated(payout: Payout): void {
    this.push(WebhookEvent.PAYOUT_CREATED, payout);
  }

  reverse(payout: Payout): void {
    this.push(WebhookEvent.PAYOUT_REVERSED, payout);
  }

  private push(name: string, payout: Payout): void {
    bus.publish(name, { id: payout.id });
  }
}

export class PayoutService {
  private readonly emitter = new PayoutEmitter();

  pay(payout: Payout): void {
    metrics.increment('payout.failed');
    metrics.increment(WebhookEvent.STOCK_LOW);
    this.emitter.emitPaid(payout);
  }
}

function expireDisputes(): void {
  bus.publish(WebhookEvent.DISPUTE_EXPIRED, {});
}

export const JOBS = [expireDisputes];

export function handleReview(review: { id: string; score: number }): void {
  let event: string = WebhookEvent.REVIEW_POSTED;
  if (review.score < 2) {
    event = WebhookEvent.REVIEW_FLAGGED;
  }
  bus.publish(event, { id: review.id });
  bus.publish('moderation.queued', { id: review.id });
}

export function dropReview(req: { body: { event: string } }): void {
  bus.publish(req.body.event, {});
}

function sendAgain(tries: number): void {
  if (tries > 0) sendAgain(tries - 1);
  bus.publish(WebhookEvent.COUPON_REDEEMED, { tries });
}

/** @deprecated */
function deprecatedExpire(id: string): void {
  bus.publish(WebhookEvent.COUPON_EXPIRED, { id });
}

export function issueCoupon(id: string): void {
  events.bus.publish(events.WebhookEvent.COUPON_ISSUED, { id });
}
