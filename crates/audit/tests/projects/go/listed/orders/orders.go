package orders

import "shop/hooks"

type Orders struct {
	bus *hooks.Bus
}

func (o *Orders) Create(order any) {
	o.bus.Publish(hooks.OrderCreated, order)
}
