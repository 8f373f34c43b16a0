// Package events holds the catalog.
package events

// WebhookEvent names an event type.
type WebhookEvent string

const (
	OrderCreated   WebhookEvent = "order.created"
	OrderConfirmed WebhookEvent = "order.confirmed"
	OrderShipped   WebhookEvent = "order.shipped"
	OrderDelivered WebhookEvent = "order.delivered"
	OrderCancelled WebhookEvent = "order.cancelled"
	OrderRefunded  WebhookEvent = "order.refunded"
	OrderReturned  WebhookEvent = "order.returned"
	OrderArchived  WebhookEvent = "order.archived"

	AccountCreated   WebhookEvent = "account.created"
	AccountUpdated   WebhookEvent = "account.updated"
	AccountClosed    WebhookEvent = "account.closed"
	AccountSuspended WebhookEvent = "account.suspended"
	AccountLocked    WebhookEvent = "account.locked"
	AccountMerged    WebhookEvent = "account.merged"

	PayoutCreated  WebhookEvent = "payout.created"
	PayoutPaid     WebhookEvent = "payout.paid"
	PayoutFailed   WebhookEvent = "payout.failed"
	PayoutReversed WebhookEvent = "payout.reversed"

	DisputeOpened  WebhookEvent = "dispute.opened"
	DisputeWon     WebhookEvent = "dispute.won"
	DisputeLost    WebhookEvent = "dispute.lost"
	DisputeExpired WebhookEvent = "dispute.expired"

	ReviewPosted  WebhookEvent = "review.posted"
	ReviewFlagged WebhookEvent = "review.flagged"

	CouponIssued   WebhookEvent = "coupon.issued"
	CouponRedeemed WebhookEvent = "coupon.redeemed"
	CouponExpired  WebhookEvent = "coupon.expired"

	StockLow      WebhookEvent = "stock.low"
	StockDepleted WebhookEvent = "stock.depleted"

	ParcelDelayed  WebhookEvent = "parcel.delayed"
	ParcelRerouted WebhookEvent = "parcel.rerouted"
	ParcelInsured  WebhookEvent = "parcel.insured"
)

// All lists the catalog for the documentation.
var All = []WebhookEvent{OrderCreated, AccountMerged, DisputeLost}
