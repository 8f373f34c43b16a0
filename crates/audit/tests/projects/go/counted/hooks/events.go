package hooks

type WebhookEvent int

const (
	OrderCreated WebhookEvent = iota
	OrderPaid
	OrderLost
)

var names = map[WebhookEvent]string{
	OrderCreated: "order.created",
	OrderPaid:    "order.paid",
	OrderLost:    "order.lost",
}

func (e WebhookEvent) String() string {
	return names[e]
}
