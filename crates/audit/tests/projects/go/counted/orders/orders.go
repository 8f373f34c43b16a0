package orders

import "shop/hooks"

type Orders struct {
	bus *hooks.Bus
}

func (o *Orders) Create(order any) {
	o.bus.Publish(hooks.OrderCreated.String(), order)
}

func (o *Orders) Pay(order any) {
	o.bus.Publish(hooks.OrderPaid.String(), order)
}
