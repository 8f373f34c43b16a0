package routes

import "shop/models"

func CreateOrder(repo int64, order any) error {
	return models.PrepareWebhooks(repo, models.HookOrder, order)
}

func CreateRelease(repo int64, release any) error {
	return models.PrepareWebhooks(repo, models.HookRelease, release)
}

func CanFork() bool {
	return models.IsHookEvent(models.HookFork)
}
