package ops

import (
	"time"

	"example.com/market/bus"
	"example.com/market/events"
)

// DelayAll waits, then tells.
func DelayAll() {
	time.AfterFunc(time.Hour, publishDelay)
}

func publishDelay() {
	bus.Publish(string(events.ParcelDelayed), nil)
}

func emitRerouted(id string) {
	bus.Publish(string(events.ParcelRerouted), id)
}

// Reroute sends it elsewhere.
func Reroute(id string, emitRerouted bool) string {
	if emitRerouted {
		return id + " rerouted"
	}
	return id
}

// Insure covers the loss.
func Insure(id string) {
	bus.Publish(string(events.ParcelInsured), map[string]string{"id": id, "type": "parcel.lost"})
}
