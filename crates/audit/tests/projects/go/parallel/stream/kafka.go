package stream

// KafkaWriter writes to the cluster.
type KafkaWriter struct {
	records []string
}

// Publish appends a record.
func (k *KafkaWriter) Publish(event StreamEvent, payload any) {
	k.records = append(k.records, string(event))
}

// Meter reads a meter.
type Meter struct {
	kafka *KafkaWriter
}

// Read takes a reading.
func (m *Meter) Read(value int) {
	m.kafka.Publish(Recorded, value)
}

// CloseHour sums up.
func (m *Meter) CloseHour(total int) {
	m.kafka.Publish(Aggregated, total)
}

// Settle books the invoice.
func (m *Meter) Settle(invoice string) {
	m.kafka.Publish(Paid, invoice)
}
