class Bus:
    def publish(self, event, data):
        send(event, data)


bus = Bus()
