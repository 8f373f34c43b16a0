package models

type HookEventType string

const (
	HookOrder  HookEventType = "order"
	HookRefund HookEventType = "refund"
)
