package stream

// StreamEvent names a record on the stream.
type StreamEvent string

const (
	Recorded   StreamEvent = "usage.recorded"
	Aggregated StreamEvent = "usage.aggregated"
	Paid       StreamEvent = "invoice.paid"
)
