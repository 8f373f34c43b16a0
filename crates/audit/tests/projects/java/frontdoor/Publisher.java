package shop;

import com.svix.Svix;
import com.svix.models.MessageIn;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.Map;
import org.springframework.web.client.RestTemplate;

public class Publisher {
    private static final String BASE = System.getenv("POSTRIDER_URL");
    private final HttpClient client = HttpClient.newHttpClient();
    private final RestTemplate rest = new RestTemplate();
    private final Mapper mapper = new Mapper();

    public void written(String id) throws Exception {
        HttpRequest request = HttpRequest.newBuilder()
                .uri(URI.create(BASE + "/api/v1/events"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"invoice.created\", \"data\": {}}"))
                .build();
        client.send(request, HttpResponse.BodyHandlers.ofString()); // site invoice.created
    }

    public void mapped(Object invoice) throws Exception {
        String body = mapper.writeValueAsString(Map.of("type", WebhookEvents.INVOICE_PAID, "data", invoice));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:8090/api/v1/events"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        client.sendAsync(request, HttpResponse.BodyHandlers.discarding()); // site invoice.paid
    }

    public void spring(Object order) {
        rest.postForObject(BASE + "/api/v1/events", Map.of("type", WebhookEvents.ORDER_PLACED, "data", order), String.class); // site order.placed
    }

    public void sql(Connection connection, String data) throws Exception {
        try (var statement = connection.prepareStatement("SELECT postrider.publish(?, ?::json, ?)")) {
            statement.setString(1, WebhookEvents.ORDER_PACKED); // site order.packed
            statement.setString(2, data);
            statement.execute();
        }
    }

    public void withSvix(Svix svix) throws Exception {
        svix.getMessage().create("app_1", new MessageIn().eventType("user.created").payload("{}")); // site user.created
    }

    public void elsewhere() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://stats.example.com/collect"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"page.viewed\"}"))
                .build();
        client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
