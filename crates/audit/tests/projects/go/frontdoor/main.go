package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	outpost "github.com/hookdeck/outpost/sdks/outpost-go"
	svix "github.com/svix/svix-webhooks/go"
)

const (
	InvoiceCreated = "invoice.created"
	InvoicePaid    = "invoice.paid"
	InvoiceVoided  = "invoice.voided"
	OrderPlaced    = "order.placed"
	OrderPacked    = "order.packed"
	UserCreated    = "user.created"
	UserDeleted    = "user.deleted"
	PageViewed     = "page.viewed"
)

var base = os.Getenv("POSTRIDER_URL")

type Event struct {
	Type string         `json:"type"`
	Data map[string]any `json:"data"`
}

func short() {
	body, _ := json.Marshal(map[string]any{"type": InvoiceCreated, "data": 1})
	http.Post(base+"/api/v1/events", "application/json", bytes.NewReader(body)) // site invoice.created
}

func long(client *http.Client) {
	body, _ := json.Marshal(Event{Type: InvoicePaid})
	req, _ := http.NewRequest("POST", fmt.Sprintf("%s/api/v1/events", base), bytes.NewBuffer(body))
	req.Header.Set("Content-Type", "application/json")
	client.Do(req) // site invoice.paid
}

func written() {
	http.Post("http://localhost:8090/api/v1/events", "application/json", strings.NewReader(`{"type": "invoice.voided", "data": {}}`)) // site invoice.voided
}

func send(ctx context.Context, event Event) error {
	body, _ := json.Marshal(event)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/events", bytes.NewReader(body))
	_, err := http.DefaultClient.Do(req)
	return err
}

func helper(ctx context.Context) {
	send(ctx, Event{Type: OrderPlaced}) // site order.placed
}

func withSvix(ctx context.Context, client *svix.Svix) {
	client.Message.Create(ctx, "app_1", &svix.MessageIn{EventType: UserCreated}) // site user.created
}

func withOutpost(ctx context.Context, s *outpost.Outpost) {
	s.Publish(ctx, outpost.PublishRequest{Topic: "user.deleted"}) // site user.deleted
}

func elsewhere() {
	body, _ := json.Marshal(map[string]any{"type": PageViewed})
	http.Post("https://stats.example.com/collect", "application/json", bytes.NewReader(body))
	req, _ := http.NewRequest("GET", base+"/api/v1/events", nil)
	http.DefaultClient.Do(req)
}

func sql(ctx context.Context, db interface{ ExecContext(context.Context, string, ...any) error }) {
	db.ExecContext(ctx, "SELECT postrider.publish($1, $2, $3)", OrderPacked, "{}", "acme") // site order.packed
}

func main() {
	short()
	long(http.DefaultClient)
	written()
	helper(context.Background())
	withSvix(context.Background(), nil)
	withOutpost(context.Background(), nil)
	sql(context.Background(), nil)
	elsewhere()
}
