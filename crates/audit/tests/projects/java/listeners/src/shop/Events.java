package shop;

record OrderPlacedEvent(long id) {}

record OrderLostEvent(long id) {}

abstract class ParcelEvent {}

class OrderShippedEvent extends ParcelEvent {}

abstract class TypedEvent {
    abstract String type();
}

class ParcelSentEvent extends TypedEvent {
    String type() {
        return "parcel.sent";
    }
}

class ParcelLostEvent extends TypedEvent {
    String type() {
        return "parcel.lost";
    }
}
