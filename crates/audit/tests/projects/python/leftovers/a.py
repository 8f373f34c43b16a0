class WebhookEvent:
    A = "x.a"
    B = "x.b"
    C = "x.c"
class Bus:
    def publish(self, event_type, data=None): ...
bus = Bus()
def forward(event_type, data=None):
    if data is None:
        event_type = "x.c"
    bus.publish(event_type, data)
def run(x):
    forward(WebhookEvent.A, x)
def record_change(obj, **kw):
    bus.publish(**kw)
def run2(x):
    record_change(x, event_type=WebhookEvent.B)
def change(obj, **kw):
    bus.publish(**kw)
def run3(x):
    change(x, event_type=WebhookEvent.B)
def evs(x, *events):
    for e in events: bus.publish(e)
def run4(x):
    evs(x, WebhookEvent.A, WebhookEvent.B)
def run5(event_type=WebhookEvent.B):
    bus.publish(event_type)
def run6(x, bus=None):
    bus = bus or globals()["bus"]
    bus.publish(WebhookEvent.C)
