package core

// DomainBus is in-process only: nothing that goes through here reaches a customer.
type DomainBus struct {
	listeners map[string][]func(any)
}

// Domain is the one domain bus.
var Domain = &DomainBus{listeners: map[string][]func(any){}}

// Emit calls the listeners.
func (d *DomainBus) Emit(name string, payload any) {
	for _, listener := range d.listeners[name] {
		listener(payload)
	}
}

// On adds a listener.
func (d *DomainBus) On(name string, listener func(any)) {
	d.listeners[name] = append(d.listeners[name], listener)
}
