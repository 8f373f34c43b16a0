export class OrderApiClient {
  async cancelOrder(id: string) {
    return this.session.update(`/orders/${id}`, { status: "cancelled" });
  }

  async deleteOrder(id: string) {
    return this.session.delete(`/orders/${id}`);
  }
}
