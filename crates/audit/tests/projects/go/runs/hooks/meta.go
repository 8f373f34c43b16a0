package hooks

type MetaEvent struct {
	repo Repository
}

func (m *MetaEvent) Run(eventType string, projectID string, data any) error {
	return m.repo.Create(eventType, projectID, data)
}

type Listener struct {
	metaEvent *MetaEvent
}

func (l *Listener) AfterCreate(projectID string, data any) error {
	return l.metaEvent.Run(string(EndpointCreated), projectID, data)
}

func (l *Listener) AfterDelete(projectID string, data any) error {
	return l.metaEvent.Run(string(EndpointDeleted), projectID, data)
}
