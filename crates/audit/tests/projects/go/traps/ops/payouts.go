package ops

import (
	"net/http"

	"example.com/market/bus"
	"example.com/market/events"
)

type counter interface {
	Inc(name string)
}

// PayoutEmitter has one method that is wired in.
type PayoutEmitter struct{}

// EmitPaid is called.
func (e *PayoutEmitter) EmitPaid(id string) {
	bus.Publish(string(events.PayoutPaid), id)
}

// EmitFailed is not.
func (e *PayoutEmitter) EmitFailed(id string) {
	bus.Publish(string(events.PayoutFailed), id)
}

// EmitCreated is not either.
func (e *PayoutEmitter) EmitCreated(id string) {
	e.push(events.PayoutCreated, id)
}

// Reverse takes it back.
func (e *PayoutEmitter) Reverse(id string) {
	e.push(events.PayoutReversed, id)
}

func (e *PayoutEmitter) push(name events.WebhookEvent, id string) {
	bus.Publish(string(name), id)
}

// PayoutService pays.
type PayoutService struct {
	emitter *PayoutEmitter
	metrics counter
}

// Pay sends the money.
func (s *PayoutService) Pay(id string) {
	s.metrics.Inc("payout.failed")
	s.metrics.Inc(string(events.StockLow))
	s.emitter.EmitPaid(id)
}

// HandleReview sorts a review.
func HandleReview(id string, score int) {
	event := events.ReviewPosted
	if score < 2 {
		event = events.ReviewFlagged
	}
	bus.Publish(string(event), id)
	bus.Publish("moderation.queued", id)
}

// ServeCustom publishes what the request says.
func ServeCustom(w http.ResponseWriter, r *http.Request) {
	bus.Publish(r.URL.Query().Get("event"), nil)
}

func sendAgain(tries int) {
	if tries > 0 {
		sendAgain(tries - 1)
	}
	bus.Publish(string(events.CouponRedeemed), tries)
}

var jobs = []func(){issueCoupons}

func issueCoupons() {
	bus.Publish(string(events.CouponIssued), nil)
}

// Deprecated: coupons no longer expire.
func deprecatedExpire(id string) {
	bus.Publish(string(events.CouponExpired), id)
}
