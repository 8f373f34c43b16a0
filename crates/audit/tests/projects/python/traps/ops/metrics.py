class Metrics:
    def increment(self, name, by=1):
        return name, by

    def gauge(self, name, value):
        return name, value


metrics = Metrics()
