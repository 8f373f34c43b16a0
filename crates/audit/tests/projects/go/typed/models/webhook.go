package models

func PrepareWebhooks(repo int64, event HookEventType, payload any) error {
	hooks, err := hooksOf(repo, event)
	if err != nil {
		return err
	}
	for _, hook := range hooks {
		if err := insertTask(hook, event, payload); err != nil {
			return err
		}
	}
	return nil
}

func IsHookEvent(event HookEventType) bool {
	return event == HookFork
}
