package orders

import (
	"example.com/market/bus"
	ev "example.com/market/events"
)

const orderTopic = "order.refunded"

// EmitOrderShipped publishes order.shipped (never order.returned).
func EmitOrderShipped(id string) {
	bus.Publish(string(ev.OrderShipped), id)
}

// EmitOrderReturned is tried in a test only.
func EmitOrderReturned(id string) {
	bus.Publish(string(ev.OrderReturned), id)
}

// EmitDisputeOpened is exported, but a helper.
func EmitDisputeOpened(id string) {
	bus.Publish(string(ev.DisputeOpened), id)
}

// NotifyOwner writes to the owner.
func NotifyOwner(id string) {
	bus.Publish(string(ev.OrderDelivered), id)
}

// NotifyCancelled and retryCancelled call each other.
func NotifyCancelled(id string, depth int) {
	if depth > 0 {
		retryCancelled(id, depth)
	}
	bus.Publish(string(ev.OrderCancelled), id)
}

func retryCancelled(id string, depth int) {
	NotifyCancelled(id, depth-1)
}
