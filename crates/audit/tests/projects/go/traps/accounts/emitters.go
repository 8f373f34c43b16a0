package accounts

import (
	"example.com/market/bus"
	"example.com/market/events"
)

// EmitNamed publishes any name.
func EmitNamed(name string, id string) {
	bus.Publish(name, id)
}

func emitQuietly(name events.WebhookEvent, id string) {
	bus.Publish(string(name), id)
}

// LegacySuspend is not called any more.
func LegacySuspend(id string) {
	emitQuietly(events.AccountSuspended, id)
}

// EmitClosed is dead, and so is what it calls.
func EmitClosed(id string) {
	closedOnce(id)
}

func closedOnce(id string) {
	bus.Publish(string(events.AccountClosed), id)
}

// NotifyOwner has a live namesake in package orders.
func NotifyOwner(id string) {
	bus.Publish(string(events.DisputeExpired), id)
}

func lockQuietly(id string) {
	bus.Publish(string(events.AccountLocked), id)
}
