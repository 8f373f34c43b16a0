import requests


class Bus:
    def publish(self, event):
        for hook in hooks_of(event):
            requests.post(hook.url, json=event.data)


bus = Bus()
