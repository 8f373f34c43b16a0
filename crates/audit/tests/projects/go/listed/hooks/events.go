package hooks

type WebhookEvent int

const (
	OrderCreated WebhookEvent = iota
	OrderPaid
	OrderLost
)

func (e WebhookEvent) String() string {
	return [...]string{"order.created", "order.paid", "order.lost"}[e]
}
