package shop

import com.svix.kotlin.Svix
import com.svix.kotlin.models.MessageIn
import io.ktor.client.HttpClient
import io.ktor.client.request.post
import io.ktor.client.request.setBody
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody

object WebhookEvents {
    const val INVOICE_CREATED = "invoice.created"
    const val INVOICE_PAID = "invoice.paid"
    const val USER_CREATED = "user.created"
    const val PAGE_VIEWED = "page.viewed"
}

class Publisher(private val base: String, private val http: OkHttpClient, private val ktor: HttpClient) {
    fun okhttp(id: String) {
        val body = """{"type": "invoice.created", "data": {"id": "$id"}}"""
        val request = Request.Builder().url("$base/api/v1/events").post(body.toRequestBody()).build()
        http.newCall(request).execute() // site invoice.created
    }

    suspend fun ktor(invoice: Any) {
        ktor.post("http://localhost:8090/api/v1/events") { // site invoice.paid
            setBody(mapOf("type" to WebhookEvents.INVOICE_PAID, "data" to invoice))
        }
    }

    suspend fun withSvix(svix: Svix) {
        svix.message.create("app_1", MessageIn(eventType = "user.created", payload = "{}")) // site user.created
    }

    suspend fun elsewhere() {
        ktor.post("https://stats.example.com/collect") {
            setBody(mapOf("type" to WebhookEvents.PAGE_VIEWED))
        }
    }
}
