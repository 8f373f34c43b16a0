package orders

import (
	"testing"

	"example.com/market/bus"
	"example.com/market/events"
)

func TestReturned(t *testing.T) {
	EmitOrderReturned("o1")
	bus.Publish(string(events.StockLow), nil)
}

func seed() {
	bus.Publish("stock.depleted", nil)
}
