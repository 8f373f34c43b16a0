package bus

// EventBus is an in-process bus.
//
//	bus.Publish(string(events.DisputeWon), nil)
type EventBus struct {
	handlers map[string][]func(any)
	log      []string
}

var std = &EventBus{handlers: map[string][]func(any){}}

// Publish sends through the standard bus.
func Publish(eventType string, data any) {
	std.log = append(std.log, eventType)
}

// Subscribe registers a handler.
func Subscribe(eventType string, handler func(any)) {
	std.handlers[eventType] = append(std.handlers[eventType], handler)
}
