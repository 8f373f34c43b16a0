# frozen_string_literal: true

# The cycle is historical: topics.rb requires this file back.
require_relative "topics"

module WebhookEvent
  ORDER_CREATED = "order.created".freeze
  ORDER_CONFIRMED = "order.confirmed".freeze
  ORDER_SHIPPED = "order.shipped".freeze
  ORDER_DELIVERED = "order.delivered".freeze
  ORDER_CANCELLED = "order.cancelled".freeze
  ORDER_REFUNDED = "order.refunded".freeze
  ORDER_RETURNED = "order.returned".freeze
  ORDER_ARCHIVED = "order.archived".freeze
  ACCOUNT_CREATED = "account.created".freeze
  ACCOUNT_UPDATED = "account.updated".freeze
  ACCOUNT_CLOSED = "account.closed".freeze
  ACCOUNT_SUSPENDED = "account.suspended".freeze
  ACCOUNT_LOCKED = "account.locked".freeze
  ACCOUNT_MERGED = "account.merged".freeze
  PAYOUT_CREATED = "payout.created".freeze
  PAYOUT_PAID = "payout.paid".freeze
  PAYOUT_FAILED = "payout.failed".freeze
  PAYOUT_REVERSED = "payout.reversed".freeze
  DISPUTE_OPENED = "dispute.opened".freeze
  DISPUTE_WON = "dispute.won".freeze
  DISPUTE_LOST = "dispute.lost".freeze
  DISPUTE_EXPIRED = "dispute.expired".freeze
  REVIEW_POSTED = "review.posted".freeze
  REVIEW_FLAGGED = "review.flagged".freeze
  REVIEW_REMOVED = "review.removed".freeze
  COUPON_ISSUED = "coupon.issued".freeze
  COUPON_REDEEMED = "coupon.redeemed".freeze
  COUPON_EXPIRED = "coupon.expired".freeze
  STOCK_LOW = "stock.low".freeze
  STOCK_DEPLETED = "stock.depleted".freeze
  PARCEL_LABELLED = "parcel.labelled".freeze
  PARCEL_LOST = "parcel.lost".freeze
  PARCEL_DELAYED = "parcel.delayed".freeze
  PARCEL_REROUTED = "parcel.rerouted".freeze
  PARCEL_INSURED = "parcel.insured".freeze

  SUPPORTED = [ORDER_CREATED, ACCOUNT_MERGED, DISPUTE_LOST].freeze
end
