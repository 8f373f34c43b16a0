package main

import (
	"context"
	"log"

	"example.com/shop/bus"
	"example.com/shop/customers"
)

func main() {
	service := customers.NewService(bus.Default)
	if err := service.Create(context.Background(), "c1", "t1"); err != nil {
		log.Fatal(err)
	}
}
