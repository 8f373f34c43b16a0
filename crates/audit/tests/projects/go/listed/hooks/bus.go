package hooks

type Bus struct{}

func (b *Bus) Publish(event WebhookEvent, data any) {}
