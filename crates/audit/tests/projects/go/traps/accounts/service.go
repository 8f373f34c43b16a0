package accounts

import (
	"example.com/market/bus"
	"example.com/market/events"
)

var descriptions = map[events.WebhookEvent]string{
	events.AccountMerged: "Two accounts were merged",
	"dispute.won":        "We won",
}

type names struct {
	AccountMerged string
}

func init() {
	bus.Subscribe(string(events.AccountMerged), onMerged)
	bus.Subscribe("dispute.lost", onMerged)
	announceStart("account.updated")
}

func onMerged(payload any) {}

func announceStart(name string) {
	bus.Publish(name, nil)
}

// Create opens an account.
func Create(id string) {
	EmitNamed(string(events.AccountCreated), id)
}

// Close ends an account.
func Close(id string) {
	EmitNamed("account.close", id)
}

// Remap gets its own set of names: the parameter hides the package.
func Remap(events names, id string) {
	bus.Publish(events.AccountMerged, id)
}
