package port

type EventType string

const (
	A EventType = "x.a"
	B EventType = "x.b"
)

type Publisher interface{ Publish(t EventType, d any) error }
