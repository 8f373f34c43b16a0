package ops

import (
	"log"

	"example.com/market/bus"
	"example.com/market/events"
)

// Early has one name for several variables: each block has its own.
func Early(quiet bool, id string) {
	if quiet {
		ev := events.StockLow
		log.Println(ev)
		return
	}
	ev := events.OrderCreated
	bus.Publish(string(ev), id)
}

// Header declares in the headers of its statements.
func Header(id string) {
	ev := events.OrderShipped
	if ev := events.StockDepleted; id == "" {
		log.Println(ev)
	}
	for _, ev := range []events.WebhookEvent{events.StockLow, events.DisputeLost} {
		log.Println(ev)
	}
	switch ev := events.DisputeWon; id {
	case "a":
		log.Println(ev)
	default:
		ev := events.AccountMerged
		log.Println(ev)
	}
	bus.Publish(string(ev), id)
}

// Outer changes the variable outside, which a closure uses.
func Outer(id string) {
	ev := events.AccountCreated
	if id != "" {
		ev = events.AccountUpdated
	} else {
		ev := events.StockLow
		log.Println(ev)
	}
	func() {
		bus.Publish(string(ev), id)
	}()
}
