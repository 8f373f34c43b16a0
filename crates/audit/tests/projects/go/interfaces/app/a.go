package app

import "m/port"

type Svc struct{ pub port.Publisher }

func (s *Svc) Run() { s.pub.Publish(port.A, nil) }

func (s *Svc) Relay(kind string) { s.pub.Publish(port.EventType(kind), nil) }

func (s *Svc) Raw() { s.pub.Publish("x.b", nil) }
