package models

const (
	HookRelease HookEventType = "release"
	HookFork    HookEventType = "fork"
)
