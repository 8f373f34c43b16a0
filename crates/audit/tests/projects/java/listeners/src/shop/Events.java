package shop;

record OrderPlacedEvent(long id) {}

record OrderLostEvent(long id) {}

abstract class ParcelEvent {}

class OrderShippedEvent extends ParcelEvent {}
